//! The nearest area of a point that lies in none.
//!
//! Distances are compared in the plane touching the ellipsoid at the point and reported along the ellipsoid. The
//! search looks at boxes in a window that doubles until the best find is nearer than the window is wide, so it stays
//! exact without trusting degrees as a measure of distance.

use super::index::AreaIndex;
use crate::geometry::{LocalPlane, distance_m};
use rstar::AABB;

/// First window in metres; most points outside are a street's width away.
const FIRST_WINDOW_M: f64 = 250.0;
/// Half the Earth's circumference: everything is nearer.
const LAST_WINDOW_M: f64 = 2.1e7;
/// Distances are compared in tenths of a millimetre, so that an edge two areas share is equally near for both.
const STEPS_PER_METRE: f64 = 10_000.0;

/// A find, ordered by how near it is and then by the area's number (more specific first, then smaller key).
type Find = (u64, u32, (f64, f64));

impl AreaIndex {
    pub(super) fn nearest(&self, lon: f64, lat: f64) -> Option<(i64, f64)> {
        if self.is_empty() || !lon.is_finite() || !lat.is_finite() {
            return None;
        }
        let plane = LocalPlane::at(lon, lat);
        let mut window = FIRST_WINDOW_M;
        loop {
            let find = self.nearest_in_window(&plane, lon, lat, window);
            let last = window >= LAST_WINDOW_M;
            if let Some((steps, area, place)) = find
                && (last || steps as f64 <= window * STEPS_PER_METRE)
            {
                return Some((self.areas[area as usize].key, distance_m((lon, lat), place)));
            }
            if last {
                return None;
            }
            window = (window * 2.0).min(LAST_WINDOW_M);
        }
    }

    fn nearest_in_window(
        &self,
        plane: &LocalPlane,
        lon: f64,
        lat: f64,
        window: f64,
    ) -> Option<Find> {
        // The last window must reach everything, also what the plane draws wider than it is.
        let (dx, dy) = if window >= LAST_WINDOW_M {
            (f64::MAX / 4.0, f64::MAX / 4.0)
        } else {
            (window / plane.x_scale, window / plane.y_scale)
        };
        let envelope = AABB::from_corners([lon - dx, lat - dy], [lon + dx, lat + dy]);
        let mut boxes: Vec<(u64, u32)> = self
            .levels
            .iter()
            .flat_map(|tree| tree.locate_in_envelope_intersecting(envelope))
            .map(|leaf| (self.box_steps(plane, leaf.area, lon, lat), leaf.area))
            .collect();
        boxes.sort_unstable();
        let mut best: Option<Find> = None;
        for (least, area) in boxes {
            if best.is_some_and(|(steps, ..)| steps < least) {
                break;
            }
            let found = self.nearest_edge(plane, area);
            if best.is_none_or(|(steps, number, _)| (found.0, area) < (steps, number)) {
                best = Some((found.0, area, found.1));
            }
        }
        best
    }

    /// No point of the area is nearer than its box.
    fn box_steps(&self, plane: &LocalPlane, area: u32, lon: f64, lat: f64) -> u64 {
        let rings = &self.areas[area as usize].rings;
        let (x, y) = plane.project(
            lon.max(rings.west).min(rings.east),
            lat.max(rings.south).min(rings.north),
        );
        steps(x * x + y * y)
    }

    fn nearest_edge(&self, plane: &LocalPlane, area: u32) -> (u64, (f64, f64)) {
        let rings = &self.areas[area as usize].rings;
        let mut best = (f64::INFINITY, (0.0, 0.0));
        for (from, to) in rings.edges() {
            // An edge is walked from its smaller end, so that both neighbours compute the same bits.
            let (from, to) = if from <= to { (from, to) } else { (to, from) };
            let (place, squared) = plane.nearest_on_segment(from, to);
            if squared < best.0 {
                best = (squared, place);
            }
        }
        (steps(best.0), best.1)
    }
}

fn steps(squared_metres: f64) -> u64 {
    (squared_metres.sqrt() * STEPS_PER_METRE).round() as u64
}
