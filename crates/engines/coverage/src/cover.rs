//! The share of a reach that a track covers.

use serde::{Deserialize, Serialize};

use crate::grid::{Limbs, Nearest};
use crate::reach::Reach;
use crate::sides::lefts;
use crate::speed::{Speeds, Step, allowance, noise};
use crate::track::{Fix, TrackQuality, usable};

/// What counts. The defaults are the rule of the house; a policy may be stricter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoverageRules {
    /// Metres a second; faster is not walking.
    pub max_speed: f64,
    /// A fix with a larger radius is not used: masts of the telephone net are accurate to kilometres.
    pub worst_accuracy_m: f32,
    /// Seconds between two fixes beyond which they are a gap: it is shown, and does not count, for nobody knows what lies
    /// between. A track of its two ends alone is no walk.
    pub gap_s: i64,
}

impl Default for CoverageRules {
    fn default() -> Self {
        Self {
            max_speed: 3.0,
            worst_accuracy_m: 100.0,
            gap_s: 180,
        }
    }
}

/// What was covered of the reach or of one of its banks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bank {
    pub covered_m: f64,
    /// Of the reach's length, 0 to 100.
    pub percent: f64,
    /// From and to, in metres along the reach, in order and apart.
    pub stretches: Vec<(f64, f64)>,
}

/// The answer of [`cover`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub length_m: f64,
    /// From either side.
    pub reach: Bank,
    pub left: Bank,
    pub right: Bank,
    /// Usable fixes inside the corridor.
    pub fixes_inside: usize,
    /// Usable fixes.
    pub fixes_usable: usize,
    pub quality: TrackQuality,
}

/// Limbs of a bend are told apart by walking: along the reach nobody gets farther than so many times the straight way,
/// even on the inner bank.
const INNER_BANK: f64 = 3.0;

/// How much of the reach the track covers.
#[must_use]
pub fn cover(reach: &Reach, fixes: &[Fix], rules: &CoverageRules) -> Coverage {
    let (kept, mut quality) = usable(fixes, rules.worst_accuracy_m, rules.gap_s);
    let steps: Vec<Step> = kept
        .iter()
        .map(|fix| {
            Step::new(
                reach.plane.metres(fix.lon, fix.lat),
                fix.at_ms,
                fix.accuracy_m,
            )
        })
        .collect();
    let places = places(reach, &steps);
    let offsets: Vec<f64> = places.iter().flatten().map(|place| place.offset).collect();
    let fixes_inside = offsets.len();
    let lefts = lefts(&offsets);
    let length = reach.length_m();
    let mut walked = walked(reach, (&steps, &places), &lefts, rules, &mut quality);
    if walked.extent() <= standing(&steps, &places).min(length / 2.0) {
        walked = Walked::default();
    }
    Coverage {
        length_m: length,
        reach: bank(walked.all, length),
        left: bank(walked.left, length),
        right: bank(walked.right, length),
        fixes_inside,
        fixes_usable: kept.len(),
        quality,
    }
}

/// Where each step lies along the reach, if inside the corridor; of several limbs the one that can be walked to.
fn places(reach: &Reach, steps: &[Step]) -> Vec<Option<Nearest>> {
    let mut places: Vec<Option<Nearest>> = Vec::with_capacity(steps.len());
    let mut before: Option<(Nearest, &Step)> = None;
    for step in steps {
        let limbs = reach.line.near(step.spot);
        let place = match before {
            Some((nearest, last)) => limb(&limbs, nearest, last, step),
            None => limbs.first(),
        };
        if let Some(place) = place {
            before = Some((place, step));
        }
        places.push(place);
    }
    places
}

fn limb(limbs: &Limbs, before: Nearest, last: &Step, step: &Step) -> Option<Nearest> {
    let near = |place: &&Nearest| can_walk(&before, last, place, step);
    limbs.iter().find(near).copied().or_else(|| limbs.first())
}

fn can_walk(before: &Nearest, last: &Step, place: &Nearest, step: &Step) -> bool {
    let along = (place.along - before.along).abs();
    along <= INNER_BANK * last.spot.to(step.spot) + 2.0 * allowance(last, step)
}

/// How far apart along the reach the fixes of somebody who stands may lie: an hour of them strays to either side. On a reach
/// hardly longer than that nobody can tell standing from walking.
fn standing(steps: &[Step], places: &[Option<Nearest>]) -> f64 {
    let inside = steps
        .iter()
        .zip(places)
        .filter(|(_, place)| place.is_some());
    let (count, sum) = inside.fold((0_u32, 0.0), |(count, sum), (step, _)| {
        (count + 1, sum + allowance(step, step))
    });
    2.5 * sum / f64::from(count.max(1))
}

#[derive(Default)]
struct Walked {
    all: Vec<(f64, f64)>,
    left: Vec<(f64, f64)>,
    right: Vec<(f64, f64)>,
}

impl Walked {
    /// From the first metre that was walked to the last.
    fn extent(&self) -> f64 {
        let from = self.all.iter().map(|one| one.0).fold(f64::MAX, f64::min);
        let to = self.all.iter().map(|one| one.1).fold(f64::MIN, f64::max);
        (to - from).max(0.0)
    }

    /// An interval, with whether its ends were walked on the left.
    fn count(&mut self, from: &Nearest, to: &Nearest, lefts: (bool, bool)) {
        let stretch = (from.along.min(to.along), from.along.max(to.along));
        add(&mut self.all, stretch);
        match lefts {
            (true, true) => add(&mut self.left, stretch),
            (false, false) => add(&mut self.right, stretch),
            _ => {}
        }
    }
}

fn walked(
    reach: &Reach,
    (steps, places): (&[Step], &[Option<Nearest>]),
    lefts: &[bool],
    rules: &CoverageRules,
    quality: &mut TrackQuality,
) -> Walked {
    let mut walked = Walked::default();
    let mut speeds = Speeds::new(steps);
    // Counts the places passed, for `lefts` has one for each of them.
    let mut inside = 0;
    for at in 0..steps.len().saturating_sub(1) {
        let here = inside;
        inside += usize::from(places[at].is_some());
        let is_walk = speeds.is_walk((at, at + 1), rules.max_speed);
        quality.too_fast += usize::from(is_walk == Some(false));
        let Some(from) = &places[at] else {
            continue;
        };
        let Some(to) = &places[at + 1] else {
            if let Some(Some(to)) = places.get(at + 2)
                && is_stray(reach, steps, at + 1, (from, to), rules)
                && speeds.is_walk((at, at + 2), rules.max_speed) == Some(true)
            {
                quality.strays += 1;
                walked.count(from, to, (lefts[here], lefts[here + 1]));
            }
            continue;
        };
        let passed = steps[at + 1].at_ms.saturating_sub(steps[at].at_ms);
        if is_walk != Some(true) || passed > rules.gap_s.saturating_mul(1_000) {
            continue;
        }
        if !can_walk(from, &steps[at], to, &steps[at + 1]) {
            quality.jumps += 1;
            continue;
        }
        walked.count(from, to, (lefts[here], lefts[here + 1]));
    }
    walked
}

/// Whether a fix outside the corridor is there by its noise alone: the fixes before and after it are inside and could be
/// walked between, and it lies no farther out than its own radius explains. The interval is then theirs.
fn is_stray(
    reach: &Reach,
    steps: &[Step],
    at: usize,
    (from, to): (&Nearest, &Nearest),
    rules: &CoverageRules,
) -> bool {
    let (before, stray, after) = (&steps[at - 1], &steps[at], &steps[at + 1]);
    let in_order = before.at_ms < stray.at_ms && stray.at_ms < after.at_ms;
    in_order
        && after.at_ms - before.at_ms <= rules.gap_s.saturating_mul(1_000)
        && can_walk(from, before, to, after)
        && reach.line.beyond(stray.spot, (from.segment, to.segment)) <= noise(stray)
}

/// Stretches that follow one another mostly touch: they grow into one at once.
fn add(stretches: &mut Vec<(f64, f64)>, (from, to): (f64, f64)) {
    match stretches.last_mut() {
        Some(last) if from <= last.1 && to >= last.0 => {
            last.0 = last.0.min(from);
            last.1 = last.1.max(to);
        }
        _ => stretches.push((from, to)),
    }
}

/// The union.
fn bank(mut stretches: Vec<(f64, f64)>, length: f64) -> Bank {
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut union: Vec<(f64, f64)> = Vec::new();
    for stretch in stretches {
        add(&mut union, stretch);
    }
    // Who only stood has stretches without length.
    union.retain(|(from, to)| to > from);
    let covered = union.iter().fold(0.0, |sum, (from, to)| sum + to - from);
    Bank {
        covered_m: covered,
        percent: if length > 0.0 {
            (covered / length * 100.0).min(100.0)
        } else {
            0.0
        },
        stretches: union,
    }
}
