//! A point of local time as a day number and nanoseconds of the day.
//!
//! Everything is computed here in whole numbers: days since 1970-01-01 and nanoseconds since local midnight. The nanoseconds may
//! be those of 24:00, so that a close of business at midnight stays on its own day.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

pub(crate) const SECONDS_PER_DAY: i64 = 86_400;
pub(crate) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(crate) const NANOS_PER_DAY: i64 = SECONDS_PER_DAY * NANOS_PER_SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Local {
    /// Days since 1970-01-01, local.
    pub(crate) day: i64,
    /// Nanoseconds since local midnight, `0..=NANOS_PER_DAY`.
    pub(crate) nanos: i64,
}

impl Local {
    pub(crate) fn of(ts: Timestamp, offset: Offset) -> Self {
        let mut second = ts.as_second() + i64::from(offset.seconds());
        let mut nano = i64::from(ts.subsec_nanosecond());
        if nano < 0 {
            // Before 1970 jiff counts both parts downwards.
            second -= 1;
            nano += NANOS_PER_SECOND;
        }
        Self {
            day: second.div_euclid(SECONDS_PER_DAY),
            nanos: second.rem_euclid(SECONDS_PER_DAY) * NANOS_PER_SECOND + nano,
        }
    }

    /// Back to an instant; beyond the range of jiff the nearest instant inside it.
    pub(crate) fn to_timestamp(self, offset: Offset) -> Timestamp {
        let second = self
            .day
            .saturating_mul(SECONDS_PER_DAY)
            .saturating_add(self.nanos / NANOS_PER_SECOND)
            .saturating_sub(i64::from(offset.seconds()));
        // Always below one second, so the conversion cannot fail; zero is the harmless answer if it ever did.
        let nano = i32::try_from(self.nanos % NANOS_PER_SECOND).unwrap_or(0);
        let edge = if second < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Timestamp::new(second, nano).unwrap_or(edge)
    }

    /// Nanoseconds since 1970-01-01, local.
    pub(crate) fn plain(self) -> i128 {
        i128::from(self.day) * i128::from(NANOS_PER_DAY) + i128::from(self.nanos)
    }

    /// The inverse of [`Local::plain`].
    pub(crate) fn from_plain(nanos: i128) -> Self {
        let per_day = i128::from(NANOS_PER_DAY);
        Self {
            day: clamp(nanos.div_euclid(per_day)),
            nanos: clamp(nanos.rem_euclid(per_day)),
        }
    }
}

/// `i128` to `i64`, saturating.
pub(crate) fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Days from 1970-01-01 to `date`.
pub(crate) fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs() / SECONDS_PER_DAY
}

/// The year a day number lies in; beyond the range of jiff the last (or first) year inside it.
pub(crate) fn year_of(day: i64) -> i16 {
    let span = SignedDuration::from_secs(day.saturating_mul(SECONDS_PER_DAY));
    match Date::constant(1970, 1, 1).checked_add(span) {
        Ok(date) => date.year(),
        Err(_) if day < 0 => Date::MIN.year(),
        Err(_) => Date::MAX.year(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn local_time_goes_there_and_back_at_both_ends_of_the_range() {
        for hours in [-12, 0, 8, 14] {
            let offset = Offset::constant(hours);
            for ts in [
                Timestamp::MIN,
                Timestamp::MAX,
                Timestamp::UNIX_EPOCH,
                Timestamp::constant(-1, -1),
            ] {
                let local = Local::of(ts, offset);
                assert!((0..NANOS_PER_DAY).contains(&local.nanos));
                assert_eq!(local.to_timestamp(offset), ts);
                assert_eq!(Local::from_plain(local.plain()), local);
                let civil = offset.to_datetime(ts);
                assert_eq!(day_number(civil.date()), local.day);
                assert_eq!(year_of(local.day), civil.year());
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_range_saturates() {
        let far = Local {
            day: i64::MAX,
            nanos: 0,
        };
        assert_eq!(far.to_timestamp(Offset::UTC), Timestamp::MAX);
        assert_eq!(year_of(i64::MAX), 9999);
        assert_eq!(year_of(i64::MIN), -9999);
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1969, 12, 31)), -1);
    }
}
