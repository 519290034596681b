//! Boundary files before they are imported: every fault with its place, so that nothing is imported while one exists.
//!
//! The input keeps the rings as they stand in the file ([`RawShape`]), because the usual geometry types close rings
//! silently. First each area is checked for itself ([`rings`]), as the Simple Features rules for valid polygons ask;
//! areas that pass are then compared with their parent and their siblings ([`family`]).
//!
//! Neighbouring boundaries drawn by hand never agree to the millimetre. What is thinner than
//! [`BoundaryOptions::tolerance_m`] is no fault; a point in such a gap or overlap is still located deterministically.

mod family;
mod rings;
mod share;

pub use share::{Site, share_out};

use geo::{LineString, MultiPolygon, Polygon};
use std::collections::{HashMap, HashSet};
use thiserror::Error;

/// Polygons, each a list of rings (outer ring first), each a list of longitude and latitude in degrees (WGS-84): the
/// coordinates of a GeoJSON MultiPolygon.
pub type RawShape = Vec<Vec<Vec<[f64; 2]>>>;

/// An area as it stands in a boundary file.
#[derive(Debug, Clone)]
pub struct BoundaryArea {
    /// The caller's key.
    pub key: i64,
    /// The area's code, repeated in the faults so that a person can find it in the file.
    pub code: String,
    /// 0 province … 6 neighbourhood, as in [`crate::AreaShape`].
    pub level: u8,
    /// Key of the parent, which must be among the areas checked; `None` at the root of the file.
    pub parent: Option<i64>,
    /// The rings as they were read.
    pub shape: RawShape,
}

impl BoundaryArea {
    /// The shape for the index and for measuring. Rings of no point are dropped; unclosed ones get closed, so check first.
    #[must_use]
    pub fn multi_polygon(&self) -> MultiPolygon<f64> {
        let line = |ring: &Vec<[f64; 2]>| {
            LineString::from(ring.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>())
        };
        let polygon = |rings: &Vec<Vec<[f64; 2]>>| {
            let mut lines = rings.iter().map(line);
            lines
                .next()
                .map(|outer| Polygon::new(outer, lines.collect()))
        };
        MultiPolygon(self.shape.iter().filter_map(polygon).collect())
    }
}

/// What is wrong with a boundary.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// No polygon, a polygon without rings, or a ring folded flat.
    #[error("the boundary encloses nothing")]
    Empty {
        /// First point of the flat ring; `None` where there is no ring.
        at: Option<(f64, f64)>,
    },
    /// A ring of fewer than three different points.
    #[error("a ring has only {points} different points")]
    TooFewPoints {
        /// Different points in the ring.
        points: usize,
        /// Its first point, if any.
        at: Option<(f64, f64)>,
    },
    /// The last point of a ring is not its first.
    #[error("a ring does not return to its first point {at:?}")]
    UnclosedRing {
        /// The ring's last point, where the gap opens.
        at: (f64, f64),
    },
    /// A coordinate that is no number or no position on Earth.
    #[error("{at:?} is no longitude and latitude")]
    OutOfRange {
        /// As read.
        at: (f64, f64),
    },
    /// Two parts of one polygon's rings cross, touch within one ring, or run over each other.
    #[error("a ring crosses at {at:?}")]
    CrossingRing {
        /// Where.
        at: (f64, f64),
    },
    /// A hole reaches beyond the outer ring.
    #[error("a hole leaves its outer ring at {at:?}")]
    HoleOutsideRing {
        /// A point of the hole outside.
        at: (f64, f64),
    },
    /// Two polygons of the same area overlap.
    #[error("two parts of the area overlap at {at:?}")]
    PartsOverlap {
        /// A point in both.
        at: (f64, f64),
    },
    /// A key that an earlier area of the file has.
    #[error("the key is used by an earlier area")]
    DuplicateKey,
    /// The parent is not among the areas.
    #[error("the parent {parent} is missing")]
    ParentMissing {
        /// Its key.
        parent: i64,
    },
    /// The parent's level is not more general than the area's.
    #[error("the parent {parent} is not of a higher level")]
    ParentNotAbove {
        /// Its key.
        parent: i64,
    },
    /// Part of the area lies outside its parent.
    #[error("the area leaves its parent {parent} at {at:?}, by {distance_m:.1} m")]
    ChildOutsideParent {
        /// The parent's key.
        parent: i64,
        /// A point of the area outside the parent.
        at: (f64, f64),
        /// Metres from there to the parent's boundary.
        distance_m: f64,
    },
    /// Two areas of one parent overlap. Reported once, at the one with the smaller key.
    #[error("the area overlaps {with} at {at:?}, {area_m2:.0} m²")]
    OverlapSibling {
        /// The other area's key.
        with: i64,
        /// A point in both.
        at: (f64, f64),
        /// Square metres of the overlap.
        area_m2: f64,
    },
}

/// One fault of one area.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundaryFault {
    /// The area's key.
    pub key: i64,
    /// The area's code.
    pub code: String,
    /// What and where.
    pub kind: FaultKind,
}

impl BoundaryFault {
    /// Where on the map (longitude, latitude), for faults that have a place.
    #[must_use]
    pub fn place(&self) -> Option<(f64, f64)> {
        match self.kind {
            FaultKind::Empty { at } | FaultKind::TooFewPoints { at, .. } => at,
            FaultKind::UnclosedRing { at }
            | FaultKind::OutOfRange { at }
            | FaultKind::CrossingRing { at }
            | FaultKind::HoleOutsideRing { at }
            | FaultKind::PartsOverlap { at }
            | FaultKind::ChildOutsideParent { at, .. }
            | FaultKind::OverlapSibling { at, .. } => Some(at),
            _ => None,
        }
    }
}

/// How strict the comparison between areas is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryOptions {
    /// Overlaps and overhangs thinner than this many metres are the noise of drawing.
    pub tolerance_m: f64,
}

impl Default for BoundaryOptions {
    /// One metre: below what a hand-held receiver or a drawn boundary can tell.
    fn default() -> Self {
        Self { tolerance_m: 1.0 }
    }
}

/// All faults of a boundary file with the default tolerance, in the order of the areas; empty means it can be imported.
#[must_use]
pub fn check_boundaries(areas: &[BoundaryArea]) -> Vec<BoundaryFault> {
    check_boundaries_with(areas, BoundaryOptions::default())
}

/// All faults of a boundary file, in the order of the areas.
#[must_use]
pub fn check_boundaries_with(
    areas: &[BoundaryArea],
    options: BoundaryOptions,
) -> Vec<BoundaryFault> {
    let mut found: Vec<(usize, FaultKind)> = Vec::new();
    let mut sound: Vec<Option<MultiPolygon<f64>>> = Vec::with_capacity(areas.len());
    for (number, area) in areas.iter().enumerate() {
        let own = rings::check(&area.shape, options.tolerance_m);
        sound.push(own.is_empty().then(|| area.multi_polygon()));
        found.extend(own.into_iter().map(|kind| (number, kind)));
    }
    found.extend(check_tree(areas));
    found.extend(family::check(areas, &sound, options.tolerance_m));
    found.sort_by_key(|(number, _)| *number);
    found
        .into_iter()
        .map(|(number, kind)| BoundaryFault {
            key: areas[number].key,
            code: areas[number].code.clone(),
            kind,
        })
        .collect()
}

fn check_tree(areas: &[BoundaryArea]) -> Vec<(usize, FaultKind)> {
    let levels: HashMap<i64, u8> = areas.iter().map(|area| (area.key, area.level)).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (number, area) in areas.iter().enumerate() {
        if !seen.insert(area.key) {
            found.push((number, FaultKind::DuplicateKey));
        }
        let Some(parent) = area.parent else { continue };
        match levels.get(&parent) {
            None => found.push((number, FaultKind::ParentMissing { parent })),
            Some(level) if *level >= area.level => {
                found.push((number, FaultKind::ParentNotAbove { parent }))
            }
            Some(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
