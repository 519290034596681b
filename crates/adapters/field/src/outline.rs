//! Boundaries made simple enough for a small drawn map (Douglas and Peucker).

use serde_json::Value;

/// Degrees; about four metres.
const TOLERANCE: f64 = 0.000_04;

/// The same geometry with only the points one sees on a telephone; `None` for what is no polygon.
pub(crate) fn simplified(geometry: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(geometry).ok()?;
    let rings = value.get_mut("coordinates")?;
    thin(rings)?;
    Some(value)
}

fn thin(value: &mut Value) -> Option<()> {
    let list = value.as_array_mut()?;
    let is_line = list.first()?.get(0)?.is_number();
    if !is_line {
        return list.iter_mut().try_for_each(thin);
    }
    let points: Option<Vec<[f64; 2]>> = list
        .iter()
        .map(|point| Some([point.get(0)?.as_f64()?, point.get(1)?.as_f64()?]))
        .collect();
    *value = kept(&points?).into_iter().map(Value::from).collect();
    Some(())
}

fn kept(points: &[[f64; 2]]) -> Vec<Vec<f64>> {
    let mut keep = vec![false; points.len()];
    let last = points.len().saturating_sub(1);
    // A ring's ends are one point: it is cut at the point farthest from it, so that something is left of it.
    let middle = (0..=last).max_by(|a, b| {
        let far = |at: &usize| distance(points[*at], points[0], points[0]);
        far(a).total_cmp(&far(b))
    });
    let mut spans = match middle {
        Some(middle) => vec![(0, middle), (middle, last)],
        None => return Vec::new(),
    };
    while let Some((from, to)) = spans.pop() {
        (keep[from], keep[to]) = (true, true);
        let farthest = (from + 1..to)
            .map(|at| (distance(points[at], points[from], points[to]), at))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, at)) = farthest.filter(|(off, _)| *off > TOLERANCE) {
            spans.push((from, at));
            spans.push((at, to));
        }
    }
    let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let points = points.iter().zip(keep).filter(|(_, keep)| *keep);
    points
        .map(|(point, _)| point.iter().map(|d| rounded(*d)).collect())
        .collect()
}

/// From a point to a stretch.
fn distance(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let (px, py) = (point[0] - from[0], point[1] - from[1]);
    let length = dx * dx + dy * dy;
    let part = if length == 0.0 {
        0.0
    } else {
        ((px * dx + py * dy) / length).clamp(0.0, 1.0)
    };
    (px - part * dx).hypot(py - part * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_stay_and_what_lies_between_goes() {
        let ring = r#"{"type":"Polygon","coordinates":[[[120,32],[120.005,32],[120.01,32],[120.01,32.01],[120.00501,32.01],[120,32.01],[120,32]]]}"#;
        let simple = simplified(ring).expect("a polygon");
        assert_eq!(
            simple["coordinates"][0],
            serde_json::json!([
                [120.0, 32.0],
                [120.01, 32.0],
                [120.01, 32.01],
                [120.0, 32.01],
                [120.0, 32.0]
            ])
        );
        assert_eq!(simplified("{}"), None);
        assert_eq!(simplified(r#"{"type":"Point","coordinates":[1,2]}"#), None);
    }
}
