//! A square town on a grid of steps, for tests that need boundaries whose every corner is known.

use serde_json::{Value, json};

/// West and south of the town, and degrees to a step (about a hundred metres).
pub const ORIGIN: (f64, f64) = (120.80, 32.00);
/// See [`ORIGIN`].
pub const STEP: f64 = 0.001;

/// The point so many steps east and north of the origin: longitude, latitude.
#[must_use]
pub fn at(east: f64, north: f64) -> (f64, f64) {
    (ORIGIN.0 + east * STEP, ORIGIN.1 + north * STEP)
}

/// A rectangle in steps: west, south, east, north.
#[must_use]
pub fn square(w: f64, s: f64, e: f64, n: f64) -> Value {
    let corner = |east, north| {
        let (lon, lat) = at(east, north);
        json!([lon, lat])
    };
    json!({"type": "Polygon", "coordinates": [[
        corner(w, s), corner(e, s), corner(e, n), corner(w, n), corner(w, s)
    ]]})
}

/// The boundary of the area of that code from that day on.
#[must_use]
pub fn feature(code: &str, from: &str, geometry: Value) -> Value {
    json!({"type": "Feature", "properties": {"code": code, "valid_from": from}, "geometry": geometry})
}

/// The text of a GeoJSON file.
#[must_use]
pub fn collection(features: Vec<Value>) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// The usual small town: district 91 and its subdistrict S1 fill ten by twenty steps, community A is the south, B the
/// north; grids A1 and A2 are the west and the east of A.
#[must_use]
pub fn small_town(codes: &[&str]) -> String {
    let day = "2024-01-01";
    let all = [
        ("91", square(0.0, 0.0, 10.0, 20.0)),
        ("S1", square(0.0, 0.0, 10.0, 20.0)),
        ("A", square(0.0, 0.0, 10.0, 10.0)),
        ("B", square(0.0, 10.0, 10.0, 20.0)),
        ("A1", square(0.0, 0.0, 5.0, 10.0)),
        ("A2", square(5.0, 0.0, 10.0, 10.0)),
    ];
    let wanted = all.into_iter().filter(|(code, _)| codes.contains(code));
    collection(
        wanted
            .map(|(code, shape)| feature(code, day, shape))
            .collect(),
    )
}
