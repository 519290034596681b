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
    /// Between the first and the last usable fix; a time that jumps off and comes back adds nothing.
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
    let mut passed = Passed::default();
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
            compare(before, fix, gap_s, &mut quality, &mut passed);
        }
        passed.reach(fix.at_ms);
        kept.push(fix);
    }
    quality.seconds = passed.seconds();
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

/// The time that passed, in milliseconds: receivers write ten fixes a second or one a minute, and whole seconds of each interval
/// would lose all of the former. A clock that jumps off for a while and comes back has not made anybody walk longer.
#[derive(Debug, Default)]
struct Passed {
    total_ms: i64,
    /// The longest step forwards since times last went back.
    longest_ms: i64,
    /// How far times went back and did not come forward again.
    owed_ms: i64,
    /// Earliest and latest of all.
    span: Option<(i64, i64)>,
}

impl Passed {
    fn reach(&mut self, at_ms: i64) {
        let (first, last) = self.span.unwrap_or((at_ms, at_ms));
        self.span = Some((first.min(at_ms), last.max(at_ms)));
    }

    /// A step forwards; says how much of it counts.
    fn forwards(&mut self, step_ms: i64) -> i64 {
        let counted = if step_ms >= self.owed_ms {
            step_ms - std::mem::take(&mut self.owed_ms)
        } else {
            step_ms
        };
        self.total_ms = self.total_ms.saturating_add(counted);
        self.longest_ms = self.longest_ms.max(counted);
        counted
    }

    /// A step backwards takes back the longest one forwards before it; what is left of it is owed.
    fn backwards(&mut self, step_ms: i64) {
        let undone = self.longest_ms.min(step_ms);
        self.total_ms -= undone;
        self.owed_ms = self.owed_ms.saturating_add(step_ms - undone);
        self.longest_ms = 0;
    }

    fn seconds(&self) -> i64 {
        let span = self
            .span
            .map_or(0, |(first, last)| last.saturating_sub(first));
        self.total_ms.min(span) / 1_000
    }
}

fn compare(before: &Fix, fix: &Fix, gap_s: i64, quality: &mut TrackQuality, passed: &mut Passed) {
    let milliseconds = fix.at_ms.saturating_sub(before.at_ms);
    match milliseconds {
        ..0 => {
            quality.backwards += 1;
            passed.backwards(milliseconds.saturating_neg());
        }
        0 => quality.same_time += 1,
        _ => {
            let seconds = passed.forwards(milliseconds) / 1_000;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGAN: i64 = 1_764_000_000_000;

    fn seconds(times: &[i64]) -> i64 {
        let fixes: Vec<Fix> = times
            .iter()
            .map(|at| Fix::new(120.86, 32.01, *at))
            .collect();
        usable(&fixes, 100.0, 120).1.seconds
    }

    /// Half an hour at two fixes a second.
    fn half_an_hour() -> Vec<i64> {
        (0..=3_600).map(|n| BEGAN + n * 500).collect()
    }

    #[test]
    fn times_that_jump_off_and_come_back_add_nothing() {
        let hour = 3_600_000;
        assert_eq!(seconds(&half_an_hour()), 1_800);
        for off in [-hour, hour, -700, 700] {
            for most in [1, 2, 3] {
                let times: Vec<i64> = half_an_hour()
                    .into_iter()
                    .enumerate()
                    .map(|(n, at)| at + if n % 10 >= 10 - most { off } else { 0 })
                    .collect();
                let told = seconds(&times);
                assert!((1_780..=1_820).contains(&told), "{off} {most}: {told}");
            }
        }
        // A clock that was put back for good in the middle: both halves count.
        let back: Vec<i64> = half_an_hour()
            .into_iter()
            .enumerate()
            .map(|(n, at)| at - if n > 1_800 { hour } else { 0 })
            .collect();
        assert!((1_790..=1_800).contains(&seconds(&back)));
        // In any order, never more than there was.
        let mut mixed = half_an_hour();
        let count = mixed.len();
        for n in 0..count {
            mixed.swap(n, (n * 7_919 + 13) % count);
        }
        assert!(seconds(&mixed) <= 1_800);
    }

    proptest! {
        /// Whatever the rate, and however uneven the intervals: as long as it took, within a hundredth.
        #[test]
        fn a_walk_lasts_as_long_at_any_rate(
            interval_ms in 50..20_000_i64,
            jitter in prop::collection::vec(0.0..0.9_f64, 64),
            minutes in 10..60_i64,
        ) {
            let count = minutes * 60_000 / interval_ms;
            let late = |n: i64| {
                let share = jitter[usize::try_from(n % 64).unwrap_or(0)];
                (share * interval_ms as f64) as i64
            };
            let times: Vec<i64> = (0..=count)
                .map(|n| BEGAN + n * interval_ms + late(n))
                .collect();
            let truth = (times[times.len() - 1] - times[0]) as f64 / 1_000.0;
            let told = seconds(&times) as f64;
            prop_assert!((told - truth).abs() <= truth * 0.01, "{told} of {truth}");
        }
    }
}
