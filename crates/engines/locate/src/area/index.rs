//! The index over all areas.

use super::prepared::Prepared;
use geo::MultiPolygon;
use rstar::{AABB, PointDistance, RTree, RTreeObject};
use std::cmp::Reverse;
use std::ops::ControlFlow;

/// One area of the tree with its boundary.
#[derive(Debug, Clone)]
pub struct AreaShape {
    /// The caller's key; answers give it back.
    pub key: i64,
    /// 0 province, 1 city, 2 district, 3 subdistrict, 4 community, 5 grid, 6 neighbourhood: larger is more specific.
    pub level: u8,
    /// Boundary in degrees (longitude, latitude), WGS-84.
    pub shape: MultiPolygon<f64>,
}

/// Where a point lies.
#[derive(Debug, Clone, PartialEq)]
pub enum Located {
    /// In at least one area.
    Inside {
        /// One area for each level that holds the point, most general first; the last is `key`. It is read from the
        /// boundaries alone: where a child's boundary leaves its parent's, the tree's own parents are the truth.
        chain: Vec<i64>,
        /// The most specific area holding the point.
        key: i64,
    },
    /// In none.
    Outside {
        /// The nearest area and the metres to its boundary; among equally near ones the most specific, then the
        /// smallest key. `None` for an empty index or a point that is not a pair of numbers.
        nearest: Option<(i64, f64)>,
    },
}

/// A box in a level's tree.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) bounds: AABB<[f64; 2]>,
    /// Position in `AreaIndex::areas`.
    pub(super) area: u32,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

impl PointDistance for Leaf {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        rstar::Envelope::distance_2(&self.bounds, point)
    }
    fn contains_point(&self, point: &[f64; 2]) -> bool {
        rstar::Envelope::contains_point(&self.bounds, point)
    }
}

#[derive(Debug)]
pub(super) struct Area {
    pub(super) key: i64,
    pub(super) rings: Prepared,
}

/// Finds the areas a point lies in. Immutable; build a new one when boundaries change and swap it in.
#[derive(Debug)]
pub struct AreaIndex {
    /// Most specific level first, then by key: of two areas the one with the smaller number is the better answer, so
    /// no answer depends on the order in which shapes came.
    pub(super) areas: Vec<Area>,
    /// One tree for each level, most specific first.
    pub(super) levels: Vec<RTree<Leaf>>,
}

impl AreaIndex {
    /// Prepares all shapes. Shapes without edges or with coordinates that are not numbers hold no point and are left
    /// out; [`crate::check_boundaries`] reports them.
    #[must_use]
    pub fn build(mut shapes: Vec<AreaShape>) -> Self {
        shapes.sort_by_key(|shape| (Reverse(shape.level), shape.key));
        let mut areas: Vec<Area> = Vec::with_capacity(shapes.len());
        let mut levels: Vec<(u8, Vec<Leaf>)> = Vec::new();
        for shape in shapes {
            let Some(rings) = Prepared::new(&shape.shape) else {
                continue;
            };
            let leaf = Leaf {
                bounds: AABB::from_corners([rings.west, rings.south], [rings.east, rings.north]),
                area: areas.len() as u32,
            };
            areas.push(Area {
                key: shape.key,
                rings,
            });
            match levels.last_mut() {
                Some((level, leaves)) if *level == shape.level => leaves.push(leaf),
                _ => levels.push((shape.level, vec![leaf])),
            }
        }
        let levels = levels
            .into_iter()
            .map(|(_, leaves)| RTree::bulk_load(leaves))
            .collect();
        Self { areas, levels }
    }

    /// How many areas can be found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether no area can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// All levels a point (degrees, WGS-84) lies in, or the nearest area.
    #[must_use]
    pub fn locate(&self, lon: f64, lat: f64) -> Located {
        let mut chain: Vec<i64> = self
            .levels
            .iter()
            .rev()
            .filter_map(|tree| self.best_of(tree, lon, lat))
            .collect();
        chain.dedup();
        match chain.last() {
            Some(&key) => Located::Inside { chain, key },
            None => Located::Outside {
                nearest: self.nearest(lon, lat),
            },
        }
    }

    /// The most specific area a point (degrees, WGS-84) lies in: the fast path of [`Self::locate`].
    #[must_use]
    pub fn locate_key(&self, lon: f64, lat: f64) -> Option<i64> {
        self.levels
            .iter()
            .find_map(|tree| self.best_of(tree, lon, lat))
    }

    /// The smallest key of one level holding the point.
    fn best_of(&self, tree: &RTree<Leaf>, lon: f64, lat: f64) -> Option<i64> {
        if !lon.is_finite() || !lat.is_finite() {
            return None;
        }
        let mut best = u32::MAX;
        let _all_seen: ControlFlow<()> = tree.locate_all_at_point_int([lon, lat], |leaf| {
            if leaf.area < best && self.areas[leaf.area as usize].rings.contains(lon, lat) {
                best = leaf.area;
            }
            ControlFlow::Continue(())
        });
        self.areas.get(best as usize).map(|area| area.key)
    }
}
