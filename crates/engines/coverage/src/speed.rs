//! How fast an interval was walked.
//!
//! A fix is known to some ten metres, the distance of two to half as much again. Over ten seconds that alone reads as
//! 1.4 m/s, and over thirty a brisk walker of 1.5 m/s still reads as more than 3 m/s once in some hundred intervals. So
//! between fixes closer in time than [`PLAIN_MS`] the speed is measured over the fixes around them, too; farther apart it is
//! distance over time as it stands.

use crate::plane::Spot;

/// Noise of twelve metres reads as less than half the limit, five times out of six million, over this.
pub(crate) const PLAIN_MS: i64 = 60_000;
/// Time the fixes around an interval span at least: short, so that the walk from a car's door counts soon.
const SHORT_MS: i64 = 30_000;
/// Deviations of a distance beyond which noise is no excuse; what is slower is asked of the fixes around.
const FAR: f64 = 4.0;
/// Radius taken for a fix that says none.
const USUAL_M: f64 = 10.0;

/// A usable fix in metres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub spot: Spot,
    pub at_ms: i64,
    pub accuracy: f64,
}

impl Step {
    pub fn new(spot: Spot, at_ms: i64, accuracy: Option<f32>) -> Self {
        let accuracy = accuracy.map_or(USUAL_M, f64::from).clamp(5.0, 30.0);
        Self {
            spot,
            at_ms,
            accuracy,
        }
    }
}

/// How far a fix may seem from where it was taken.
pub(crate) fn noise(step: &Step) -> f64 {
    2.5 * step.accuracy
}

/// How far two fixes of one and the same place may seem apart.
pub(crate) fn allowance(one: &Step, other: &Step) -> f64 {
    2.5 * one.accuracy.hypot(other.accuracy)
}

/// Walks along the steps with a window around each interval.
#[derive(Debug)]
pub(crate) struct Speeds<'a> {
    steps: &'a [Step],
    low: usize,
    high: usize,
    /// Where times last went backwards: nothing before it is compared with what comes after.
    chain: usize,
}

impl<'a> Speeds<'a> {
    pub fn new(steps: &'a [Step]) -> Self {
        Self {
            steps,
            low: 0,
            high: 0,
            chain: 0,
        }
    }

    /// Whether the interval between two steps, one after the other or with one left out, was slower than the limit. Asked
    /// in order. `None` when time did not pass between them.
    pub fn is_walk(&mut self, (at, then): (usize, usize), limit: f64) -> Option<bool> {
        let (from, to) = (&self.steps[at], &self.steps[then]);
        let passed = to.at_ms.saturating_sub(from.at_ms);
        if passed <= 0 {
            if passed < 0 {
                self.chain = then;
            }
            return None;
        }
        let distance = from.spot.to(to.spot);
        let seconds = passed as f64 / 1_000.0;
        if passed >= PLAIN_MS {
            return Some(distance <= limit * seconds);
        }
        if distance - FAR * from.accuracy.hypot(to.accuracy) > limit * seconds {
            return Some(false);
        }
        let window = if passed < SHORT_MS {
            SHORT_MS
        } else {
            PLAIN_MS
        };
        Some(self.around((at, then), window, limit))
    }

    fn around(&mut self, (at, then): (usize, usize), window: i64, limit: f64) -> bool {
        let steps = self.steps;
        let middle = steps[at].at_ms / 2 + steps[then].at_ms / 2;
        let (begin, end) = (middle - window / 2, middle + window / 2);
        self.low = self.low.max(self.chain);
        while self.low < at && steps[self.low + 1].at_ms <= begin {
            self.low += 1;
        }
        self.high = self.high.max(then);
        while self.high + 1 < steps.len()
            && steps[self.high].at_ms < end
            && steps[self.high + 1].at_ms >= steps[self.high].at_ms
        {
            self.high += 1;
        }
        let (first, last) = (&steps[self.low], &steps[self.high]);
        let seconds = (last.at_ms - first.at_ms) as f64 / 1_000.0;
        // By way of the interval: who turns round in a car is not slow.
        let distance = first.spot.to(steps[at].spot) + steps[at].spot.to(last.spot);
        distance <= limit * seconds
    }
}
