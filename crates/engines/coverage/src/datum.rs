//! GCJ-02 passed off as WGS-84.
//!
//! The shift of Chinese map kits is known at every place, some hundreds of metres in one direction. Positions that lie beside
//! the reach, and inside its corridor once that shift is taken back, were most likely recorded in the other datum. It is
//! a suspicion to ask about, never a correction made silently. Where the river runs along the shift nothing can be told.

use serde::{Deserialize, Serialize};
use youlin_locate::{gcj02_to_wgs84, wgs84_to_gcj02};

use crate::plane::is_position;
use crate::reach::Reach;
use crate::track::Fix;

/// What taking the shift back, or adding it, does to a track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatumDoubt {
    pub kind: Suspected,
    /// The track's offset from where it would fit, metres east and north.
    pub east_m: f64,
    pub north_m: f64,
    /// Share of positions inside the corridor as they are, and once moved, 0 to 1.
    pub inside_before: f64,
    pub inside_after: f64,
}

/// Which of the two is in the other datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspected {
    /// The track was recorded in GCJ-02.
    Track,
    /// The reach was drawn on a map in GCJ-02.
    Reach,
}

/// Positions looked at; more say nothing new.
const LOOKED_AT: usize = 2_000;
/// Fewer than these are too few to be suspicious of.
const FEWEST: usize = 5;

/// The suspicion, if there is one: as they are at most a third of the positions fit, moved at least six in ten and twice
/// as many.
#[must_use]
pub fn datum_doubt(reach: &Reach, fixes: &[Fix]) -> Option<DatumDoubt> {
    let good: Vec<&Fix> = fixes
        .iter()
        .filter(|fix| reach.is_near(fix.lon, fix.lat) && !fix.is_null_island())
        .collect();
    let every = good.len().div_ceil(LOOKED_AT).max(1);
    let looked: Vec<(f64, f64)> = good
        .iter()
        .step_by(every)
        .map(|fix| (fix.lon, fix.lat))
        .collect();
    if looked.len() < FEWEST {
        return None;
    }
    let before = inside(reach, looked.iter().copied());
    let doubt = |kind: Suspected, moved: Vec<(f64, f64)>| {
        let after = inside(reach, moved.iter().copied());
        let fits = before <= 1.0 / 3.0 && after >= 0.6 && after >= 2.0 * before;
        fits.then(|| {
            let (east_m, north_m) = offset(reach, &looked, &moved);
            DatumDoubt {
                kind,
                east_m,
                north_m,
                inside_before: before,
                inside_after: after,
            }
        })
    };
    let back = looked.iter().map(|&(lon, lat)| gcj02_to_wgs84(lon, lat));
    let forth = looked.iter().map(|&(lon, lat)| wgs84_to_gcj02(lon, lat));
    let track = doubt(Suspected::Track, back.collect());
    let drawn = doubt(Suspected::Reach, forth.collect());
    match (track, drawn) {
        (Some(a), Some(b)) if b.inside_after > a.inside_after => Some(b),
        (a, b) => a.or(b),
    }
}

fn inside(reach: &Reach, positions: impl ExactSizeIterator<Item = (f64, f64)>) -> f64 {
    let all = positions.len() as f64;
    let found = positions.filter(|&(lon, lat)| reach.is_inside(lon, lat));
    found.count() as f64 / all
}

fn offset(reach: &Reach, from: &[(f64, f64)], to: &[(f64, f64)]) -> (f64, f64) {
    let count = from.len() as f64;
    let (mut east, mut north) = (0.0, 0.0);
    for (one, other) in from.iter().zip(to) {
        let (a, b) = (
            reach.plane.metres(one.0, one.1),
            reach.plane.metres(other.0, other.1),
        );
        east += (a.x - b.x) / count;
        north += (a.y - b.y) / count;
    }
    (east, north)
}

impl Reach {
    fn is_inside(&self, lon: f64, lat: f64) -> bool {
        let spot = self.plane.metres(lon, lat);
        self.line.near(spot).first().is_some()
    }

    /// Within two kilometres of the reach's box; who was elsewhere is no question of the datum.
    fn is_near(&self, lon: f64, lat: f64) -> bool {
        let spot = self.plane.metres(lon, lat);
        let ((west, east), (south, north)) = self.line.bounds();
        let near = |at: f64, low: f64, high: f64| at > low - 2_000.0 && at < high + 2_000.0;
        is_position(lon, lat) && near(spot.x, west, east) && near(spot.y, south, north)
    }
}
