//! How fast an interval was walked.
//!
//! A fix is known to some ten metres. Over ten seconds that alone reads as 1.4 m/s, so between fixes closer in time than
//! [`WINDOW_MS`] the speed is measured over the fixes around them; farther apart it is distance over time as it stands.

use crate::plane::Spot;

/// Noise of ten metres reads as less than half a metre a second over this.
pub(crate) const WINDOW_MS: i64 = 30_000;
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

    /// Whether the interval from `at` to the next step was slower than the limit. Asked in order. `None` when time did
    /// not pass between them.
    pub fn is_walk(&mut self, at: usize, limit: f64) -> Option<bool> {
        let (from, to) = (&self.steps[at], &self.steps[at + 1]);
        let passed = to.at_ms.saturating_sub(from.at_ms);
        if passed <= 0 {
            if passed < 0 {
                self.chain = at + 1;
            }
            return None;
        }
        let distance = from.spot.to(to.spot);
        let seconds = passed as f64 / 1_000.0;
        if passed >= WINDOW_MS {
            return Some(distance <= limit * seconds);
        }
        if distance - allowance(from, to) > limit * seconds {
            return Some(false);
        }
        Some(self.around(at, limit))
    }

    fn around(&mut self, at: usize, limit: f64) -> bool {
        let steps = self.steps;
        let middle = steps[at].at_ms / 2 + steps[at + 1].at_ms / 2;
        let (begin, end) = (middle - WINDOW_MS / 2, middle + WINDOW_MS / 2);
        self.low = self.low.max(self.chain);
        while self.low < at && steps[self.low + 1].at_ms <= begin {
            self.low += 1;
        }
        self.high = self.high.max(at + 1);
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
