//! A question that was checked and has its tables at hand.

use std::collections::HashMap;
use std::sync::Arc;

use youlin_cube::{Answer, Areas, Key, Moment, Part, Query, RecordRef};
use youlin_kernel::{AreaId, Problem, Result, Scope};

use crate::Dataset;

/// See [`crate::Datasets::ask`].
#[derive(Clone)]
pub struct Asked {
    pub query: Query,
    pub dataset: Arc<dyn Dataset>,
    /// Of the dataset's permission.
    pub scope: Scope,
    pub at: Moment,
    /// Asked as of a day that is over.
    pub past: bool,
    /// It takes more than seeing the records ([`Dataset::dim_permission`]).
    pub sensitive: bool,
    pub(crate) parts: Arc<Vec<Part>>,
    pub(crate) areas: Arc<Areas>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("query", &self.query)
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

impl Asked {
    /// The figures.
    ///
    /// # Errors
    /// 500 when computing was broken off.
    pub async fn answer(&self) -> Result<Answer> {
        let asked = self.clone();
        off(move || youlin_cube::answer(&asked.query, &asked.parts, &asked.areas, asked.at)).await
    }

    /// The records behind a cell, or behind the total where no keys are given.
    ///
    /// # Errors
    /// 500 when computing was broken off.
    pub async fn evidence(&self, cell: Vec<Key>, part_only: bool) -> Result<Vec<RecordRef>> {
        let asked = self.clone();
        off(move || {
            let (parts, areas) = (&asked.parts, &asked.areas);
            youlin_cube::evidence(&asked.query, &cell, part_only, parts, areas, asked.at)
        })
        .await
    }

    /// How many of its records share each value of a key.
    ///
    /// # Errors
    /// 500 when computing was broken off.
    pub async fn shared(&self, key: &'static str) -> Result<HashMap<u128, u64>> {
        let asked = self.clone();
        off(move || youlin_cube::shared(&asked.query, key, &asked.parts, &asked.areas, asked.at))
            .await
    }

    /// The same tables, another question (whose dataset and relations were asked for here).
    #[must_use]
    pub fn with(&self, query: Query) -> Self {
        Self {
            query,
            ..self.clone()
        }
    }

    /// The same question as of another moment.
    #[must_use]
    pub fn at(&self, at: Moment) -> Self {
        Self { at, ..self.clone() }
    }

    /// The areas the question names from which something has come out since it named them, each with what that is: they are
    /// counted together.
    #[must_use]
    pub fn meant_too(&self) -> Vec<(AreaId, Vec<AreaId>)> {
        let named = self.query.areas_named();
        let meant = |area: i64| {
            let all = self.areas.meant(area, self.query.named_at, self.at.instant);
            let too: Vec<AreaId> = all.into_iter().skip(1).map(AreaId).collect();
            (!too.is_empty()).then_some((AreaId(area), too))
        };
        named.into_iter().filter_map(meant).collect()
    }

    /// The communities whose records are counted; of one of which the caller sees some areas alone, those areas.
    #[must_use]
    pub fn counted(&self) -> Vec<AreaId> {
        let of = |part: &Part| match &part.seen {
            None => vec![AreaId(part.community)],
            Some(areas) => areas.iter().copied().map(AreaId).collect(),
        };
        self.parts.iter().flat_map(of).collect()
    }

    /// How many rows are looked at.
    #[must_use]
    pub fn rows(&self) -> usize {
        let tables = self
            .parts
            .iter()
            .filter_map(|part| part.tables.get(self.query.dataset.as_str()));
        tables.map(|table| table.rows()).sum()
    }
}

/// Computing off the threads that answer requests.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::internal(format!("a computation broke off: {error}")))
}
