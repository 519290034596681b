//! The boundaries in force, indexed, for now and for each day ahead on which that changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Micros};
use youlin_locate::{AreaIndex, AreaShape, Bbox, Located, bbox};

/// The boundaries of one period.
#[derive(Debug)]
pub(super) struct Ground {
    /// Communities and below: where a record can be filed.
    local: AreaIndex,
    /// Above communities. Kept apart so that no shape is held twice and the nearest community can be named.
    upper: AreaIndex,
    bounds: Option<Bbox>,
}

impl Ground {
    pub(super) fn build(shapes: Vec<AreaShape>) -> Self {
        let bounds = shapes
            .iter()
            .filter_map(|shape| bbox(&shape.shape))
            .reduce(|all, one| all.union(&one));
        let community = AreaLevel::Community as u8;
        let (local, upper) = shapes
            .into_iter()
            .partition(|shape| shape.level >= community);
        Self {
            local: AreaIndex::build(local),
            upper: AreaIndex::build(upper),
            bounds,
        }
    }

    pub(super) fn bounds(&self) -> Option<Bbox> {
        self.bounds
    }

    pub(super) fn area_at(&self, lon: f64, lat: f64) -> Option<AreaId> {
        self.local
            .locate_key(lon, lat)
            .or_else(|| self.upper.locate_key(lon, lat))
            .map(AreaId)
    }

    /// The most specific area of this community whose boundary holds the point.
    pub(super) fn within(
        &self,
        tree: &AreaTree,
        community: CommunityId,
        (lon, lat): (f64, f64),
    ) -> Option<AreaId> {
        let found = self.local.locate_key(lon, lat).map(AreaId)?;
        (tree.community_of(found) == Some(community)).then_some(found)
    }

    /// In which area of a community the point lies, else the nearest such area and the metres to it.
    pub(super) fn locate(&self, lon: f64, lat: f64) -> Result<AreaId, Option<(AreaId, f64)>> {
        match self.local.locate(lon, lat) {
            Located::Inside { key, .. } => Ok(AreaId(key)),
            Located::Outside { nearest } => Err(nearest.map(|(key, metres)| (AreaId(key), metres))),
        }
    }
}

/// Tells the period of one picture from all others, of this picture and of later ones.
pub(super) type Turn = (u64, usize);

/// One [`Ground`] for each period from the day of loading on; nearly always exactly one.
#[derive(Debug)]
pub(super) struct Grounds {
    /// The tree the boundaries were read with.
    tree: Arc<AreaTree>,
    number: u64,
    /// By the moment from which it holds; never empty.
    periods: Vec<(Micros, Ground)>,
}

impl Default for Grounds {
    fn default() -> Self {
        Self::new(Arc::default(), Vec::new())
    }
}

impl Grounds {
    pub(super) fn new(tree: Arc<AreaTree>, mut periods: Vec<(Micros, Ground)>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        periods.sort_by_key(|(from, _)| *from);
        if periods.is_empty() {
            periods.push((Micros(i64::MIN), Ground::build(Vec::new())));
        }
        Self {
            tree,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            periods,
        }
    }

    pub(super) fn tree(&self) -> &AreaTree {
        &self.tree
    }

    /// What holds at that moment; before the first period, the first.
    pub(super) fn at(&self, now: Micros) -> &Ground {
        &self.periods[self.period(now)].1
    }

    pub(super) fn turn(&self, now: Micros) -> Turn {
        (self.number, self.period(now))
    }

    pub(super) fn of_turn(&self, (_, period): Turn) -> &Ground {
        &self.periods[period].1
    }

    fn period(&self, now: Micros) -> usize {
        let after = self.periods.partition_point(|(from, _)| *from <= now);
        after.saturating_sub(1)
    }
}
