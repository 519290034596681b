//! What a track says of its round: how much of the reach it covers, how long it took, and what is odd about it. Counts and
//! suspicions; what they mean is for people to say, the one who walked first.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_coverage::{
    Coverage, CoverageRules, DatumDoubt, Fix, Reach, ReachFault, ReachShape, Suspected, cover,
    datum_doubt, same_walk,
};
use youlin_kernel::words;

use super::fix::TrackFix;
use crate::model::Minimum;

/// Milliseconds a track may begin before its round and go on after it: times of a round are often typed from memory.
const MARGIN_MS: i64 = 3_600_000;
/// Share of a track's fixes that belong to another time before that is said.
const MANY: f64 = 0.2;

/// Another round's track that this one looks like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alike {
    pub round: Uuid,
    /// Shares of positions exactly the same and on the very same path, 0 to 1.
    pub same_positions: f64,
    pub same_path: f64,
    /// Seconds later than that one.
    pub shift_s: Option<i64>,
}

/// See the module's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackSummary {
    /// Of the fixes within the round's time.
    pub coverage: Coverage,
    /// All fixes there were, also those that are none.
    pub points: usize,
    /// No position on Earth, or without a time: not stored.
    pub unreadable: usize,
    pub untimed: usize,
    /// Recorded at another time than the round; left out of the figures.
    pub other_time: usize,
    pub datum: Option<DatumDoubt>,
    pub alike: Option<Alike>,
    /// Whether the positions were moved back from GCJ-02 because the walker said so.
    pub shifted: bool,
}

words! {
    /// What is odd about a track.
    TrackFlag {
        /// Nothing of it is of the round's time.
        OtherDay = "other_day",
        /// Some of it is of another time.
        OtherTime = "other_time",
        /// Nothing of it is near the reach.
        Elsewhere = "elsewhere",
        /// It fits the reach once the shift of GCJ-02 is taken back.
        Shifted = "shifted",
        /// The reach seems to be drawn on a shifted map.
        ReachShifted = "reach_shifted",
        /// The device says its positions were made up.
        Mocked = "mocked",
        /// It is the same walk as another round's.
        Copied = "copied",
        /// Nothing was recorded for a while.
        Gaps = "gaps",
        /// Faster than anybody walks.
        Fast = "fast",
        /// Positions are known badly, or not used because of it.
        Inaccurate = "inaccurate",
        /// Times go backwards.
        Backwards = "backwards",
        /// In the Gulf of Guinea.
        NullIsland = "null_island",
        /// No position, or none with a time.
        Unreadable = "unreadable",
    }
}

/// A demand of the policy and what the track has of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Demand {
    pub what: DemandKind,
    pub asked: f64,
    pub has: f64,
    pub met: bool,
}

words! {
    /// What a policy can ask of a track.
    DemandKind {
        Minutes = "minutes",
        Metres = "metres",
        PerCent = "per_cent",
    }
}

impl TrackSummary {
    /// Whole minutes between the first and the last usable fix.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.coverage.quality.seconds / 60
    }

    /// Everything odd, the gravest first.
    #[must_use]
    pub fn flags(&self) -> Vec<TrackFlag> {
        let quality = &self.coverage.quality;
        let used = quality.fixes;
        let share = |part: usize| ratio(part, self.points.max(1));
        let told = [
            (TrackFlag::OtherDay, used == 0 && self.other_time > 0),
            (
                TrackFlag::OtherTime,
                used > 0 && share(self.other_time) > MANY,
            ),
            (TrackFlag::Copied, self.alike.is_some()),
            (TrackFlag::Mocked, quality.mocked > 0),
            (
                TrackFlag::Shifted,
                self.doubt() == Some(Suspected::Track) && !self.shifted,
            ),
            (
                TrackFlag::ReachShifted,
                self.doubt() == Some(Suspected::Reach),
            ),
            (
                TrackFlag::Elsewhere,
                self.coverage.fixes_usable > 0
                    && self.coverage.fixes_inside == 0
                    && self.datum.is_none(),
            ),
            (TrackFlag::Fast, quality.too_fast > 0),
            (TrackFlag::Gaps, quality.gap_count > 0),
            (
                TrackFlag::Inaccurate,
                quality.inaccurate > 0 || quality.accuracy_median_m.is_some_and(|m| m > 50.0),
            ),
            (TrackFlag::Backwards, quality.backwards > 0),
            (TrackFlag::NullIsland, quality.null_island > 0),
            (TrackFlag::Unreadable, self.unreadable + self.untimed > 0),
        ];
        told.into_iter()
            .filter_map(|(flag, there)| there.then_some(flag))
            .collect()
    }

    fn doubt(&self) -> Option<Suspected> {
        self.datum.map(|doubt| doubt.kind)
    }

    /// Whether it goes less far than the policy asks; nothing where it asks for no way. (Minutes are the round's.)
    #[must_use]
    pub fn falls_short(&self, minimum: &Minimum) -> Option<bool> {
        let lacks = |one: &Demand| one.what != DemandKind::Minutes && !one.met;
        minimum
            .asks_way()
            .then(|| self.demands(minimum).iter().any(lacks))
    }

    /// What the policy asks of a track, and whether this one has it. Never rounded.
    #[must_use]
    pub fn demands(&self, minimum: &Minimum) -> Vec<Demand> {
        let demand = |what, asked: Option<u32>, has: f64| {
            let asked = f64::from(asked?);
            Some(Demand {
                what,
                asked,
                has,
                met: has >= asked,
            })
        };
        let walked = &self.coverage.reach;
        #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
        let minutes = self.minutes() as f64;
        [
            demand(DemandKind::Minutes, minimum.minutes, minutes),
            demand(DemandKind::Metres, minimum.metres, walked.covered_m),
            demand(DemandKind::PerCent, minimum.coverage, walked.percent),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of at most 200,000")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// The reach as the engine takes it.
///
/// # Errors
/// When the line is none, which the register refuses.
pub fn engine_reach(reach: &youlin_places::rivers::Reach) -> Result<Reach, ReachFault> {
    Reach::build(&ReachShape::Centre {
        line: reach.line.points().to_vec(),
        half_width_m: reach.half_width_m,
    })
}

/// What a track is compared with.
#[derive(Clone, Debug)]
pub struct OtherTrack {
    pub round: Uuid,
    pub fixes: Vec<TrackFix>,
}

/// The summary of a track of a round that lasted from and to these milliseconds. `fixes` are readable ones.
#[must_use]
pub fn judge(
    reach: &Reach,
    fixes: &[TrackFix],
    (began_ms, ended_ms): (i64, i64),
    others: &[OtherTrack],
) -> TrackSummary {
    let own = within(fixes, began_ms, ended_ms);
    let coverage = cover(reach, &own, &CoverageRules::default());
    TrackSummary {
        coverage,
        points: fixes.len(),
        unreadable: 0,
        untimed: 0,
        other_time: fixes.len() - own.len(),
        datum: datum_doubt(reach, &own),
        alike: alike(fixes, others),
        shifted: false,
    }
}

fn within(fixes: &[TrackFix], began_ms: i64, ended_ms: i64) -> Vec<Fix> {
    let from = began_ms.saturating_sub(MARGIN_MS);
    let to = ended_ms.saturating_add(MARGIN_MS);
    let own = fixes.iter().filter(|fix| (from..=to).contains(&fix.at_ms));
    own.map(TrackFix::engine).collect()
}

/// The other track that is most like it, of those that are suspiciously so.
fn alike(fixes: &[TrackFix], others: &[OtherTrack]) -> Option<Alike> {
    let own: Vec<Fix> = fixes.iter().map(TrackFix::engine).collect();
    let found = others.iter().filter_map(|other| {
        let theirs: Vec<Fix> = other.fixes.iter().map(TrackFix::engine).collect();
        let likeness = same_walk(&theirs, &own);
        likeness.suspicious.then_some(Alike {
            round: other.round,
            same_positions: likeness.same_positions,
            same_path: likeness.same_path,
            shift_s: likeness.shift_s,
        })
    });
    found.max_by(|a, b| a.same_path.total_cmp(&b.same_path))
}

/// Taken back from GCJ-02.
#[must_use]
pub fn shifted_back(fixes: &[TrackFix]) -> Vec<TrackFix> {
    let back = |fix: &TrackFix| {
        let (lon, lat) = youlin_locate::gcj02_to_wgs84(fix.lon, fix.lat);
        TrackFix { lon, lat, ..*fix }
    };
    fixes.iter().map(back).collect()
}

/// The union of stretches of one reach, in metres along it.
#[must_use]
pub fn union(mut stretches: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for (from, to) in stretches {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// What lies between the stretches, of a reach so long; shorter than ten metres is no gap anybody would walk again.
#[must_use]
pub fn open_stretches(covered: &[(f64, f64)], length_m: f64) -> Vec<(f64, f64)> {
    const SHORTEST: f64 = 10.0;
    let mut open = Vec::new();
    let mut at = 0.0;
    for (from, to) in covered {
        if from - at >= SHORTEST {
            open.push((at, *from));
        }
        at = to.max(at);
    }
    if length_m - at >= SHORTEST {
        open.push((at, length_m));
    }
    open
}

/// Metres of stretches that lie apart.
#[must_use]
pub fn metres(stretches: &[(f64, f64)]) -> f64 {
    stretches
        .iter()
        .fold(0.0, |sum, (from, to)| sum + to - from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reach() -> Reach {
        let line = vec![(120.86, 32.01), (120.865, 32.012), (120.87, 32.011)];
        Reach::build(&ReachShape::Centre {
            line,
            half_width_m: 6.0,
        })
        .expect("a reach")
    }

    fn walk(reach: &Reach, left_m: f64) -> Vec<TrackFix> {
        let steps = (reach.length_m() / 15.0) as i64;
        let one = |step: i64| {
            let (lon, lat) = reach.position(step as f64 * 15.0, left_m);
            TrackFix {
                at_ms: 1_764_000_000_000 + step * 12_000,
                lon,
                lat,
                accuracy_m: Some(6.0),
                speed_mps: None,
                mock: false,
            }
        };
        (0..=steps).map(one).collect()
    }

    fn times(fixes: &[TrackFix]) -> (i64, i64) {
        (fixes[0].at_ms, fixes[fixes.len() - 1].at_ms)
    }

    #[test]
    fn a_walk_along_the_left_bank_meets_what_is_asked() {
        let reach = reach();
        let fixes = walk(&reach, 12.0);
        let summary = judge(&reach, &fixes, times(&fixes), &[]);
        assert!(summary.flags().is_empty(), "{:?}", summary.flags());
        assert!(summary.coverage.left.percent > 95.0 && summary.coverage.right.percent < 1.0);
        let minimum = Minimum {
            minutes: Some(10),
            coverage: Some(90),
            metres: Some(5_000),
            gap_days: None,
        };
        let met: Vec<bool> = summary
            .demands(&minimum)
            .iter()
            .map(|demand| demand.met)
            .collect();
        assert_eq!(met, [summary.minutes() >= 10, false, true]);
    }

    #[test]
    fn another_day_covers_nothing_and_says_so() {
        let reach = reach();
        let fixes = walk(&reach, 12.0);
        let (began, ended) = times(&fixes);
        let day = 86_400_000;
        let summary = judge(&reach, &fixes, (began + day, ended + day), &[]);
        assert_eq!(summary.flags(), [TrackFlag::OtherDay]);
        assert_eq!(summary.other_time, fixes.len());
        assert!(summary.coverage.reach.covered_m.abs() < 0.1);
    }

    #[test]
    fn a_copied_a_mocked_and_a_shifted_track_are_told() {
        let reach = reach();
        let fixes = walk(&reach, 12.0);
        let others = [OtherTrack {
            round: Uuid::from_u128(7),
            fixes: fixes.clone(),
        }];
        let copied = judge(&reach, &fixes, times(&fixes), &others);
        assert_eq!(copied.flags(), [TrackFlag::Copied]);
        let mocked: Vec<TrackFix> = fixes
            .iter()
            .map(|fix| TrackFix { mock: true, ..*fix })
            .collect();
        let summary = judge(&reach, &mocked, times(&fixes), &[]);
        assert_eq!(summary.flags(), [TrackFlag::Mocked]);
        let moved: Vec<TrackFix> = fixes
            .iter()
            .map(|fix| {
                let (lon, lat) = youlin_locate::wgs84_to_gcj02(fix.lon, fix.lat);
                TrackFix { lon, lat, ..*fix }
            })
            .collect();
        let summary = judge(&reach, &moved, times(&fixes), &[]);
        assert_eq!(summary.flags(), [TrackFlag::Shifted]);
        let back = judge(&reach, &shifted_back(&moved), times(&fixes), &[]);
        assert!(back.flags().is_empty() && back.coverage.left.percent > 95.0);
    }

    proptest! {
        /// Covered and open stretches are the whole reach, but for what is too short to name.
        #[test]
        fn open_and_covered_are_the_whole(
            stretches in prop::collection::vec((0.0..900.0_f64, 0.0..100.0_f64), 0..12),
        ) {
            let covered = union(stretches.iter().map(|(from, length)| (*from, from + length)).collect());
            for pair in covered.windows(2) {
                prop_assert!(pair[0].1 < pair[1].0);
            }
            let open = open_stretches(&covered, 1_000.0);
            let whole = metres(&covered) + metres(&open);
            prop_assert!(whole <= 1_000.001);
            prop_assert!(whole >= 1_000.0 - 10.0 * (covered.len() as f64 + 1.0));
        }
    }
}
