//! What is free when. Times are microseconds; a hold covers its begin and not its end.

/// So many pieces are away for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub from: i64,
    pub to: i64,
    pub count: u32,
}

impl Hold {
    fn covers(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

/// The most that is away at one moment of that time. Between two begins of holds the number only falls, so the begins
/// (and the begin of the time itself) are all there is to look at.
#[must_use]
pub fn peak(holds: &[Hold], from: i64, to: i64) -> u32 {
    let begins = holds
        .iter()
        .map(|hold| hold.from)
        .filter(|at| from < *at && *at < to);
    std::iter::once(from)
        .chain(begins)
        .map(|at| {
            holds
                .iter()
                .filter(|hold| hold.covers(at))
                .fold(0u32, |sum, hold| sum.saturating_add(hold.count))
        })
        .max()
        .unwrap_or(0)
}

/// How many can be had for the whole of that time.
#[must_use]
pub fn free(total: u32, holds: &[Hold], from: i64, to: i64) -> u32 {
    total.saturating_sub(peak(holds, from, to))
}
