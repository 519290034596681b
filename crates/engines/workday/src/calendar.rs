//! The calendar: working days of the loaded years, working hours of a day, and deadlines on them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::clock::{Stop, advance, distance};
use crate::days::Days;
use crate::hours::DayHours;
use crate::limit::{Deadline, Limit, LimitUnit, Pause};
use crate::local::{Local, NANOS_PER_SECOND, SECONDS_PER_DAY, clamp, day_number, year_of};
use crate::table::{InvalidTable, YearTable, shipped};

const NANOS_PER_HOUR: i128 = 3600 * NANOS_PER_SECOND as i128;

/// The legal time of China: UTC+8 all year, without summer time since 1992.
pub const CHINA: Offset = Offset::constant(8);

/// Loaded year tables and working hours in one legal time. Immutable: a new table gives a new calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    tables: BTreeMap<i16, YearTable>,
    days: Days,
    hours: DayHours,
    offset: Offset,
}

/// Why a calendar cannot be built. Seen by whoever configures it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A table has faults.
    #[error(transparent)]
    Table(#[from] InvalidTable),
    /// Two tables are for the same year.
    #[error("there are two tables for {0}")]
    TwoTables(i16),
}

/// What a day is by the legal calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// Worked, by the table of its year.
    Working,
    /// Off, by the table of its year.
    Off,
    /// Its year has no table; the plain Monday-to-Friday week says whether it is worked.
    Provisional {
        /// Monday to Friday.
        working: bool,
    },
}

impl DayKind {
    /// Whether the day is worked, as far as is known.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::Provisional { working: true })
    }
}

impl Calendar {
    /// A calendar of these tables. `offset` is the legal time ([`CHINA`]); a fixed one, so that a working day always has the same length.
    ///
    /// # Errors
    /// [`CalendarError`] when a table is invalid or a year occurs twice.
    pub fn new(
        tables: Vec<YearTable>,
        hours: DayHours,
        offset: Offset,
    ) -> Result<Self, CalendarError> {
        let mut by_year = BTreeMap::new();
        for table in tables {
            table.validate()?;
            let year = table.year;
            if by_year.insert(year, table).is_some() {
                return Err(CalendarError::TwoTables(year));
            }
        }
        Ok(Self::assemble(by_year, hours, offset))
    }

    fn assemble(tables: BTreeMap<i16, YearTable>, hours: DayHours, offset: Offset) -> Self {
        Self {
            days: Days::new(tables.values()),
            tables,
            hours,
            offset,
        }
    }

    /// The same calendar with one more year, or with another table for a year it has.
    ///
    /// # Errors
    /// [`InvalidTable`] when the table has faults.
    pub fn with_table(&self, table: YearTable) -> Result<Self, InvalidTable> {
        table.validate()?;
        let mut tables = self.tables.clone();
        tables.insert(table.year, table);
        Ok(Self::assemble(tables, self.hours.clone(), self.offset))
    }

    /// The loaded tables, oldest first.
    pub fn tables(&self) -> impl Iterator<Item = &YearTable> {
        self.tables.values()
    }

    /// The working hours of a day.
    pub fn hours(&self) -> &DayHours {
        &self.hours
    }

    /// The legal time, for showing instants.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::fixed(self.offset)
    }

    /// What `date` is.
    pub fn is_working_day(&self, date: Date) -> DayKind {
        let (_, working) = self.days.before(day_number(date));
        match (self.tables.contains_key(&date.year()), working) {
            (true, true) => DayKind::Working,
            (true, false) => DayKind::Off,
            (false, working) => DayKind::Provisional { working },
        }
    }

    /// The first instant from `ts` on at which work is done: `ts` itself inside working hours, else the next opening. (The end of an
    /// interval is not inside it.)
    pub fn next_working_instant(&self, ts: Timestamp) -> Timestamp {
        self.next_open(self.local(ts)).to_timestamp(self.offset)
    }

    /// Working time between two instants; zero when `to` is not after `from`.
    pub fn working_time(&self, from: Timestamp, to: Timestamp) -> Duration {
        self.elapsed(from, to, LimitUnit::WorkingHours, &[])
    }

    /// Time between two instants outside the pauses: plain time for [`LimitUnit::Hours`], working time for every other unit.
    /// Zero when `to` is not after `from`.
    pub fn elapsed(
        &self,
        from: Timestamp,
        to: Timestamp,
        unit: LimitUnit,
        pauses: &[Pause],
    ) -> Duration {
        let (from, to, stops) = (self.local(from), self.local(to), self.stops(pauses));
        let nanos = match unit {
            LimitUnit::Hours => distance(from.plain(), to.plain(), &stops, Local::plain),
            _ => distance(self.worked(from), self.worked(to), &stops, |t| {
                self.worked(t)
            }),
        };
        Duration::from_nanos_u128(nanos.unsigned_abs())
    }

    /// When a limit that began to run at `start` is used up. The rules are at [`LimitUnit`] and [`Pause`].
    ///
    /// Every input has an answer: years without a table are computed on the plain week and marked, what lies beyond
    /// year 9999 is [`Timestamp::MAX`].
    /// For the mark, every year from `start` to the deadline counts as needed (plain hours need none, calendar days only the
    /// years of their last day).
    pub fn deadline(&self, start: Timestamp, limit: Limit, pauses: &[Pause]) -> Deadline {
        let from = self.local(start);
        let stops = self.stops(pauses);
        let amount = i128::from(limit.amount);
        let answer = match limit.unit {
            LimitUnit::WorkingHours => self.working_hours(from, amount, &stops),
            LimitUnit::WorkingDays => self.working_days(from, amount, &stops),
            LimitUnit::Days => return self.calendar_days(from, amount, &stops),
            LimitUnit::Hours => {
                advance(from.plain(), amount * NANOS_PER_HOUR, &stops, Local::plain)
                    .map(Local::from_plain)
            }
        };
        match (answer, limit.unit) {
            (Some(due), LimitUnit::Hours) => self.due(due, None),
            (Some(due), _) => self.due(due, self.first_missing(from.day, due.day)),
            (None, _) => STOPPED,
        }
    }

    /// Whether the table of `year` has a part in this deadline: what must be recomputed when a loaded table is replaced.
    pub fn depends_on(&self, start: Timestamp, deadline: &Deadline, year: i16) -> bool {
        let of = |ts| year_of(self.local(ts).day);
        (of(start)..=of(deadline.at)).contains(&year)
    }

    /// The first year without a table among the years from `today` to `days` later (60 is the rule): administrators are
    /// warned that it must be loaded.
    pub fn warn_before_end(&self, today: Date, days: u32) -> Option<i16> {
        let ahead = SignedDuration::from_secs(i64::from(days) * SECONDS_PER_DAY);
        let last = today.saturating_add(ahead);
        self.first_missing(day_number(today), day_number(last))
    }

    fn working_hours(&self, from: Local, amount: i128, stops: &[Stop]) -> Option<Local> {
        if amount == 0 {
            return self.next_open_outside(from, stops);
        }
        let start = self.worked(from);
        advance(start, amount * NANOS_PER_HOUR, stops, |t| self.worked(t)).map(|w| self.time_of(w))
    }

    fn working_days(&self, from: Local, amount: i128, stops: &[Stop]) -> Option<Local> {
        // The coordinate is the number of closes of business so far, so `count` closes later is the close number `count - 1`.
        let (first, count) = if amount == 0 {
            (self.closes_before(from), 1)
        } else {
            (self.days.before(from.day + 1).0, amount)
        };
        let closes = |t| i128::from(self.closes_through(t));
        let close = advance(i128::from(first), count, stops, closes)?;
        Some(self.close_of(self.days.at(clamp(close - 1))))
    }

    fn calendar_days(&self, from: Local, amount: i128, stops: &[Stop]) -> Deadline {
        let close = self.hours.open_close().1;
        let (first, count) = if amount == 0 {
            (from.day + i64::from(close < from.nanos), 1)
        } else {
            (from.day + 1, amount)
        };
        let closes = |t: Local| i128::from(t.day + i64::from(close <= t.nanos));
        let Some(end) = advance(i128::from(first), count, stops, closes) else {
            return STOPPED;
        };
        let last = clamp(end - 1);
        match self.close_outside(last, stops) {
            Some(due) => self.due(due, self.first_missing(last, due.day)),
            None => STOPPED,
        }
    }

    /// The first close of business of a working day from `day` on at which the clock runs.
    fn close_outside(&self, day: i64, stops: &[Stop]) -> Option<Local> {
        let mut due = self.close_of(self.days.at(self.days.before(day).0));
        for &(from, to) in stops {
            if from < due && to.is_none_or(|to| due <= to) {
                due = self.close_of(self.days.at(self.closes_through(to?)));
            }
        }
        Some(due)
    }

    /// The first working instant from `from` on at which the clock runs.
    fn next_open_outside(&self, from: Local, stops: &[Stop]) -> Option<Local> {
        let mut open = self.next_open(from);
        for &(from, to) in stops {
            if from <= open && to.is_none_or(|to| open < to) {
                open = self.next_open(to?);
            }
        }
        Some(open)
    }

    fn next_open(&self, at: Local) -> Local {
        let (before, working) = self.days.before(at.day);
        let today = working.then(|| self.hours.next_open(at.nanos)).flatten();
        match today {
            Some(nanos) => Local { day: at.day, nanos },
            None => Local {
                day: self.days.at(before + i64::from(working)),
                nanos: self.hours.open_close().0,
            },
        }
    }

    /// Nanoseconds worked so far, from a fixed origin.
    fn worked(&self, at: Local) -> i128 {
        let (before, working) = self.days.before(at.day);
        let today = if working {
            self.hours.worked_before(at.nanos)
        } else {
            0
        };
        i128::from(before) * i128::from(self.hours.length()) + i128::from(today)
    }

    /// The first point at which `worked` nanoseconds have been worked.
    fn time_of(&self, worked: i128) -> Local {
        let length = i128::from(self.hours.length());
        // One less and one more: a whole number of days ends at a close of business, not at the next opening.
        let (day, rest) = (
            (worked - 1).div_euclid(length),
            (worked - 1).rem_euclid(length),
        );
        Local {
            day: self.days.at(clamp(day)),
            nanos: self.hours.time_after(clamp(rest) + 1),
        }
    }

    fn close_of(&self, day: i64) -> Local {
        Local {
            day,
            nanos: self.hours.open_close().1,
        }
    }

    /// Closes of business at or before `at`, from a fixed origin.
    fn closes_through(&self, at: Local) -> i64 {
        let (before, working) = self.days.before(at.day);
        before + i64::from(working && self.hours.open_close().1 <= at.nanos)
    }

    /// Closes of business before `at`.
    fn closes_before(&self, at: Local) -> i64 {
        let (before, working) = self.days.before(at.day);
        before + i64::from(working && self.hours.open_close().1 < at.nanos)
    }

    /// The first year without a table among the years of two days; stops at the first gap, so it is as short as the list of tables.
    fn first_missing(&self, from: i64, to: i64) -> Option<i16> {
        (year_of(from)..=year_of(to)).find(|year| !self.tables.contains_key(year))
    }

    fn due(&self, due: Local, provisional: Option<i16>) -> Deadline {
        Deadline {
            at: due.to_timestamp(self.offset),
            provisional,
            stopped: false,
        }
    }

    fn local(&self, ts: Timestamp) -> Local {
        Local::of(ts, self.offset)
    }

    /// The pauses in local time, sorted by their beginning.
    fn stops(&self, pauses: &[Pause]) -> Vec<Stop> {
        let mut stops: Vec<Stop> = pauses
            .iter()
            .filter(|p| p.to.is_none_or(|to| p.from < to))
            .map(|p| (self.local(p.from), p.to.map(|to| self.local(to))))
            .collect();
        stops.sort_unstable();
        stops
    }
}

const STOPPED: Deadline = Deadline {
    at: Timestamp::MAX,
    provisional: None,
    stopped: true,
};

impl Default for Calendar {
    /// The shipped years, 08:30–12:00 and 14:00–18:00, legal time of China.
    fn default() -> Self {
        let tables = shipped().into_iter().map(|t| (t.year, t)).collect();
        Self::assemble(tables, DayHours::default(), CHINA)
    }
}
