//! Where and when: the two small measures every comparison here needs.

use thiserror::Error;

/// Mean radius of the earth in metres (IUGG). Good to half a percent, far better than needed here.
const EARTH_METRES: f64 = 6_371_008.8;

/// A point in degrees, WGS-84 (`architecture.md` §3.8: one datum inside).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    lon: f64,
    lat: f64,
}

impl Position {
    /// A point from longitude and latitude in degrees; `None` when they are not a place on earth
    /// (not finite, or out of range), so that a broken fix counts as "place unknown" everywhere.
    #[must_use]
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        // NaN is in no range, so this also refuses what is not a number.
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat))
            .then_some(Self { lon, lat })
    }

    /// Great-circle distance in metres (haversine).
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lon * half_lon;
        2.0 * EARTH_METRES * h.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// A span of time, from (included) to (excluded), in microseconds UTC. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    from: i64,
    to: i64,
}

/// Why two instants are no window. Seen by the caller that read them from a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WindowError {
    /// The end is not after the beginning.
    #[error("the window ends at {to} µs, not after its beginning at {from} µs")]
    Empty {
        /// Beginning, microseconds UTC.
        from: i64,
        /// End, microseconds UTC.
        to: i64,
    },
}

impl Window {
    /// A window from two instants in microseconds UTC.
    ///
    /// # Errors
    /// [`WindowError::Empty`] when `to` is not after `from`.
    pub fn new(from: i64, to: i64) -> Result<Self, WindowError> {
        if from < to {
            Ok(Self { from, to })
        } else {
            Err(WindowError::Empty { from, to })
        }
    }

    /// Beginning (included), microseconds UTC.
    #[must_use]
    pub fn from_micros(self) -> i64 {
        self.from
    }

    /// End (excluded), microseconds UTC.
    #[must_use]
    pub fn to_micros(self) -> i64 {
        self.to
    }

    /// Whether the two share any moment. Windows that only touch do not.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Whether the windows together leave no moment of this one uncovered; they may overlap, touch
    /// and come in any order.
    #[must_use]
    pub fn covered_by(self, windows: &[Self]) -> bool {
        let mut sorted = windows.to_vec();
        sorted.sort_unstable();
        let mut reached = self.from;
        for window in sorted {
            if window.from > reached || reached >= self.to {
                break;
            }
            reached = reached.max(window.to);
        }
        reached >= self.to
    }
}
