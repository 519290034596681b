//! Decimal numbers as people write them, exactly: 3.1 is 3.1, so that 3.1 m against 4.0 m is a matter of whole numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Digits after the point that are kept.
const DIGITS: usize = 6;
const ONE: i64 = 1_000_000;

/// A number of at most six decimals, up to nine million millions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

/// Not a number of at most six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a decimal number")]
pub struct NotDecimal;

impl Decimal {
    #[must_use]
    pub fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    #[must_use]
    pub fn millionths(self) -> i64 {
        self.0
    }

    /// A whole number; the largest there is when it is too large.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self(number.saturating_mul(ONE))
    }

    #[must_use]
    pub fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }

    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// The nearest decimal; `None` when it is no number or out of range.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        let scaled = (number * ONE as f64).round();
        (scaled.abs() < 9.2e18).then_some(Self(scaled as i64))
    }
}

impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let text = text.trim();
        let (is_negative, digits) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part = part.trim_end_matches('0');
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_any = digits.bytes().any(|byte| byte.is_ascii_digit());
        if !has_any || !is_digits(whole) || !is_digits(part) || part.len() > DIGITS {
            return Err(NotDecimal);
        }
        let whole: i64 = match whole {
            "" => 0,
            whole => whole.parse().map_err(|_error| NotDecimal)?,
        };
        let part: i64 = format!("{part:0<DIGITS$}")
            .parse()
            .map_err(|_error| NotDecimal)?;
        let sum = whole.checked_mul(ONE).and_then(|sum| sum.checked_add(part));
        let sum = sum.ok_or(NotDecimal)?;
        Ok(Self(if is_negative { -sum } else { sum }))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (
            self.0.unsigned_abs() / 1_000_000,
            self.0.unsigned_abs() % 1_000_000,
        );
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let part = format!("{part:06}");
        write!(f, "{sign}{whole}.{}", part.trim_end_matches('0'))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = match &value {
            serde_json::Value::String(text) => text.clone(),
            // Shortest text of the number: 3.1 stays 3.1.
            serde_json::Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millionths in -i64::MAX..i64::MAX) {
            let number = Decimal::from_millionths(millionths);
            prop_assert_eq!(number.to_string().parse::<Decimal>(), Ok(number));
        }
    }

    #[test]
    fn numbers_and_what_is_none() {
        let read = |text: &str| text.parse::<Decimal>().ok().map(Decimal::millionths);
        assert_eq!(read("3.1"), Some(3_100_000));
        assert_eq!(read(" -0.25 "), Some(-250_000));
        assert_eq!(read(".5"), Some(500_000));
        assert_eq!(read("4.0000000"), Some(4_000_000));
        for text in [
            "",
            "-",
            ".",
            "1e3",
            "3.1.2",
            "1,5",
            "0.0000001",
            "99999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
