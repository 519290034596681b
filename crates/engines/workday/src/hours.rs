//! The working hours of a day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::local::NANOS_PER_SECOND;

const MINUTES_PER_DAY: u16 = 24 * 60;
const NANOS_PER_MINUTE: i64 = 60 * NANOS_PER_SECOND;

/// The intervals of a working day in which the clock runs, the same on every working day.
///
/// Written and stored as text, minutes exact, in order, without overlap: `"08:30-12:00 14:00-18:00"` (the default). `24:00` is
/// allowed as an end, so a station that never closes is `"00:00-24:00"`. The end of the last interval is the **close
/// of business**.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayHours {
    /// Minutes of the day; never empty, rising, each interval non-empty.
    spans: Vec<(u16, u16)>,
}

/// Why a text or list is no [`DayHours`]. Seen by the administrator who sets the working hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// No interval at all: no deadline could ever be reached.
    #[error("a working day needs at least one interval, such as 08:30-12:00")]
    Empty,
    /// A piece of the text is not `HH:MM-HH:MM`.
    #[error("{0:?} is not an interval such as 08:30-12:00")]
    Syntax(String),
    /// The interval ends before it starts, has no length, or ends after 24:00.
    #[error("{0} does not end after it starts, within one day")]
    Backwards(String),
    /// The interval starts before the one before it has ended.
    #[error("{0} starts before the interval before it has ended")]
    Overlap(String),
}

impl DayHours {
    /// From intervals in minutes since midnight, end exclusive (`(510, 720)` is 08:30–12:00), in order. Intervals that touch
    /// are allowed.
    ///
    /// # Errors
    /// [`HoursError`] when there is none, or one is empty, backwards, past 24:00 or overlaps the one before.
    pub fn from_minutes(intervals: &[(u16, u16)]) -> Result<Self, HoursError> {
        if intervals.is_empty() {
            return Err(HoursError::Empty);
        }
        let mut end_before = 0;
        for &span in intervals {
            let (from, to) = span;
            if from >= to || to > MINUTES_PER_DAY {
                return Err(HoursError::Backwards(written(span)));
            }
            if from < end_before {
                return Err(HoursError::Overlap(written(span)));
            }
            end_before = to;
        }
        Ok(Self {
            spans: intervals.to_vec(),
        })
    }

    /// The intervals, in minutes since midnight, end exclusive.
    pub fn intervals(&self) -> &[(u16, u16)] {
        &self.spans
    }

    /// Working minutes of one day (450 for the default).
    pub fn minutes_per_day(&self) -> u32 {
        self.spans
            .iter()
            .map(|(from, to)| u32::from(to - from))
            .sum()
    }

    /// Length of a day in nanoseconds of working time; never zero.
    pub(crate) fn length(&self) -> i64 {
        i64::from(self.minutes_per_day()) * NANOS_PER_MINUTE
    }

    /// Opening and close of the day, nanoseconds since midnight.
    pub(crate) fn open_close(&self) -> (i64, i64) {
        let first = self.spans.first().map_or(0, |s| s.0);
        let last = self.spans.last().map_or(MINUTES_PER_DAY, |s| s.1);
        (nanos(first), nanos(last))
    }

    /// Working time of the day before the given time of day, all in nanoseconds.
    pub(crate) fn worked_before(&self, time: i64) -> i64 {
        self.spans
            .iter()
            .map(|&(from, to)| (time.min(nanos(to)) - nanos(from)).max(0))
            .sum()
    }

    /// The first time of day at which `worked` nanoseconds (`1..=length`) have been worked: an end of an interval
    /// rather than the start of the next one.
    pub(crate) fn time_after(&self, worked: i64) -> i64 {
        let mut left = worked;
        for &(from, to) in &self.spans {
            let span = nanos(to) - nanos(from);
            if left <= span {
                return nanos(from) + left;
            }
            left -= span;
        }
        self.open_close().1
    }

    /// The first time of day from `time` on that lies inside an interval (its start included, its end not).
    pub(crate) fn next_open(&self, time: i64) -> Option<i64> {
        self.spans
            .iter()
            .find(|s| time < nanos(s.1))
            .map(|s| time.max(nanos(s.0)))
    }
}

impl Default for DayHours {
    /// 08:30–12:00 and 14:00–18:00, the usual office hours of subdistricts and communities.
    fn default() -> Self {
        Self {
            spans: vec![(8 * 60 + 30, 12 * 60), (14 * 60, 18 * 60)],
        }
    }
}

impl fmt::Display for DayHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.spans.iter().copied().map(written).collect();
        f.write_str(&all.join(" "))
    }
}

impl FromStr for DayHours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let spans: Result<Vec<_>, _> = text
            .split_whitespace()
            .map(|piece| interval(piece).ok_or_else(|| HoursError::Syntax(piece.to_owned())))
            .collect();
        Self::from_minutes(&spans?)
    }
}

impl TryFrom<String> for DayHours {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        text.parse()
    }
}

impl From<DayHours> for String {
    fn from(hours: DayHours) -> Self {
        hours.to_string()
    }
}

fn interval(piece: &str) -> Option<(u16, u16)> {
    let (from, to) = piece.split_once(['-', '–'])?;
    Some((minute(from)?, minute(to)?))
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
}

fn written((from, to): (u16, u16)) -> String {
    let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
    format!("{}-{}", clock(from), clock(to))
}

fn nanos(minutes: u16) -> i64 {
    i64::from(minutes) * NANOS_PER_MINUTE
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_default_is_seven_and_a_half_hours_and_reads_back() {
        let hours = DayHours::default();
        assert_eq!(hours.to_string(), "08:30-12:00 14:00-18:00");
        assert_eq!(hours.minutes_per_day(), 450);
        assert_eq!(hours.to_string().parse(), Ok(hours.clone()));
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(json, r#""08:30-12:00 14:00-18:00""#);
        assert_eq!(serde_json::from_str::<DayHours>(&json).unwrap(), hours);
    }

    #[test]
    fn a_station_that_never_closes_is_possible() {
        let hours: DayHours = "00:00-24:00".parse().unwrap();
        assert_eq!(hours.minutes_per_day(), 24 * 60);
    }

    #[test]
    fn impossible_hours_are_refused_with_the_piece_that_is_wrong() {
        let refused = |text: &str| text.parse::<DayHours>().unwrap_err();
        assert_eq!(refused(" "), HoursError::Empty);
        for text in [
            "9-12",
            "09:00",
            "09:60-10:00",
            "+9:00-10:00",
            "09:00-1０:00",
        ] {
            assert_eq!(refused(text), HoursError::Syntax(text.into()));
        }
        assert_eq!(
            refused("12:00-12:00"),
            HoursError::Backwards("12:00-12:00".into())
        );
        assert_eq!(
            refused("20:00-24:30"),
            HoursError::Backwards("20:00-24:30".into())
        );
        assert_eq!(
            refused("08:00-12:00 11:59-13:00"),
            HoursError::Overlap("11:59-13:00".into())
        );
    }
}
