//! Measures on the ellipsoid shared by the index, the boundary check and the pages.
//!
//! Lengths and areas are those of WGS-84. Over the few kilometres of a neighbourhood a plane touching the ellipsoid
//! at the point of interest ([`LocalPlane`]) is exact to a few millimetres and far cheaper than geodesics.

use geo::{BoundingRect, Centroid, Distance, Geodesic, GeodesicArea, MultiPolygon, Point};

/// Equatorial radius of WGS-84 in metres (defining constant).
const WGS84_A: f64 = 6_378_137.0;
/// First eccentricity squared of WGS-84.
const WGS84_E2: f64 = 0.006_694_379_990_14;

/// A box in degrees; its edges belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Smallest longitude.
    pub west: f64,
    /// Smallest latitude.
    pub south: f64,
    /// Largest longitude.
    pub east: f64,
    /// Largest latitude.
    pub north: f64,
}

impl Bbox {
    /// Whether the point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        lon >= self.west && lon <= self.east && lat >= self.south && lat <= self.north
    }

    /// The point of the box nearest to the given one (the point itself when it is inside).
    #[must_use]
    pub fn clamp(&self, lon: f64, lat: f64) -> (f64, f64) {
        (
            lon.max(self.west).min(self.east),
            lat.max(self.south).min(self.north),
        )
    }

    /// The smallest box holding both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }
}

/// The box around a shape, `None` when it has no points.
#[must_use]
pub fn bbox(shape: &MultiPolygon<f64>) -> Option<Bbox> {
    shape.bounding_rect().map(|rect| Bbox {
        west: rect.min().x,
        south: rect.min().y,
        east: rect.max().x,
        north: rect.max().y,
    })
}

/// The centre of gravity (longitude, latitude) of a shape, `None` when it has no points. It may lie outside a bent
/// or holed shape: it is where a label goes, not proof of belonging.
#[must_use]
pub fn centroid(shape: &MultiPolygon<f64>) -> Option<(f64, f64)> {
    shape.centroid().map(|point| (point.x(), point.y()))
}

/// The area on the ellipsoid in square metres, holes taken out, whichever way the rings turn.
#[must_use]
pub fn area_m2(shape: &MultiPolygon<f64>) -> f64 {
    shape
        .0
        .iter()
        .map(|polygon| {
            let ring = |line: &geo::LineString<f64>| {
                geo::Polygon::new(line.clone(), Vec::new())
                    .geodesic_area_signed()
                    .abs()
            };
            let holes: f64 = polygon.interiors().iter().map(ring).sum();
            (ring(polygon.exterior()) - holes).max(0.0)
        })
        .sum()
}

/// Metres between two positions (longitude, latitude) along the ellipsoid.
#[must_use]
pub fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    Geodesic.distance(Point::new(from.0, from.1), Point::new(to.0, to.1))
}

/// The plane touching the ellipsoid at one position, in metres.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalPlane {
    lon: f64,
    lat: f64,
    /// Metres per degree of longitude and of latitude at the position.
    pub(crate) x_scale: f64,
    pub(crate) y_scale: f64,
}

impl LocalPlane {
    pub(crate) fn at(lon: f64, lat: f64) -> Self {
        let phi = lat.clamp(-89.0, 89.0).to_radians();
        let w2 = 1.0 - WGS84_E2 * phi.sin().powi(2);
        let per_degree = std::f64::consts::PI / 180.0;
        Self {
            lon,
            lat,
            x_scale: WGS84_A / w2.sqrt() * phi.cos() * per_degree,
            y_scale: WGS84_A * (1.0 - WGS84_E2) / (w2 * w2.sqrt()) * per_degree,
        }
    }

    /// Metres east and north of the position.
    pub(crate) fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        (
            (lon - self.lon) * self.x_scale,
            (lat - self.lat) * self.y_scale,
        )
    }

    /// The place on the segment `from`–`to` nearest to the position, with its squared distance in square metres.
    pub(crate) fn nearest_on_segment(&self, from: [f64; 2], to: [f64; 2]) -> ((f64, f64), f64) {
        let (ax, ay) = self.project(from[0], from[1]);
        let (bx, by) = self.project(to[0], to[1]);
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = dx * dx + dy * dy;
        let along = if length2 > 0.0 {
            (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (px, py) = (ax + along * dx, ay + along * dy);
        let place = (
            from[0] + along * (to[0] - from[0]),
            from[1] + along * (to[1] - from[1]),
        );
        (place, px * px + py * py)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_cell_of_one_hundredth_degree_at_nantong_has_its_known_size() {
        let shape = MultiPolygon(vec![polygon![
            (x: 120.86, y: 32.01), (x: 120.87, y: 32.01), (x: 120.87, y: 32.02), (x: 120.86, y: 32.02)
        ]]);
        // One hundredth of a degree there: 944.7 m east, 1108.8 m north.
        let area = area_m2(&shape);
        assert!((area - 944.7 * 1108.8).abs() < 500.0, "{area}");
        let plane = LocalPlane::at(120.865, 32.015);
        assert!((plane.x_scale * plane.y_scale * 1e-4 - area).abs() / area < 1e-4);
        let (lon, lat) = centroid(&shape).unwrap_or_default();
        assert!((lon - 120.865).abs() < 1e-9 && (lat - 32.015).abs() < 1e-9);
    }

    #[test]
    fn a_hole_is_taken_out_whichever_way_it_turns() {
        let hole = vec![
            (120.862, 32.012),
            (120.864, 32.012),
            (120.864, 32.014),
            (120.862, 32.014),
            (120.862, 32.012),
        ];
        let with = |hole: Vec<(f64, f64)>| {
            let outer = vec![
                (120.86, 32.01),
                (120.87, 32.01),
                (120.87, 32.02),
                (120.86, 32.02),
            ];
            area_m2(&MultiPolygon(vec![geo::Polygon::new(
                outer.into(),
                vec![hole.into()],
            )]))
        };
        let turned: Vec<_> = hole.iter().rev().copied().collect();
        assert!((with(hole) / with(turned) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_local_plane_measures_like_the_ellipsoid() {
        let here = (120.865, 32.015);
        let there = (120.875, 32.020);
        let (x, y) = LocalPlane::at(here.0, here.1).project(there.0, there.1);
        assert!((x.hypot(y) - distance_m(here, there)).abs() < 0.5);
    }
}
