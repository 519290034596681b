//! The area rows inside a transaction: found by code in any scheme, old codes too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use youlin_kernel::{AreaLevel, AreaTree, CommunityId, Result};

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

/// Codes or numbers in one statement.
const MOST: usize = 500;
/// Fewer areas than this are read whole.
const SMALL: usize = 5_000;

/// Areas with their present and former codes: all of them, or those that some codes name with everything above them.
#[derive(Default)]
pub(crate) struct AreaRows {
    pub(crate) by_id: BTreeMap<i64, area::Model>,
    /// Numbers of the areas that have a code now, and of those that had it.
    now: HashMap<String, Vec<i64>>,
    former: HashMap<String, Vec<(String, i64)>>,
    last_id: i64,
}

impl AreaRows {
    pub(crate) async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let mut all = Self::default();
        let rows = of_system().all(conn).await?;
        rows.into_iter().for_each(|row| all.put(row));
        let former = codes_of_system().all(conn).await?;
        former.into_iter().for_each(|row| all.had(row));
        Ok(all)
    }

    /// Only what these codes name, now or formerly, and the areas above them. A country's tree is not read for one area.
    pub(crate) async fn named(conn: &impl ConnectionTrait, codes: &BTreeSet<&str>) -> Result<Self> {
        let mut some = Self::default();
        let codes: Vec<&str> = codes.iter().copied().collect();
        for codes in codes.chunks(MOST) {
            let named = of_system().filter(area::Column::Code.is_in(codes.iter().copied()));
            let rows = named.all(conn).await?;
            rows.into_iter().for_each(|row| some.put(row));
            let named =
                codes_of_system().filter(area_code::Column::Code.is_in(codes.iter().copied()));
            let former = named.all(conn).await?;
            former.into_iter().for_each(|row| some.had(row));
        }
        let before: Vec<i64> = some.former.values().flatten().map(|one| one.1).collect();
        some.add(conn, before).await?;
        some.add_above(conn).await?;
        some.last_id = last_id(conn).await?;
        Ok(some)
    }

    /// This area, its children and the areas above it.
    pub(crate) async fn around(conn: &impl ConnectionTrait, area: i64) -> Result<Self> {
        let mut some = Self::default();
        some.add(conn, vec![area]).await?;
        let below = of_system().filter(area::Column::ParentId.eq(area));
        let rows = below.all(conn).await?;
        rows.into_iter().for_each(|row| some.put(row));
        some.add_above(conn).await?;
        some.last_id = last_id(conn).await?;
        Ok(some)
    }

    /// The areas of one community, and what these codes name. A small tree is read whole, whatever the caller knows of it.
    pub(crate) async fn within(
        conn: &impl ConnectionTrait,
        tree: &AreaTree,
        community: CommunityId,
        codes: &BTreeSet<&str>,
    ) -> Result<Self> {
        if tree.len() < SMALL {
            return Self::load(conn).await;
        }
        let mut some = Self::named(conn, codes).await?;
        let inside = tree.subtree(community.into());
        some.add_all(conn, inside.into_iter().map(|id| id.0).collect())
            .await?;
        Ok(some)
    }

    /// More areas by their numbers, with what is above them.
    pub(crate) async fn add_all(
        &mut self,
        conn: &impl ConnectionTrait,
        ids: Vec<i64>,
    ) -> Result<()> {
        self.add(conn, ids).await?;
        self.add_above(conn).await
    }

    async fn add(&mut self, conn: &impl ConnectionTrait, mut ids: Vec<i64>) -> Result<()> {
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| !self.by_id.contains_key(id));
        for ids in ids.chunks(MOST) {
            let numbered = of_system().filter(area::Column::AreaId.is_in(ids.iter().copied()));
            let rows = numbered.all(conn).await?;
            rows.into_iter().for_each(|row| self.put(row));
        }
        Ok(())
    }

    async fn add_above(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        // Bounded by the number of levels, so that a damaged table cannot hold a request for ever.
        for _ in AreaLevel::ALL {
            let rows = self.by_id.values();
            let above: Vec<i64> = rows
                .filter_map(|row| row.parent_id)
                .filter(|id| !self.by_id.contains_key(id))
                .collect();
            if above.is_empty() {
                break;
            }
            self.add(conn, above).await?;
        }
        Ok(())
    }

    /// Holds a row as it is now.
    pub(crate) fn put(&mut self, row: area::Model) {
        let (id, code) = (row.area_id, row.code.clone());
        self.last_id = self.last_id.max(id);
        if let Some(old) = self.by_id.insert(id, row) {
            if old.code == code {
                return;
            }
            if let Some(ids) = self.now.get_mut(&old.code) {
                ids.retain(|one| *one != id);
            }
        }
        self.now.entry(code).or_default().push(id);
    }

    fn had(&mut self, row: area_code::Model) {
        let held = self.former.entry(row.code).or_default();
        held.push((row.scheme, row.area_id));
    }

    pub(crate) fn tree(&self) -> AreaTree {
        AreaTree::build(self.by_id.values().filter_map(node).collect())
    }

    /// The area that has this code, or had it; an empty scheme stands for any.
    pub(crate) fn find(&self, scheme: &str, code: &str) -> Result<&area::Model, NoArea> {
        let fits = |of: &str| scheme.is_empty() || of == scheme;
        let mut now = self
            .now
            .get(code)
            .into_iter()
            .flatten()
            .filter_map(|id| self.by_id.get(id))
            .filter(|row| fits(&row.scheme));
        match (now.next(), now.next()) {
            (Some(_), Some(_)) => return Err(NoArea::Ambiguous),
            (Some(row), None) => return Ok(row),
            (None, _) => {}
        }
        let mut before: Vec<i64> = self
            .former
            .get(code)
            .into_iter()
            .flatten()
            .filter(|(of, _)| fits(of))
            .map(|(_, id)| *id)
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
        self.last_id + 1
    }
}

fn of_system() -> Select<area::Entity> {
    area::Entity::find().filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
}

fn codes_of_system() -> Select<area_code::Entity> {
    area_code::Entity::find().filter(area_code::Column::CommunityId.eq(CommunityId::SYSTEM.0))
}

async fn last_id(conn: &impl ConnectionTrait) -> Result<i64> {
    let last: Option<i64> = of_system()
        .select_only()
        .column(area::Column::AreaId)
        .order_by_desc(area::Column::AreaId)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(last.unwrap_or(0))
}
