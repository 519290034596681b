//! Walking a count forward through pauses, the same for hours and for days.
//!
//! Every unit is a coordinate: a number that never falls as time goes on (nanoseconds worked so far, closes of business so far).
//! A limit is a distance on it, and a pause is a stretch that is skipped.

use crate::local::Local;

/// A pause in local time; without an end the clock stays stopped.
pub(crate) type Stop = (Local, Option<Local>);

/// Moves `amount` (> 0 wherever pauses matter) forward from `start`, skipping the stops, which are sorted by their beginning.
/// `None`: an open stop comes first.
pub(crate) fn advance(
    start: i128,
    amount: i128,
    stops: &[Stop],
    coordinate: impl Fn(Local) -> i128,
) -> Option<i128> {
    let mut position = start;
    let mut left = amount;
    for &(from, to) in stops {
        let halt = coordinate(from).max(position);
        if left <= halt - position {
            return Some(position + left);
        }
        left -= halt - position;
        position = coordinate(to?).max(halt);
    }
    Some(position + left)
}

/// How far the coordinate moves between `start` and `end` outside the stops (sorted by their beginning).
pub(crate) fn distance(
    start: i128,
    end: i128,
    stops: &[Stop],
    coordinate: impl Fn(Local) -> i128,
) -> i128 {
    let end = end.max(start);
    let mut position = start;
    let mut total = 0;
    for &(from, to) in stops {
        let halt = coordinate(from).clamp(position, end);
        total += halt - position;
        position = to.map_or(end, |to| coordinate(to).clamp(halt, end));
    }
    total + end - position
}
