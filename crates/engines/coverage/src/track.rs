//! A track as a device recorded it, and what is odd about it. It is shown to the person who walked before anybody else.

use serde::{Deserialize, Serialize};

use crate::plane::is_position;

/// One position of a track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    pub lon: f64,
    pub lat: f64,
    /// Milliseconds; only differences matter.
    pub at_ms: i64,
    /// Radius the device is fairly sure of, when it says.
    #[serde(default)]
    pub accuracy_m: Option<f32>,
    /// The device says the position was made up by a program.
    #[serde(default)]
    pub mock: bool,
}

impl Fix {
    #[must_use]
    pub fn new(lon: f64, lat: f64, at_ms: i64) -> Self {
        Self {
            lon,
            lat,
            at_ms,
            accuracy_m: None,
            mock: false,
        }
    }

    /// What receivers give before they know: exactly or nearly 0, 0 in the Gulf of Guinea.
    #[must_use]
    pub fn is_null_island(&self) -> bool {
        self.lon.abs() < 0.01 && self.lat.abs() < 0.01
    }
}

/// Between two fixes nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from_ms: i64,
    pub seconds: i64,
}

/// What a track is like. Counts, no judgement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackQuality {
    pub fixes: usize,
    /// Not a position at all.
    pub invalid: usize,
    /// In the Gulf of Guinea.
    pub null_island: usize,
    /// With a radius beyond the rules' worst.
    pub inaccurate: usize,
    /// Earlier than the fix before.
    pub backwards: usize,
    /// At the very time of the fix before.
    pub same_time: usize,
    pub mocked: usize,
    /// At exactly the position of the fix before: a receiver's noise never does that for long.
    pub frozen: usize,
    /// Longer than the rules' gap, the longest first, at most twenty.
    pub gaps: Vec<Gap>,
    pub gap_count: usize,
    /// Intervals faster than the rules allow.
    pub too_fast: usize,
    /// Intervals whose ends lie on limbs of the river too far apart to have been walked.
    pub jumps: usize,
    /// Outside the corridor by their noise alone, between fixes inside it: left out.
    #[serde(default)]
    pub strays: usize,
    /// Median and worst radius of those fixes that say one.
    pub accuracy_median_m: Option<f32>,
    pub accuracy_worst_m: Option<f32>,
    /// Between the first and the last usable fix, stretches backwards left out.
    pub seconds: i64,
}

/// Fixes that can be used, in the order of recording, and what was found on the way.
pub(crate) fn usable(
    fixes: &[Fix],
    worst_accuracy_m: f32,
    gap_s: i64,
) -> (Vec<&Fix>, TrackQuality) {
    let mut quality = TrackQuality {
        fixes: fixes.len(),
        ..TrackQuality::default()
    };
    let mut kept: Vec<&Fix> = Vec::with_capacity(fixes.len());
    let mut radii: Vec<f32> = Vec::new();
    for fix in fixes {
        quality.mocked += usize::from(fix.mock);
        if !is_position(fix.lon, fix.lat) {
            quality.invalid += 1;
            continue;
        }
        if fix.is_null_island() {
            quality.null_island += 1;
            continue;
        }
        if let Some(radius) = fix.accuracy_m.filter(|radius| radius.is_finite()) {
            radii.push(radius);
            if radius > worst_accuracy_m {
                quality.inaccurate += 1;
                continue;
            }
        }
        if let Some(before) = kept.last() {
            compare(before, fix, gap_s, &mut quality);
        }
        kept.push(fix);
    }
    quality.gaps.sort_by_key(|gap| (-gap.seconds, gap.from_ms));
    quality.gaps.truncate(20);
    if !radii.is_empty() {
        let middle = radii.len() / 2;
        let (_, median, after) = radii.select_nth_unstable_by(middle, f32::total_cmp);
        quality.accuracy_median_m = Some(*median);
        quality.accuracy_worst_m = Some(after.iter().copied().fold(*median, f32::max));
    }
    (kept, quality)
}

fn compare(before: &Fix, fix: &Fix, gap_s: i64, quality: &mut TrackQuality) {
    let milliseconds = fix.at_ms.saturating_sub(before.at_ms);
    match milliseconds {
        ..0 => quality.backwards += 1,
        0 => quality.same_time += 1,
        _ => {
            let seconds = milliseconds / 1_000;
            quality.seconds += seconds;
            if seconds > gap_s {
                quality.gap_count += 1;
                quality.gaps.push(Gap {
                    from_ms: before.at_ms,
                    seconds,
                });
            }
        }
    }
    if before.lon == fix.lon && before.lat == fix.lat {
        quality.frozen += 1;
    }
}
