//! Areas against their parent and their siblings.
//!
//! A boolean operation gives the pieces that should not be there; a piece counts when it is wider than the tolerance
//! somewhere: at a corner far from the other boundary, at its middle, or on average. One measure alone fails: a
//! long sliver hides a bump in the average, and a piece filling a hole has all its corners on the boundary.

use super::{BoundaryArea, FaultKind};
use crate::geometry::{LocalPlane, bbox};
use geo::{BooleanOps, Coord, InteriorPoint, LinesIter, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{RTree, RTreeObject};
use std::collections::{BTreeMap, HashMap};

/// A piece that should not be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Its most telling point.
    pub(super) at: (f64, f64),
    /// How far that is from the boundary it should keep to, in metres.
    pub(super) depth_m: f64,
    /// Square metres of all such pieces.
    pub(super) area_m2: f64,
}

pub(super) fn check(
    areas: &[BoundaryArea],
    sound: &[Option<MultiPolygon<f64>>],
    tolerance_m: f64,
) -> Vec<(usize, FaultKind)> {
    let mut found = check_parents(areas, sound, tolerance_m);
    found.extend(check_siblings(areas, sound, tolerance_m));
    found
}

fn check_parents(
    areas: &[BoundaryArea],
    sound: &[Option<MultiPolygon<f64>>],
    tolerance_m: f64,
) -> Vec<(usize, FaultKind)> {
    let numbers: HashMap<i64, usize> = areas
        .iter()
        .enumerate()
        .map(|(number, area)| (area.key, number))
        .collect();
    let mut found = Vec::new();
    for (number, area) in areas.iter().enumerate() {
        let Some(parent) = area.parent else { continue };
        let parent_shape = numbers.get(&parent).and_then(|&at| sound[at].as_ref());
        let (Some(shape), Some(parent_shape)) = (&sound[number], parent_shape) else {
            continue;
        };
        if let Some(piece) = overhang(shape, parent_shape, tolerance_m) {
            let kind = FaultKind::ChildOutsideParent {
                parent,
                at: piece.at,
                distance_m: piece.depth_m,
            };
            found.push((number, kind));
        }
    }
    found
}

fn check_siblings(
    areas: &[BoundaryArea],
    sound: &[Option<MultiPolygon<f64>>],
    tolerance_m: f64,
) -> Vec<(usize, FaultKind)> {
    let mut families: BTreeMap<(Option<i64>, u8), Vec<usize>> = BTreeMap::new();
    for (number, area) in areas.iter().enumerate() {
        families
            .entry((area.parent, area.level))
            .or_default()
            .push(number);
    }
    let mut found = Vec::new();
    for members in families.values() {
        let (numbers, shapes): (Vec<usize>, Vec<MultiPolygon<f64>>) = members
            .iter()
            .filter_map(|&number| sound[number].clone().map(|shape| (number, shape)))
            .unzip();
        for (first, second) in meeting_pairs(&shapes) {
            let Some(piece) = overlap(&shapes[first], &shapes[second], tolerance_m) else {
                continue;
            };
            let (mut one, mut other) = (numbers[first], numbers[second]);
            if areas[other].key < areas[one].key {
                std::mem::swap(&mut one, &mut other);
            }
            let kind = FaultKind::OverlapSibling {
                with: areas[other].key,
                at: piece.at,
                area_m2: piece.area_m2,
            };
            found.push((one, kind));
        }
    }
    found
}

/// Pairs of shapes whose boxes meet, each once, in order.
pub(super) fn meeting_pairs(shapes: &[MultiPolygon<f64>]) -> Vec<(usize, usize)> {
    let boxes: Vec<GeomWithData<Rectangle<[f64; 2]>, usize>> = shapes
        .iter()
        .enumerate()
        .filter_map(|(number, shape)| {
            let bounds = bbox(shape)?;
            let rectangle =
                Rectangle::from_corners([bounds.west, bounds.south], [bounds.east, bounds.north]);
            Some(GeomWithData::new(rectangle, number))
        })
        .collect();
    let tree = RTree::bulk_load(boxes.clone());
    let mut pairs: Vec<(usize, usize)> = boxes
        .iter()
        .flat_map(|one| {
            let others = tree.locate_in_envelope_intersecting(one.envelope());
            others
                .filter(|other| one.data < other.data)
                .map(|other| (one.data, other.data))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

/// What two shapes have in common, if it is wider than the tolerance.
pub(super) fn overlap(
    a: &MultiPolygon<f64>,
    b: &MultiPolygon<f64>,
    tolerance_m: f64,
) -> Option<Piece> {
    // A corner of the common piece lies on one boundary; how deep it is in the other shape tells the width there.
    let pieces = a.intersection(b);
    worst(&pieces, tolerance_m, |plane| {
        distance_to(plane, a).max(distance_to(plane, b))
    })
}

/// What of `child` lies outside `parent`, if it is wider than the tolerance.
fn overhang(
    child: &MultiPolygon<f64>,
    parent: &MultiPolygon<f64>,
    tolerance_m: f64,
) -> Option<Piece> {
    let pieces = child.difference(parent);
    worst(&pieces, tolerance_m, |plane| distance_to(plane, parent))
}

fn worst(
    pieces: &MultiPolygon<f64>,
    tolerance_m: f64,
    depth: impl Fn(&LocalPlane) -> f64,
) -> Option<Piece> {
    let mut worst: Option<Piece> = None;
    let mut area_m2 = 0.0;
    for piece in &pieces.0 {
        let Some(middle) = piece.interior_point() else {
            continue;
        };
        let (area, perimeter) = measure(piece, middle.y());
        // Twice the area over the perimeter is the mean width of anything long.
        let mean_width = if perimeter > 0.0 {
            2.0 * area / perimeter
        } else {
            0.0
        };
        let corners = piece.exterior().0.iter().map(|coord| (coord.x, coord.y));
        let deepest = corners
            .chain(std::iter::once((middle.x(), middle.y())))
            .map(|at| (depth(&LocalPlane::at(at.0, at.1)), at))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((depth_m, at)) = deepest else {
            continue;
        };
        if mean_width.max(depth_m) <= tolerance_m {
            continue;
        }
        area_m2 += area;
        if worst.is_none_or(|worst| depth_m > worst.depth_m) {
            worst = Some(Piece {
                at,
                depth_m,
                area_m2: 0.0,
            });
        }
    }
    worst.map(|piece| Piece { area_m2, ..piece })
}

/// Square metres and metres of outline of a small piece.
fn measure(piece: &Polygon<f64>, lat: f64) -> (f64, f64) {
    let Some(origin) = piece.exterior().0.first() else {
        return (0.0, 0.0);
    };
    let plane = LocalPlane::at(origin.x, lat);
    let ring = |line: &geo::LineString<f64>| measure_ring(&line.0, &plane);
    let outer = ring(piece.exterior());
    let holes = piece.interiors().iter().map(ring);
    holes.fold(outer, |sum, hole| (sum.0 - hole.0, sum.1 + hole.1))
}

/// Square metres inside a closed line, and its metres.
pub(super) fn measure_ring(line: &[Coord<f64>], plane: &LocalPlane) -> (f64, f64) {
    let points: Vec<(f64, f64)> = line
        .iter()
        .map(|coord| plane.project(coord.x, coord.y))
        .collect();
    let pairs = points.windows(2);
    let twice: f64 = pairs
        .clone()
        .map(|pair| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1)
        .sum();
    let length: f64 = pairs
        .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
        .sum();
    (twice.abs() / 2.0, length)
}

/// Metres from the plane's origin to the nearest boundary of a shape.
fn distance_to(plane: &LocalPlane, shape: &MultiPolygon<f64>) -> f64 {
    shape
        .lines_iter()
        .map(|line| {
            plane
                .nearest_on_segment([line.start.x, line.start.y], [line.end.x, line.end.y])
                .1
        })
        .fold(f64::INFINITY, f64::min)
        .sqrt()
}
