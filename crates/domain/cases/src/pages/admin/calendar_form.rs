//! A year of the calendar as it is written in the notice: dates and ranges, to the table the engine reads.

use jiff::civil::Date;
use youlin_kernel::{Problem, ProblemKind};
use youlin_workday::{ReadError, TableFault, YearTable};

/// Longest range of days somebody can mean.
const LONGEST: usize = 31;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct YearFields {
    pub(super) year: String,
    pub(super) source: String,
    pub(super) days_off: String,
    pub(super) extra_workdays: String,
    /// The whole table as JSON, instead of the fields.
    pub(super) json: String,
}

/// A fault of a table, for the administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CalendarFault {
    /// Key of the words: `calendar-fault-<code>`.
    pub(super) code: &'static str,
    pub(super) what: String,
}

impl CalendarFault {
    fn new(code: &'static str, what: impl std::fmt::Display) -> Self {
        Self {
            code,
            what: what.to_string(),
        }
    }
}

impl YearFields {
    /// The table's JSON, or everything that is wrong with it.
    pub(super) fn table(&self) -> std::result::Result<String, Vec<CalendarFault>> {
        let text = if self.json.trim().is_empty() {
            self.built()?
        } else {
            self.json.clone()
        };
        match YearTable::from_json(&text) {
            Ok(_) => Ok(text),
            Err(ReadError::Shape(error)) => Err(vec![CalendarFault::new("shape", error)]),
            Err(ReadError::Content(table)) => Err(table.faults.iter().map(named).collect()),
        }
    }

    fn built(&self) -> std::result::Result<String, Vec<CalendarFault>> {
        let mut faults = Vec::new();
        let year = self
            .year
            .trim()
            .parse::<i16>()
            .ok()
            .filter(|year| (2000..=2200).contains(year));
        if year.is_none() {
            faults.push(CalendarFault::new("year", self.year.trim()));
        }
        let days_off = days(&self.days_off, year, &mut faults);
        let extra_workdays = days(&self.extra_workdays, year, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let table = YearTable {
            year: year.unwrap_or_default(),
            source: self.source.trim().to_owned(),
            days_off,
            extra_workdays,
        };
        serde_json::to_string(&table).map_err(|error| vec![CalendarFault::new("shape", error)])
    }
}

fn named(fault: &TableFault) -> CalendarFault {
    match fault {
        TableFault::NoSource => CalendarFault::new("no-source", ""),
        TableFault::NoDayOff => CalendarFault::new("no-day-off", ""),
        TableFault::OutsideYear(date) => CalendarFault::new("outside-year", date),
        TableFault::Duplicate(date) => CalendarFault::new("duplicate", date),
        TableFault::InBothLists(date) => CalendarFault::new("both-lists", date),
        TableFault::NotWeekend(date) => CalendarFault::new("not-weekend", date),
    }
}

/// `2027-01-01`, `2027-02-05 至 2027-02-11`, `2月5日-2月11日`, one or several a line.
fn days(text: &str, year: Option<i16>, faults: &mut Vec<CalendarFault>) -> Vec<Date> {
    let mut found = Vec::new();
    for piece in text
        .split(['\n', ',', '，', '、', ';', '；'])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
    {
        match range(piece, year) {
            Some(dates) => found.extend(dates),
            None => faults.push(CalendarFault::new("date", piece)),
        }
    }
    found
}

fn range(piece: &str, year: Option<i16>) -> Option<Vec<Date>> {
    let (from, to) = ["至", "到", "~", "～", "—", "–", "..", " - ", "日-"]
        .iter()
        .find_map(|between| piece.split_once(between))
        .unwrap_or((piece, piece));
    let (from, to) = (date(from, year)?, date(to, year)?);
    if to < from {
        return None;
    }
    let dates: Vec<Date> = from
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= to)
        .take(LONGEST + 1)
        .collect();
    (dates.len() <= LONGEST).then_some(dates)
}

/// A date in ISO form, or month and day of the year the table is for.
fn date(text: &str, year: Option<i16>) -> Option<Date> {
    let text = text.trim();
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(str::parse::<i16>);
    let parts: Vec<i16> = numbers
        .by_ref()
        .collect::<std::result::Result<_, _>>()
        .ok()?;
    let small = |n: i16| i8::try_from(n).ok();
    match parts.as_slice() {
        [year, month, day] => Date::new(*year, small(*month)?, small(*day)?).ok(),
        [month, day] => Date::new(year?, small(*month)?, small(*day)?).ok(),
        _ => None,
    }
}

/// The refusal of a table with faults.
pub(super) fn refused() -> Problem {
    Problem::new(ProblemKind::Invalid, "calendar-faults")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn fields() -> YearFields {
        YearFields {
            year: "2027".into(),
            source: "关于2027年部分节假日安排的通知".into(),
            days_off: "2027-01-01 至 2027-01-03\n2月5日至2月11日".into(),
            extra_workdays: "2027-02-14".into(),
            json: String::new(),
        }
    }

    #[test]
    fn a_notice_typed_as_it_is_written_is_a_table() {
        let table = YearTable::from_json(&fields().table().unwrap()).unwrap();
        assert_eq!(table.days_off.len(), 10);
        assert_eq!(table.days_off[3], jiff::civil::date(2027, 2, 5));
        assert_eq!(table.extra_workdays, [jiff::civil::date(2027, 2, 14)]);
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let mut bad = fields();
        bad.days_off.push_str("\n2027-02-30\n3月9日到3月1日");
        let faults = bad.table().unwrap_err();
        assert_eq!(
            faults,
            [
                CalendarFault::new("date", "2027-02-30"),
                CalendarFault::new("date", "3月9日到3月1日")
            ]
        );
        let mut bad = fields();
        bad.source.clear();
        bad.extra_workdays = "2027-02-05".into();
        let codes: Vec<&str> = bad
            .table()
            .unwrap_err()
            .iter()
            .map(|fault| fault.code)
            .collect();
        assert_eq!(codes, ["no-source", "both-lists", "not-weekend"]);
    }

    #[test]
    fn json_is_taken_as_it_is() {
        let mut whole = YearFields {
            json: fields().table().unwrap(),
            ..YearFields::default()
        };
        assert!(whole.table().is_ok());
        whole.json.push('}');
        assert_eq!(whole.table().unwrap_err()[0].code, "shape");
    }
}
