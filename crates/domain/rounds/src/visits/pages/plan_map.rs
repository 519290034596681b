//! The way as a small drawing: numbered stops and the line between them. A drawing and no map: a cheap phone shows it at
//! once, in sunlight and on paper too. North is up.

use youlin_routes::on_plane;

use crate::visits::Stop;

/// Of the drawing, in its own units.
pub(super) const WIDTH: f64 = 340.0;
pub(super) const HEIGHT: f64 = 190.0;
const EDGE: f64 = 22.0;

/// A stop of the drawing; entrances of one building stand in one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) x: String,
    pub(super) y: String,
    /// 3, or 3–4.
    pub(super) label: String,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Drawing {
    pub(super) marks: Vec<Mark>,
    /// Of an SVG polyline.
    pub(super) line: String,
    pub(super) start: Option<(String, String)>,
}

/// See the module's text. Nothing where fewer than two places are known.
pub(super) fn drawing(stops: &[Stop], start: Option<(f64, f64)>) -> Option<Drawing> {
    let mut places: Vec<((f64, f64), usize, usize)> = Vec::new();
    for (number, stop) in (1..).zip(stops) {
        let Some(at) = stop.position else { continue };
        match places.last_mut() {
            Some((last, _, to)) if *last == at && *to + 1 == number => *to = number,
            _ => places.push((at, number, number)),
        }
    }
    let all: Vec<(f64, f64)> = start
        .into_iter()
        .chain(places.iter().map(|one| one.0))
        .collect();
    if all.len() < 2 {
        return None;
    }
    let points = on_plane(&all);
    let bound = |pick: fn(f64, f64) -> f64, of: fn(&youlin_routes::Point) -> f64, from: f64| {
        points.iter().map(of).fold(from, pick)
    };
    let (west, east) = (
        bound(f64::min, |one| one.x, f64::INFINITY),
        bound(f64::max, |one| one.x, f64::NEG_INFINITY),
    );
    let (south, north) = (
        bound(f64::min, |one| one.y, f64::INFINITY),
        bound(f64::max, |one| one.y, f64::NEG_INFINITY),
    );
    let scale = ((WIDTH - 2.0 * EDGE) / (east - west).max(1.0))
        .min((HEIGHT - 2.0 * EDGE) / (north - south).max(1.0));
    let (dx, dy) = (
        (WIDTH - (east - west) * scale) / 2.0,
        (HEIGHT - (north - south) * scale) / 2.0,
    );
    let drawn: Vec<(String, String)> = points
        .iter()
        .map(|one| {
            let x = dx + (one.x - west) * scale;
            let y = dy + (north - one.y) * scale;
            (format!("{x:.0}"), format!("{y:.0}"))
        })
        .collect();
    let line: Vec<String> = drawn.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let skipped = usize::from(start.is_some());
    let marks = drawn[skipped..].iter().zip(&places);
    Some(Drawing {
        marks: marks
            .map(|((x, y), (_, from, to))| Mark {
                x: x.clone(),
                y: y.clone(),
                label: if from == to {
                    from.to_string()
                } else {
                    format!("{from}–{to}")
                },
            })
            .collect(),
        start: start.map(|_| drawn[0].clone()),
        line: line.join(" "),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{HEIGHT, WIDTH, drawing};
    use crate::visits::Stop;

    proptest! {
        /// Every place is drawn inside, and entrances of one building stand in one mark.
        #[test]
        fn all_of_it_is_inside(at in prop::collection::vec((120.80..120.90_f64, 31.95..32.05_f64), 2..12)) {
            let stop = |position: &(f64, f64)| Stop {
                building: Uuid::nil(),
                name: String::new(),
                entrance: String::new(),
                position: Some(*position),
                visits: Vec::new(),
            };
            let mut stops: Vec<Stop> = at.iter().map(stop).collect();
            stops.insert(0, stops[0].clone());
            let drawn = drawing(&stops, None).expect("a drawing");
            prop_assert_eq!(&drawn.marks[0].label, "1–2");
            for mark in &drawn.marks {
                let (x, y): (f64, f64) = (mark.x.parse().expect("a number"), mark.y.parse().expect("a number"));
                prop_assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{mark:?}");
            }
        }
    }
}
