//! Shapes between GeoJSON text and the engine. Rings stay as they stand in the file until they were checked: the usual
//! geometry types close rings silently.

use geo::MultiPolygon;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use youlin_locate::{BoundaryArea, RawShape};

/// A GeoJSON geometry an area can have.
#[derive(Deserialize, Serialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

/// Why a geometry cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Neither Polygon nor MultiPolygon, or its coordinates are no numbers.
    NoPolygon,
    /// A position of fewer than two numbers.
    ShortPosition,
}

/// The rings of a GeoJSON geometry; heights are dropped.
pub(crate) fn rings(geometry: &Value) -> Result<RawShape, Unreadable> {
    let polygons = match Geometry::deserialize(geometry) {
        Ok(Geometry::Polygon(rings)) => vec![rings],
        Ok(Geometry::MultiPolygon(polygons)) => polygons,
        Err(_unreadable) => return Err(Unreadable::NoPolygon),
    };
    polygons
        .into_iter()
        .map(|polygon| polygon.into_iter().map(ring).collect())
        .collect()
}

fn ring(points: Vec<Vec<f64>>) -> Result<Vec<[f64; 2]>, Unreadable> {
    points
        .into_iter()
        .map(|point| match point[..] {
            [lon, lat, ..] => Ok([lon, lat]),
            _ => Err(Unreadable::ShortPosition),
        })
        .collect()
}

/// The text the database keeps: always a MultiPolygon.
pub(crate) fn text(shape: &RawShape) -> String {
    serde_json::json!({"type": "MultiPolygon", "coordinates": shape}).to_string()
}

/// The rings of a stored text.
pub(crate) fn stored_rings(text: &str) -> Option<RawShape> {
    rings(&serde_json::from_str(text).ok()?).ok()
}

/// A stored text as the engine's shape.
pub(crate) fn stored(text: &str) -> Option<MultiPolygon<f64>> {
    Some(solid(stored_rings(text)?))
}

/// Checked rings as the engine's shape.
pub(crate) fn solid(shape: RawShape) -> MultiPolygon<f64> {
    BoundaryArea {
        key: 0,
        code: String::new(),
        level: 0,
        parent: None,
        shape,
    }
    .multi_polygon()
}

/// The engine's shape as rings.
pub(crate) fn raw(shape: &MultiPolygon<f64>) -> RawShape {
    let ring = |line: &geo::LineString<f64>| line.coords().map(|at| [at.x, at.y]).collect();
    shape
        .iter()
        .map(|polygon| {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            rings.map(ring).collect()
        })
        .collect()
}
