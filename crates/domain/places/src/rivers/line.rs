//! The line of a reach: read from GeoJSON or from pairs of degrees, checked, measured.

use serde_json::Value;
use youlin_kernel::{Problem, Result};

use crate::Datum;

/// Points of a line; more is a survey that wants simplifying first.
const POINTS_MAX: usize = 5_000;
/// Metres. Shorter is a point, longer is several reaches.
const LENGTH: (f64, f64) = (10.0, 100_000.0);

/// A checked line: degrees, WGS-84, in the direction of chainage.
#[derive(Clone, Debug, PartialEq)]
pub struct Line(Vec<(f64, f64)>);

impl Line {
    /// From a stored text.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        points(&serde_json::from_str(text).ok()?).map(Self)
    }

    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.0
    }

    /// As it is stored and sent to maps.
    #[must_use]
    pub fn geojson(&self) -> String {
        let points: Vec<[f64; 2]> = self.0.iter().map(|(lon, lat)| [*lon, *lat]).collect();
        serde_json::json!({ "type": "LineString", "coordinates": points }).to_string()
    }

    /// Metres on the ellipsoid.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        pairs.map(|(a, b)| youlin_locate::distance_m(*a, *b)).sum()
    }

    /// Where the nearest point of the line lies: metres along it, and metres from `position` (degrees) to it.
    #[must_use]
    pub fn nearest(&self, position: (f64, f64)) -> (f64, f64) {
        let (mut along, mut best) = (0.0, (0.0, f64::INFINITY));
        for (a, b) in self.0.iter().zip(self.0.iter().skip(1)) {
            let length = youlin_locate::distance_m(*a, *b);
            // A plane over a stretch of some hundred metres: longitude shrinks with the cosine of the latitude.
            let shrink = a.1.to_radians().cos();
            let (dx, dy) = ((b.0 - a.0) * shrink, b.1 - a.1);
            let (px, py) = ((position.0 - a.0) * shrink, position.1 - a.1);
            let part = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            let foot = (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
            let off = youlin_locate::distance_m(position, foot);
            if off < best.1 {
                best = (along + part * length, off);
            }
            along += length;
        }
        best
    }

    /// The point so many metres along it, in degrees; the ends are the first and the last.
    #[must_use]
    pub fn at(&self, metres: f64) -> (f64, f64) {
        let mut left = metres.max(0.0);
        for (a, b) in self.0.iter().zip(self.0.iter().skip(1)) {
            let length = youlin_locate::distance_m(*a, *b);
            if left <= length {
                let part = left / length;
                return (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
            }
            left -= length;
        }
        self.0.last().copied().unwrap_or_default()
    }

    /// West, south, east, north in degrees.
    #[must_use]
    pub fn bbox(&self) -> [f64; 4] {
        let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        self.0.iter().fold(start, |[w, s, e, n], (lon, lat)| {
            [w.min(*lon), s.min(*lat), e.max(*lon), n.max(*lat)]
        })
    }
}

/// Reads what somebody typed or a file holds: a GeoJSON geometry, feature or collection with one line, or a line of text
/// for each point with longitude and latitude.
///
/// # Errors
/// 422 on `line`: no line at all, positions that are none, too short or too long.
pub fn read_line(text: &str, datum: Datum) -> Result<Line> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid("line", "required"));
    }
    let found = if text.starts_with('{') {
        serde_json::from_str(text).ok().as_ref().and_then(points)
    } else {
        pairs(text)
    };
    let found = found.ok_or_else(|| Problem::invalid("line", "line-unreadable"))?;
    checked(found, datum)
}

fn checked(found: Vec<(f64, f64)>, datum: Datum) -> Result<Line> {
    let outside = |(lon, lat): &(f64, f64)| {
        !lon.is_finite() || !lat.is_finite() || lon.abs() > 180.0 || lat.abs() > 90.0
    };
    if let Some((lon, lat)) = found.iter().find(|point| outside(point)) {
        return Err(Problem::invalid("line", "line-no-position")
            .field_arg("lon", lon)
            .field_arg("lat", lat));
    }
    if found.len() > POINTS_MAX {
        return Err(Problem::invalid("line", "line-too-many").field_arg("max", POINTS_MAX));
    }
    let mut line: Vec<(f64, f64)> = Vec::with_capacity(found.len());
    for (lon, lat) in found {
        let point = match datum {
            Datum::Wgs84 => (lon, lat),
            Datum::Gcj02 => youlin_locate::gcj02_to_wgs84(lon, lat),
        };
        // A centimetre: what is stored reads back the same.
        let point = (rounded(point.0), rounded(point.1));
        if line.last() != Some(&point) {
            line.push(point);
        }
    }
    let line = Line(line);
    let length = line.length_m();
    if length < LENGTH.0 {
        return Err(Problem::invalid("line", "line-too-short").field_arg("min", LENGTH.0));
    }
    if length > LENGTH.1 {
        return Err(Problem::invalid("line", "line-too-long").field_arg("max", LENGTH.1 / 1000.0));
    }
    Ok(line)
}

/// Metres as surveyors write them: 1350 m is `K1+350`. Rounded as they are kept first, so that what was just measured and what was
/// read back are written alike.
#[must_use]
pub fn chainage(metres: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a reach is at most 100 km long"
    )]
    let whole = (f64::from(decimetres(metres)) / 10.0).max(0.0).round() as u32;
    format!("K{}+{:03}", whole / 1000, whole % 1000)
}

/// Metres along a line as they are kept.
#[must_use]
pub fn decimetres(metres: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a checked line is at most 100 km long"
    )]
    let whole = (metres * 10.0).round() as i32;
    whole
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// The points of the one line in a GeoJSON value.
fn points(value: &Value) -> Option<Vec<(f64, f64)>> {
    match value.get("type")?.as_str()? {
        "LineString" => coordinates(value.get("coordinates")?),
        "MultiLineString" => match value.get("coordinates")?.as_array()?.as_slice() {
            [only] => coordinates(only),
            _ => None,
        },
        "Feature" => points(value.get("geometry")?),
        "FeatureCollection" => match value.get("features")?.as_array()?.as_slice() {
            [only] => points(only),
            _ => None,
        },
        _ => None,
    }
}

fn coordinates(value: &Value) -> Option<Vec<(f64, f64)>> {
    let all = value.as_array()?.iter().map(|point| {
        let point = point.as_array()?;
        Some((point.first()?.as_f64()?, point.get(1)?.as_f64()?))
    });
    all.collect()
}

fn pairs(text: &str) -> Option<Vec<(f64, f64)>> {
    let lines = text
        .split(['\n', ';', '；'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut numbers = line
                .split([',', '，', ' ', '\t', '、'])
                .filter(|part| !part.is_empty());
            let point = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
            numbers.next().is_none().then_some(point)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIVER: &str = "120.8601 31.9951\n120.8640, 31.9953；120.8671，31.9960";

    #[test]
    fn pairs_and_geojson_are_one_line() {
        let line = read_line(RIVER, Datum::Wgs84).expect("a line");
        assert_eq!(line.points().len(), 3);
        assert_eq!(Line::stored(&line.geojson()), Some(line.clone()));
        let again = format!(r#"{{"type":"Feature","geometry":{}}}"#, line.geojson());
        assert_eq!(read_line(&again, Datum::Wgs84).expect("a line"), line);
        assert!(
            (line.length_m() - 675.0).abs() < 10.0,
            "{}",
            line.length_m()
        );
    }

    #[test]
    fn along_and_back() {
        let line = read_line(RIVER, Datum::Wgs84).expect("a line");
        for metres in [0.0, 10.0, 333.0, 500.0] {
            let (along, off) = line.nearest(line.at(metres));
            assert!(
                (along - metres).abs() < 0.5 && off < 0.1,
                "{metres}: {along}, {off}"
            );
        }
        assert_eq!(chainage(1350.4), "K1+350");
        // What is kept of 158.46 m reads 158.5.
        assert_eq!(
            chainage(158.46),
            chainage(f64::from(decimetres(158.46)) / 10.0)
        );
    }

    #[test]
    fn what_is_no_line_says_why() {
        for (text, code) in [
            ("", "required"),
            ("120.86", "line-unreadable"),
            ("河从桥下过", "line-unreadable"),
            ("1200.0 31.9\n120.0 31.9", "line-no-position"),
            ("120.86 31.99", "line-too-short"),
            ("120.86 31.99\n120.86 31.99", "line-too-short"),
            ("100 31\n120 31", "line-too-long"),
            (
                r#"{"type":"Point","coordinates":[120,31]}"#,
                "line-unreadable",
            ),
        ] {
            let problem = read_line(text, Datum::Wgs84).expect_err(text);
            assert_eq!(problem.fields()[0].code, code, "{text}");
        }
    }

    #[test]
    fn a_line_of_a_map_service_is_moved_back() {
        let line = read_line(RIVER, Datum::Gcj02).expect("a line");
        let (lon, lat) = line.points()[0];
        let moved = youlin_locate::distance_m((120.8601, 31.9951), (lon, lat));
        assert!((200.0..800.0).contains(&moved), "{moved}");
    }
}
