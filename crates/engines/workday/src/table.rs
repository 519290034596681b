//! The legal calendar of one year, as an administrator loads it.
//!
//! The State Council General Office publishes a notice each autumn that names the holidays of the next year and the
//! weekends that are worked in exchange. Nothing in it can be derived by a formula, so it is data: one [`YearTable`] a
//! year. A notice that moves a day of the *previous* December (it has happened) amends the table of the year the day
//! lies in, not the table of the year in the notice's title.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The tables that are compiled in: 2024, 2025 and 2026.
const SHIPPED: [&str; 3] = [
    include_str!("../data/2024.json"),
    include_str!("../data/2025.json"),
    include_str!("../data/2026.json"),
];

/// The days of one year on which the plain Monday-to-Friday week does not hold.
///
/// As JSON: `{"year": 2026, "source": "…", "days_off": ["2026-01-01", …], "extra_workdays": ["2026-01-04", …]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTable {
    /// The calendar year every day of the table lies in.
    pub year: i16,
    /// Which notice the days come from, shown next to the table. Not blank.
    pub source: String,
    /// Statutory days off. Weekends inside a holiday block may be listed, as the notices do; they are off anyway.
    pub days_off: Vec<Date>,
    /// Saturdays and Sundays that are worked.
    pub extra_workdays: Vec<Date>,
}

/// One thing wrong with a [`YearTable`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// The source is blank, so nobody could check the table later.
    #[error("the table names no source")]
    NoSource,
    /// No day off at all: every legal year has some, and an empty table would silently end the provisional mark.
    #[error("the table has no day off")]
    NoDayOff,
    /// A day lies in another year than the table.
    #[error("{0} is not in the year of the table")]
    OutsideYear(Date),
    /// A day is listed twice in the same list.
    #[error("{0} is listed twice")]
    Duplicate(Date),
    /// A day is listed as off and as worked.
    #[error("{0} is listed as a day off and as a working day")]
    InBothLists(Date),
    /// A moved working day must be a Saturday or a Sunday; a weekday there is a slip of the pen.
    #[error("{0} is no weekend, so it cannot be a moved working day")]
    NotWeekend(Date),
}

/// A table that was refused, with everything that is wrong with it.
///
/// Seen by the administrator who loads a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the calendar of {year} has {} fault(s): {}", faults.len(), list(faults))]
pub struct InvalidTable {
    /// Year the table says it is for.
    pub year: i16,
    /// All faults, in the order of the lists; never empty.
    pub faults: Vec<TableFault>,
}

/// Why a text is not a usable [`YearTable`]. Seen by the administrator who loads it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON of the shape shown at [`YearTable`]; the message gives line and column.
    #[error("this is not a calendar table: {0}")]
    Shape(#[from] serde_json::Error),
    /// The right shape with impossible content.
    #[error(transparent)]
    Content(#[from] InvalidTable),
}

impl YearTable {
    /// Reads and validates the JSON form.
    ///
    /// # Errors
    /// [`ReadError`] when the text has another shape or fails [`YearTable::validate`].
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let table: Self = serde_json::from_str(text)?;
        table.validate()?;
        Ok(table)
    }

    /// Checks that the table can be what a notice says; all faults are reported at once.
    ///
    /// # Errors
    /// [`InvalidTable`] with at least one fault.
    pub fn validate(&self) -> Result<(), InvalidTable> {
        let mut faults = Vec::new();
        if self.source.trim().is_empty() {
            faults.push(TableFault::NoSource);
        }
        if self.days_off.is_empty() {
            faults.push(TableFault::NoDayOff);
        }
        let mut off = BTreeSet::new();
        for &date in &self.days_off {
            self.check_common(date, &mut off, &mut faults);
        }
        let mut worked = BTreeSet::new();
        for &date in &self.extra_workdays {
            self.check_common(date, &mut worked, &mut faults);
            if off.contains(&date) {
                faults.push(TableFault::InBothLists(date));
            }
            if !is_weekend(date) {
                faults.push(TableFault::NotWeekend(date));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(InvalidTable {
                year: self.year,
                faults,
            })
        }
    }

    fn check_common(&self, date: Date, seen: &mut BTreeSet<Date>, faults: &mut Vec<TableFault>) {
        if date.year() != self.year {
            faults.push(TableFault::OutsideYear(date));
        }
        if !seen.insert(date) {
            faults.push(TableFault::Duplicate(date));
        }
    }
}

/// The Chinese statutory calendar of 2024, 2025 and 2026, oldest first.
///
/// Sources: the notices named in each table's `source`.
pub fn shipped() -> Vec<YearTable> {
    // The texts are compiled in and a test reads all of them. Were one broken all the same, its year would be treated
    // as not loaded (provisional, visible) instead of keeping the server from starting.
    SHIPPED
        .iter()
        .filter_map(|text| YearTable::from_json(text).ok())
        .collect()
}

pub(crate) fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn list(faults: &[TableFault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    fn table() -> YearTable {
        YearTable {
            year: 2031,
            source: "a notice".into(),
            days_off: vec![date(2031, 1, 1), date(2031, 1, 4)],
            extra_workdays: vec![date(2031, 1, 5)],
        }
    }

    #[test]
    fn every_shipped_year_is_read_and_names_its_notice() {
        let tables = shipped();
        let years: Vec<i16> = tables.iter().map(|t| t.year).collect();
        assert_eq!(years, [2024, 2025, 2026]);
        for t in &tables {
            assert!(t.source.contains(&format!("{}年部分节假日", t.year)));
        }
    }

    #[test]
    fn a_weekend_inside_a_holiday_block_is_accepted() {
        assert!(is_weekend(date(2031, 1, 4)));
        assert_eq!(table().validate(), Ok(()));
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let mut t = table();
        t.source = " ".into();
        t.days_off.push(date(2031, 1, 1));
        t.days_off.push(date(2030, 12, 31));
        t.extra_workdays.push(date(2031, 1, 4));
        t.extra_workdays.push(date(2031, 1, 6));
        let error = t.validate().unwrap_err();
        assert_eq!(
            error.faults,
            [
                TableFault::NoSource,
                TableFault::Duplicate(date(2031, 1, 1)),
                TableFault::OutsideYear(date(2030, 12, 31)),
                TableFault::InBothLists(date(2031, 1, 4)),
                TableFault::NotWeekend(date(2031, 1, 6)),
            ]
        );
        assert!(error.to_string().contains("2031-01-06 is no weekend"));
    }

    #[test]
    fn an_empty_table_is_refused() {
        let mut t = table();
        t.days_off.clear();
        assert_eq!(t.validate().unwrap_err().faults, [TableFault::NoDayOff]);
    }

    #[test]
    fn json_goes_there_and_back_and_a_misspelt_field_is_refused() {
        let text = serde_json::to_string(&table()).unwrap();
        assert_eq!(YearTable::from_json(&text).unwrap(), table());
        let text = text.replace("extra_workdays", "extra_workday");
        assert!(matches!(
            YearTable::from_json(&text),
            Err(ReadError::Shape(_))
        ));
        let text = r#"{"year":2031,"source":"x","days_off":["2031-02-30"],"extra_workdays":[]}"#;
        assert!(matches!(
            YearTable::from_json(text),
            Err(ReadError::Shape(_))
        ));
    }
}
