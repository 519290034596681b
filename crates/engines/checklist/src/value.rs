//! Answers and their texts. The text of an answer is the one of XForms, so forms, submissions and JSON agree.

use std::fmt;

use jiff::civil::{self, Date, Time};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::Decimal;
use crate::model::Kind;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(Decimal),
    YesNo(bool),
    Choice(String),
    Choices(Vec<String>),
    Date(Date),
    Time(Time),
    DateTime(DateTime),
    /// The name of a file that was or will be sent.
    File(String),
    Position(Position),
    Track(Vec<Position>),
}

/// Clock and day at a place, with its distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    pub local: civil::DateTime,
    pub offset_minutes: i16,
}

/// WGS-84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    pub altitude_m: f64,
    pub accuracy_m: f64,
}

/// Why a text is no answer to a question of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueFault {
    #[error("not a number of at most six decimals")]
    NotANumber,
    #[error("not a whole number")]
    NotWhole,
    #[error("not yes or no")]
    NotYesNo,
    #[error("no such day or time")]
    NoSuchTime,
    #[error("not a position: latitude, longitude, altitude, accuracy")]
    NotAPosition,
    #[error("not the name of a file")]
    NotAFile,
    #[error("longer than 20,000 characters")]
    TooLong,
    #[error("asks for no answer")]
    NotAsked,
}

impl ValueFault {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANumber => "not-a-number",
            Self::NotWhole => "not-whole",
            Self::NotYesNo => "not-yes-no",
            Self::NoSuchTime => "no-such-time",
            Self::NotAPosition => "not-a-position",
            Self::NotAFile => "not-a-file",
            Self::TooLong => "too-long",
            Self::NotAsked => "not-asked",
        }
    }
}

const LONGEST: usize = 20_000;
/// Positions of a track; the coverage engine takes as many.
const TRACK_LONGEST: usize = 200_000 * 64;

impl Value {
    /// The answer a text gives to a question of this kind; `None` for an empty one.
    ///
    /// # Errors
    /// See [`ValueFault`]. Choices are not looked up here.
    pub fn parse(kind: &Kind, text: &str) -> Result<Option<Self>, ValueFault> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let longest = if *kind == Kind::Track {
            TRACK_LONGEST
        } else {
            LONGEST
        };
        if text.len() > longest * 4 {
            return Err(ValueFault::TooLong);
        }
        let value = match kind {
            Kind::Text | Kind::Barcode | Kind::Calculate => Self::Text(text.to_owned()),
            Kind::Integer => {
                Self::Number(number(trimmed).and_then(|number| match number.is_whole() {
                    true => Ok(number),
                    false => Err(ValueFault::NotWhole),
                })?)
            }
            Kind::Decimal => Self::Number(number(trimmed)?),
            Kind::YesNo => Self::YesNo(match trimmed {
                "yes" | "true" | "1" => true,
                "no" | "false" | "0" => false,
                _ => return Err(ValueFault::NotYesNo),
            }),
            Kind::One { .. } => Self::Choice(trimmed.to_owned()),
            Kind::Many { .. } => {
                let mut all: Vec<String> = Vec::new();
                for one in trimmed.split_whitespace() {
                    if !all.iter().any(|held| held == one) {
                        all.push(one.to_owned());
                    }
                }
                Self::Choices(all)
            }
            Kind::Date => Self::Date(date(trimmed).ok_or(ValueFault::NoSuchTime)?),
            Kind::Time => Self::Time(time(trimmed).ok_or(ValueFault::NoSuchTime)?),
            Kind::DateTime => Self::DateTime(date_time(trimmed).ok_or(ValueFault::NoSuchTime)?),
            Kind::Photo | Kind::Signature => Self::File(file(trimmed)?),
            Kind::Position => Self::Position(position(trimmed)?),
            Kind::Track => {
                let all: Result<Vec<Position>, ValueFault> = trimmed
                    .split(';')
                    .filter(|one| !one.trim().is_empty())
                    .map(position)
                    .collect();
                Self::Track(all?)
            }
            Kind::Note => return Err(ValueFault::NotAsked),
        };
        Ok(Some(value))
    }
}

fn number(text: &str) -> Result<Decimal, ValueFault> {
    text.parse().map_err(|_error| ValueFault::NotANumber)
}

/// The day of a date, or of a date with a time.
pub(crate) fn date(text: &str) -> Option<Date> {
    text.get(..10).unwrap_or(text).parse().ok()
}

/// 09:30:00.000 with or without a distance from UTC, which a time of day has no use for.
fn time(text: &str) -> Option<Time> {
    let bare = text.find(['+', 'Z']).map_or(text, |at| &text[..at]);
    let bare = match bare.rfind('-') {
        Some(at) => &bare[..at],
        None => bare,
    };
    bare.parse().ok()
}

pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let (day, clock) = text.split_once('T')?;
    let (clock, offset) = match clock.find(['+', '-', 'Z']) {
        Some(at) => clock.split_at(at),
        None => (clock, "Z"),
    };
    let local = format!("{day}T{clock}").parse().ok()?;
    let offset_minutes = match offset {
        "Z" => 0,
        offset => {
            let (hours, minutes) = match offset[1..].split_once(':') {
                Some(parts) => parts,
                None => offset
                    .get(1..3)
                    .zip(offset.get(3..))
                    .unwrap_or((&offset[1..], "")),
            };
            let minutes: i16 = if minutes.is_empty() {
                0
            } else {
                minutes.parse().ok()?
            };
            let hours: i16 = hours.parse().ok()?;
            let all = hours.checked_mul(60)?.checked_add(minutes)?;
            if all > 18 * 60 {
                return None;
            }
            if offset.starts_with('-') { -all } else { all }
        }
    };
    Some(DateTime {
        local,
        offset_minutes,
    })
}

/// A name without folders, so that no answer points elsewhere.
fn file(text: &str) -> Result<String, ValueFault> {
    let is_bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    if text.len() > 255 || text.starts_with('.') || text.chars().any(is_bad) {
        return Err(ValueFault::NotAFile);
    }
    Ok(text.to_owned())
}

fn position(text: &str) -> Result<Position, ValueFault> {
    let numbers: Option<Vec<f64>> = text
        .split_whitespace()
        .map(|part| part.parse().ok())
        .collect();
    let numbers = numbers.ok_or(ValueFault::NotAPosition)?;
    let at = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
    let (lat, lon) = (at(0), at(1));
    let is_sound = (2..=4).contains(&numbers.len())
        && numbers.iter().all(|number| number.is_finite())
        && lat.abs() <= 90.0
        && lon.abs() <= 180.0;
    if !is_sound {
        return Err(ValueFault::NotAPosition);
    }
    Ok(Position {
        lat,
        lon,
        altitude_m: at(2),
        accuracy_m: at(3),
    })
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.offset_minutes.unsigned_abs();
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        write!(
            f,
            "{}{sign}{:02}:{:02}",
            self.local,
            minutes / 60,
            minutes % 60
        )
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lat,
            lon,
            altitude_m,
            accuracy_m,
        } = self;
        write!(f, "{lat} {lon} {altitude_m} {accuracy_m}")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Choice(text) | Self::File(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Choices(all) => f.write_str(&all.join(" ")),
            Self::Date(day) => day.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::DateTime(time) => time.fmt(f),
            Self::Position(position) => position.fmt(f),
            Self::Track(all) => {
                let all: Vec<String> = all.iter().map(Position::to_string).collect();
                f.write_str(&all.join("; "))
            }
        }
    }
}
