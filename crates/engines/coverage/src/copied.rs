//! Whether one track was made from another.
//!
//! Two people who walk the same bank differ by their receivers' noise, metres at every fix. A copy has the same
//! positions, whatever was done to its times; a disguised one still keeps closer to the other's path than any two receivers.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::grid::LineIndex;
use crate::plane::{Plane, Spot};
use crate::track::{Fix, usable};

/// How alike two tracks are. Shares are of the shorter one's positions that moved, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// At exactly the same position (to about 0.1 m).
    pub same_positions: f64,
    /// Within two metres of the other's path.
    pub same_path: f64,
    /// Seconds by which the second track was at the same positions later than the first, the median.
    pub shift_s: Option<i64>,
    /// Positions compared.
    pub compared: usize,
    /// Enough to ask: half of the positions the same, or nine in ten on the other's very path.
    pub suspicious: bool,
}

/// Fewer positions prove nothing.
const FEWEST: usize = 10;
const SAME_PATH_M: f64 = 2.0;

/// Compares two tracks, in either order.
#[must_use]
pub fn same_walk(one: &[Fix], other: &[Fix]) -> Likeness {
    let (one, other) = (moved(one), moved(other));
    let (short, long, sign) = if one.len() < other.len() {
        (one, other, -1)
    } else {
        (other, one, 1)
    };
    if short.len() < FEWEST {
        return Likeness {
            compared: short.len(),
            ..Likeness::default()
        };
    }
    let mut known: HashMap<(i64, i64), i64> = HashMap::with_capacity(long.len());
    for fix in &long {
        known.entry(rounded(fix)).or_insert(fix.at_ms);
    }
    let mut shifts: Vec<i64> = short
        .iter()
        .filter_map(|fix| Some(fix.at_ms.saturating_sub(*known.get(&rounded(fix))?) / 1_000 * sign))
        .collect();
    shifts.sort_unstable();
    let count = short.len() as f64;
    let same_positions = shifts.len() as f64 / count;
    let same_path = on_path(&short, &long) as f64 / count;
    Likeness {
        same_positions,
        same_path,
        shift_s: shifts.get(shifts.len() / 2).copied(),
        compared: short.len(),
        suspicious: same_positions >= 0.5 || same_path >= 0.9,
    }
}

fn rounded(fix: &Fix) -> (i64, i64) {
    (
        (fix.lon * 1e6).round() as i64,
        (fix.lat * 1e6).round() as i64,
    )
}

/// Usable fixes, one for each place stood at.
fn moved(fixes: &[Fix]) -> Vec<Fix> {
    let (kept, _) = usable(fixes, f32::INFINITY, i64::MAX);
    let mut moved: Vec<Fix> = kept.into_iter().copied().collect();
    moved.dedup_by_key(|fix| rounded(fix));
    moved
}

fn on_path(short: &[Fix], long: &[Fix]) -> usize {
    let plane = Plane::at(long[0].lon, long[0].lat);
    let spots: Vec<Spot> = long
        .iter()
        .map(|fix| plane.metres(fix.lon, fix.lat))
        .collect();
    // A jump across the country would make the index huge and is no path anyway.
    if spots
        .iter()
        .any(|spot| spot.x.abs() > 200_000.0 || spot.y.abs() > 200_000.0)
    {
        return 0;
    }
    let near = vec![SAME_PATH_M; spots.len() - 1];
    let path = LineIndex::new(spots, near);
    let found = short
        .iter()
        .filter(|fix| path.near(plane.metres(fix.lon, fix.lat)).first().is_some());
    found.count()
}
