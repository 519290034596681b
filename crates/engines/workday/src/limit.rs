//! What is asked of the calendar (a limit, pauses) and what it answers (a deadline).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::YearTable;

/// A time limit, e.g. `{"amount": 4, "unit": "working_hours"}`. Zero is allowed, see [`LimitUnit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many of the unit.
    pub amount: u32,
    /// What is counted.
    pub unit: LimitUnit,
}

/// How a limit is counted. The rules follow the Civil Code of China, arts 201 and 203: a period in hours runs at once; of a period in
/// days the first day is not counted and the last one ends at the close of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Hours inside the working hours, from the acceptance on. A limit used up exactly at noon or in the evening ends
    /// there, not at the next opening. Zero: the first working instant from the acceptance on.
    WorkingHours,
    /// The day of acceptance is not counted, whatever its hour and whether it is worked or not; due at the close of business of
    /// the n-th working day after it. Zero: the first close of business of a working day from the acceptance on.
    WorkingDays,
    /// Plain hours of the clock, nights and holidays included (emergencies). Zero: at once.
    Hours,
    /// Calendar days: the day of acceptance is not counted; due at the close of business of the n-th day after it, or, when
    /// that day is off, of the next working day (art. 203). Zero: as for working days.
    Days,
}

impl Limit {
    /// `amount` of `unit`.
    pub const fn new(amount: u32, unit: LimitUnit) -> Self {
        Self { amount, unit }
    }
}

/// A time in which the clock of a case stands still (waiting for the reporter, deferred with a review date).
///
/// Pauses may come in any order and overlap; one that ends before it begins counts as none. How they act:
/// hours inside a pause are not counted; a day is counted when the clock runs up to its close of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pause {
    /// The clock stops here.
    pub from: Timestamp,
    /// The clock runs again from here; `None` while nobody knows when.
    pub to: Option<Timestamp>,
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Deadline {
    /// The last instant that is still on time. [`Timestamp::MAX`] when `stopped`, and when the limit reaches beyond year 9999.
    pub at: Timestamp,
    /// The first year that was needed and has no table: the deadline then rests on the plain Monday-to-Friday week and must be
    /// marked wherever it is shown. `None`: it rests on the legal calendar alone.
    pub provisional: Option<i16>,
    /// An open pause stops the clock before the limit is used up, so there is no deadline until it ends.
    pub stopped: bool,
}

/// Whether a provisional deadline must be recomputed now that `table` is loaded.
///
/// `provisional` is [`Deadline::provisional`]: only the *first* missing year is kept, so a later year counts too.
/// For a table that replaces a loaded one use [`crate::Calendar::depends_on`].
pub fn is_affected(provisional: Option<i16>, table: &YearTable) -> bool {
    provisional.is_some_and(|year| year <= table.year)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn limits_are_written_in_snake_case() {
        for (unit, name) in [
            (LimitUnit::WorkingHours, "working_hours"),
            (LimitUnit::WorkingDays, "working_days"),
            (LimitUnit::Hours, "hours"),
            (LimitUnit::Days, "days"),
        ] {
            let text = format!(r#"{{"amount":4,"unit":"{name}"}}"#);
            let limit = Limit::new(4, unit);
            assert_eq!(serde_json::to_string(&limit).unwrap(), text);
            assert_eq!(serde_json::from_str::<Limit>(&text).unwrap(), limit);
        }
        assert!(serde_json::from_str::<Limit>(r#"{"amount":-1,"unit":"days"}"#).is_err());
    }
}
