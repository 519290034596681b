//! One area's rings by themselves.

use super::{FaultKind, RawShape, family};
use crate::geometry::LocalPlane;
use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Line, LineString, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, RTreeObject};

/// More crossings than this in one polygon tell the reader nothing new.
const CROSSINGS_REPORTED: usize = 20;

/// A ring of less mean width, in metres, is a line.
const FLAT_M: f64 = 0.001;

/// Faults of one shape, in reading order.
pub(super) fn check(shape: &RawShape, tolerance_m: f64) -> Vec<FaultKind> {
    if shape.is_empty() {
        return vec![FaultKind::Empty { at: None }];
    }
    let mut found = Vec::new();
    let mut polygons = Vec::new();
    for rings in shape {
        if rings.is_empty() {
            found.push(FaultKind::Empty { at: None });
            continue;
        }
        let before = found.len();
        for ring in rings {
            check_points(ring, &mut found);
        }
        if found.len() > before {
            continue;
        }
        let lines: Vec<Vec<Coord<f64>>> = rings.iter().map(|ring| without_repeats(ring)).collect();
        check_crossings(&lines, &mut found);
        if found.len() == before {
            found.extend(lines.iter().filter_map(|line| flat(line)));
        }
        if found.len() == before {
            check_holes(&lines, &mut found);
        }
        if found.len() == before {
            polygons.push(polygon(lines));
        }
    }
    if found.is_empty() {
        check_parts(&polygons, tolerance_m, &mut found);
    }
    found
}

fn polygon(lines: Vec<Vec<Coord<f64>>>) -> Polygon<f64> {
    let mut lines = lines.into_iter().map(LineString);
    let outer = lines.next().unwrap_or_else(LineString::empty);
    Polygon::new(outer, lines.collect())
}

/// A ring whose points are on one line but for the last digit crosses nothing and encloses nothing.
fn flat(line: &[Coord<f64>]) -> Option<FaultKind> {
    let first = line.first()?;
    let (area, length) = family::measure_ring(line, &LocalPlane::at(first.x, first.y));
    let mean_width = 2.0 * area / length;
    (mean_width < FLAT_M).then_some(FaultKind::Empty {
        at: Some((first.x, first.y)),
    })
}

fn check_points(ring: &[[f64; 2]], found: &mut Vec<FaultKind>) {
    let place = |point: &[f64; 2]| (point[0], point[1]);
    let valid = |point: &&[f64; 2]| point[0].abs() <= 180.0 && point[1].abs() <= 90.0;
    if let Some(point) = ring.iter().find(|point| !valid(point)) {
        found.push(FaultKind::OutOfRange { at: place(point) });
        return;
    }
    let mut different: Vec<[f64; 2]> = ring.to_vec();
    different.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    different.dedup();
    if different.len() < 3 {
        found.push(FaultKind::TooFewPoints {
            points: different.len(),
            at: ring.first().map(place),
        });
        return;
    }
    if let (Some(first), Some(last)) = (ring.first(), ring.last())
        && first != last
    {
        found.push(FaultKind::UnclosedRing { at: place(last) });
    }
}

/// Points repeated one after the other are harmless and dropped.
fn without_repeats(ring: &[[f64; 2]]) -> Vec<Coord<f64>> {
    let mut coords: Vec<Coord<f64>> = ring
        .iter()
        .map(|point| Coord {
            x: point[0],
            y: point[1],
        })
        .collect();
    coords.dedup();
    coords
}

/// A segment with where it stands: ring, number in the ring, segments of the ring.
type Segment = GeomWithData<Rectangle<[f64; 2]>, (usize, usize, usize)>;

fn check_crossings(rings: &[Vec<Coord<f64>>], found: &mut Vec<FaultKind>) {
    let line = |ring: usize, number: usize| Line::new(rings[ring][number], rings[ring][number + 1]);
    let mut segments: Vec<Segment> = Vec::new();
    for (ring, points) in rings.iter().enumerate() {
        let count = points.len().saturating_sub(1);
        segments.extend((0..count).map(|number| {
            let Line { start, end } = line(ring, number);
            let bounds = Rectangle::from_corners([start.x, start.y], [end.x, end.y]);
            GeomWithData::new(bounds, (ring, number, count))
        }));
    }
    let tree = RTree::bulk_load(segments.clone());
    let mut places: Vec<(f64, f64)> = Vec::new();
    for one in &segments {
        let envelope: AABB<[f64; 2]> = one.envelope();
        for other in tree.locate_in_envelope_intersecting(envelope) {
            if other.data <= one.data {
                continue;
            }
            let (a, b) = (
                line(one.data.0, one.data.1),
                line(other.data.0, other.data.1),
            );
            places.extend(crossing(a, b, one.data, other.data));
        }
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    places.dedup();
    found.extend(
        places
            .into_iter()
            .take(CROSSINGS_REPORTED)
            .map(|at| FaultKind::CrossingRing { at }),
    );
}

/// Where two segments meet although they must not.
fn crossing(
    a: Line<f64>,
    b: Line<f64>,
    one: (usize, usize, usize),
    other: (usize, usize, usize),
) -> Option<(f64, f64)> {
    let same_ring = one.0 == other.0;
    let (gap, count) = (other.1.abs_diff(one.1), one.2);
    let consecutive = same_ring && (gap == 1 || gap + 1 == count);
    match line_intersection(a, b)? {
        LineIntersection::Collinear { intersection } if intersection.start != intersection.end => {
            Some((intersection.start.x, intersection.start.y))
        }
        LineIntersection::Collinear { .. } => None,
        // Consecutive segments meet in their common point; a hole may touch another ring in a point.
        LineIntersection::SinglePoint {
            intersection,
            is_proper,
        } => (is_proper || (same_ring && !consecutive)).then_some((intersection.x, intersection.y)),
    }
}

/// Holes that touch the outer ring only in points can still lie outside it: each corner and middle is asked.
fn check_holes(rings: &[Vec<Coord<f64>>], found: &mut Vec<FaultKind>) {
    let Some((outer, holes)) = rings.split_first() else {
        return;
    };
    let outer = Polygon::new(LineString(outer.clone()), Vec::new());
    let is_outside = |coord: &Coord<f64>| outer.coordinate_position(coord) == CoordPos::Outside;
    for hole in holes {
        let middles = hole.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
        if let Some(at) = hole.iter().copied().find(&is_outside) {
            found.push(FaultKind::HoleOutsideRing { at: (at.x, at.y) });
        } else if middles.clone().all(|middle| is_outside(&middle)) {
            // Rounding may push a single middle over the line it lies on; all of them outside is a hole outside.
            found.extend(
                middles
                    .take(1)
                    .map(|at| FaultKind::HoleOutsideRing { at: (at.x, at.y) }),
            );
        }
    }
}

fn check_parts(polygons: &[Polygon<f64>], tolerance_m: f64, found: &mut Vec<FaultKind>) {
    let parts: Vec<MultiPolygon<f64>> = polygons
        .iter()
        .map(|part| MultiPolygon(vec![part.clone()]))
        .collect();
    for (first, second) in family::meeting_pairs(&parts) {
        if let Some(overlap) = family::overlap(&parts[first], &parts[second], tolerance_m) {
            found.push(FaultKind::PartsOverlap { at: overlap.at });
        }
    }
}
