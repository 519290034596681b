//! Which days are worked, and how many of them lie before a day, without walking from day to day.
//!
//! The plain week gives both numbers by a division; the loaded tables add a short sorted list of exceptions (some 35 a year)
//! with running totals. So a question about ten working days and one about ten thousand cost the same few
//! comparisons, and no input can make a loop long.

use crate::local::day_number;
use crate::table::{YearTable, is_weekend};

/// 1969-12-29, the Monday before day 0: the origin of the count of weekdays.
const MONDAY: i64 = -3;

#[derive(Debug, Clone, Copy)]
struct Exception {
    day: i64,
    /// True for a worked weekend, false for a weekday off.
    worked: bool,
    /// Worked weekends minus weekdays off, up to and including this day.
    shift: i64,
    /// Working days up to and including this day (same origin as [`Days::before`]).
    through: i64,
}

/// Working days of the loaded years; the plain Monday-to-Friday week everywhere else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Days {
    exceptions: Vec<Exception>,
}

impl Days {
    pub(crate) fn new<'a>(tables: impl Iterator<Item = &'a YearTable>) -> Self {
        let mut days: Vec<(i64, bool)> = Vec::new();
        for table in tables {
            let off = table.days_off.iter().filter(|d| !is_weekend(**d));
            days.extend(off.map(|d| (day_number(*d), false)));
            let worked = table.extra_workdays.iter().filter(|d| is_weekend(**d));
            days.extend(worked.map(|d| (day_number(*d), true)));
        }
        days.sort_unstable();
        days.dedup_by_key(|(day, _)| *day);
        let mut shift = 0;
        let exceptions = days
            .into_iter()
            .map(|(day, worked)| {
                shift += if worked { 1 } else { -1 };
                Exception {
                    day,
                    worked,
                    shift,
                    through: weekdays_before(day + 1) + shift,
                }
            })
            .collect();
        Self { exceptions }
    }

    /// Working days before `day`, counted from a fixed origin (negative before it), and whether `day` itself is worked.
    pub(crate) fn before(&self, day: i64) -> (i64, bool) {
        let next = self.exceptions.partition_point(|e| e.day < day);
        let shift = self.shift_before(next);
        let worked = match self.exceptions.get(next) {
            Some(e) if e.day == day => e.worked,
            _ => (day - MONDAY).rem_euclid(7) < 5,
        };
        (weekdays_before(day) + shift, worked)
    }

    /// The working day that has exactly `index` working days before it: the inverse of [`Days::before`].
    pub(crate) fn at(&self, index: i64) -> i64 {
        let next = self.exceptions.partition_point(|e| e.through <= index);
        let plain = weekday_at(index.saturating_sub(self.shift_before(next)));
        // Between two exceptions the week is plain. Only when the next one is a worked weekend can it come first.
        match self.exceptions.get(next) {
            Some(e) => plain.min(e.day),
            None => plain,
        }
    }

    fn shift_before(&self, exception: usize) -> i64 {
        exception
            .checked_sub(1)
            .and_then(|i| self.exceptions.get(i))
            .map_or(0, |e| e.shift)
    }
}

/// Mondays to Fridays in `MONDAY..day`; negative for a day before the origin.
fn weekdays_before(day: i64) -> i64 {
    let since = day - MONDAY;
    since.div_euclid(7) * 5 + since.rem_euclid(7).min(5)
}

/// The weekday that has exactly `index` weekdays before it.
fn weekday_at(index: i64) -> i64 {
    index
        .div_euclid(5)
        .saturating_mul(7)
        .saturating_add(index.rem_euclid(5) + MONDAY)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::table::shipped;

    #[test]
    fn counting_and_finding_agree_with_walking_from_day_to_day() {
        let days = Days::new(shipped().iter());
        let first = day_number(date(2023, 6, 1));
        let mut count = days.before(first).0;
        for day in first..day_number(date(2027, 6, 1)) {
            let (before, worked) = days.before(day);
            assert_eq!(before, count, "day {day}");
            if worked {
                assert_eq!(days.at(count), day);
                count += 1;
            }
        }
    }

    #[test]
    fn each_shipped_year_has_the_working_days_the_law_implies() {
        // All days minus 104 weekend days minus the statutory holidays (11 until 2024, 13 from 2025): moving weekends
        // must not change the sum, so one wrong day in a table is found here.
        let days = Days::new(shipped().iter());
        for (year, expected) in [
            (2024, 366 - 104 - 11),
            (2025, 365 - 104 - 13),
            (2026, 365 - 104 - 13),
        ] {
            let from = days.before(day_number(date(year, 1, 1))).0;
            let to = days.before(day_number(date(year + 1, 1, 1))).0;
            assert_eq!(to - from, expected, "{year}");
        }
    }

    #[test]
    fn the_ends_of_the_number_range_do_not_overflow() {
        let days = Days::new(shipped().iter());
        assert!(days.at(i64::MAX) > days.at(0));
        assert!(days.at(i64::MIN) < days.at(0));
    }
}
