//! The area rows inside a transaction: found by code in any scheme, old codes too.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use youlin_kernel::{AreaTree, CommunityId, Result};

use crate::entities::{area, area_code};
use crate::locator::node;

/// Why a code names no area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoArea {
    Unknown,
    /// Several schemes use it; the file must say which it means.
    Ambiguous,
}

impl NoArea {
    /// The catalogue's code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unknown => "area-unknown",
            Self::Ambiguous => "area-ambiguous",
        }
    }
}

/// All areas with their present and former codes.
pub(crate) struct AreaRows {
    pub(crate) by_id: BTreeMap<i64, area::Model>,
    former: Vec<area_code::Model>,
}

impl AreaRows {
    pub(crate) async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let rows = area::Entity::find()
            .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .all(conn)
            .await?;
        let former = area_code::Entity::find()
            .filter(area_code::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .all(conn)
            .await?;
        Ok(Self {
            by_id: rows.into_iter().map(|row| (row.area_id, row)).collect(),
            former,
        })
    }

    pub(crate) fn tree(&self) -> AreaTree {
        AreaTree::build(self.by_id.values().filter_map(node).collect())
    }

    /// The area that has this code, or had it; an empty scheme stands for any.
    pub(crate) fn find(&self, scheme: &str, code: &str) -> Result<&area::Model, NoArea> {
        let fits = |of: &str| scheme.is_empty() || of == scheme;
        let mut now = self
            .by_id
            .values()
            .filter(|row| row.code == code && fits(&row.scheme));
        match (now.next(), now.next()) {
            (Some(_), Some(_)) => return Err(NoArea::Ambiguous),
            (Some(row), None) => return Ok(row),
            (None, _) => {}
        }
        let mut before: Vec<i64> = self
            .former
            .iter()
            .filter(|row| row.code == code && fits(&row.scheme))
            .map(|row| row.area_id)
            .collect();
        before.sort_unstable();
        before.dedup();
        match before[..] {
            [] => Err(NoArea::Unknown),
            [id] => self.by_id.get(&id).ok_or(NoArea::Unknown),
            _ => Err(NoArea::Ambiguous),
        }
    }

    /// Whether the area is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, area: Option<i64>, ancestor: i64) -> bool {
        let mut next = area;
        // Bounded, so that a damaged table cannot hold a request for ever.
        for _ in 0..=self.by_id.len() {
            match next {
                Some(id) if id == ancestor => return true,
                Some(id) => next = self.by_id.get(&id).and_then(|row| row.parent_id),
                None => return false,
            }
        }
        false
    }

    /// The next number for a new area.
    pub(crate) fn next_id(&self) -> i64 {
        self.by_id.keys().next_back().map_or(1, |last| last + 1)
    }
}
