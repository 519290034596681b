//! Time as the database keeps it, and the clock that commands read.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::{Timestamp, Zoned, tz::TimeZone};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Stored as BIGINT in every database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct Micros(pub i64);

impl Micros {
    pub const SECOND: i64 = 1_000_000;
    pub const MINUTE: i64 = 60 * Self::SECOND;
    pub const HOUR: i64 = 60 * Self::MINUTE;
    pub const DAY: i64 = 24 * Self::HOUR;

    /// This moment moved by `micros`, stopping at the ends of the range instead of wrapping.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The same moment for calendar arithmetic; values outside jiff's range are clamped to its ends.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The civil time people of the neighbourhood read off their wall.
    #[must_use]
    pub fn local(self) -> Zoned {
        self.timestamp().to_zoned(china_standard_time())
    }

    /// The local day.
    #[must_use]
    pub fn date(self) -> Date {
        self.local().date()
    }

    /// Midnight at the beginning of a local day.
    #[must_use]
    pub fn start_of(day: Date) -> Self {
        day.to_zoned(china_standard_time())
            .map_or(Self(i64::MAX), |zoned| Self::from(zoned.timestamp()))
    }

    /// Year and month as one number (202611), the key of monthly counters.
    #[must_use]
    pub fn month(self) -> i32 {
        let local = self.local();
        i32::from(local.year()) * 100 + i32::from(local.month())
    }

    /// RFC 3339 in UTC, as machines want it.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    /// `2026-11-23 14:30` in local time.
    #[must_use]
    pub fn local_minute(self) -> String {
        self.local().strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// China has one time zone without summer time since 1991, so no time-zone database is needed.
fn china_standard_time() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

impl From<Timestamp> for Micros {
    fn from(t: Timestamp) -> Self {
        Self(t.as_microsecond())
    }
}

impl Serialize for Micros {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse::<Timestamp>()
            .map(Self::from)
            .map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Micros {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

impl utoipa::ToSchema for Micros {}

/// Where `now` comes from. Only [`crate::Ctx`] holds one.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Micros {
        Timestamp::now().into()
    }
}

/// A clock that is some days ahead of the machine's: the example as it will look then.
#[derive(Debug)]
pub struct AheadClock {
    micros: i64,
}

impl AheadClock {
    #[must_use]
    pub fn by_days(days: i64) -> Self {
        Self {
            micros: days.saturating_mul(Micros::DAY),
        }
    }
}

impl Clock for AheadClock {
    fn now(&self) -> Micros {
        SystemClock.now().plus(self.micros)
    }
}

/// A clock that stands still until it is moved: story tests and the example loader use it.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    #[must_use]
    pub fn at(now: Micros) -> Self {
        Self(AtomicI64::new(now.0))
    }

    pub fn set(&self, now: Micros) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_changes_at_local_midnight() {
        let before: Timestamp = "2026-10-31T15:59:59Z".parse().unwrap_or_default();
        assert_eq!(Micros::from(before).month(), 202_610);
        assert_eq!(Micros::from(before).plus(Micros::SECOND).month(), 202_611);
    }

    #[test]
    fn values_outside_the_calendar_are_clamped() {
        assert_eq!(Micros(i64::MAX).timestamp(), Timestamp::MAX);
        assert_eq!(Micros(i64::MIN).timestamp(), Timestamp::MIN);
    }
}
