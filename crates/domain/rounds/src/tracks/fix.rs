//! One position of a track as it is held: what the engine asks, and what the device itself said of its speed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_coverage::Fix;

/// Positions of one track. A whole day at one a second is 86,400.
pub const MOST_FIXES: usize = 200_000;

/// A position with its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackFix {
    /// Milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// Degrees, WGS-84.
    pub lon: f64,
    pub lat: f64,
    /// Radius the device is fairly sure of, metres.
    pub accuracy_m: Option<f32>,
    /// Metres a second, as the device measured it.
    pub speed_mps: Option<f32>,
    /// The device says the position was made up by a program.
    pub mock: bool,
}

impl TrackFix {
    /// As the engine takes it.
    #[must_use]
    pub fn engine(&self) -> Fix {
        Fix {
            lon: self.lon,
            lat: self.lat,
            at_ms: self.at_ms,
            accuracy_m: self.accuracy_m,
            mock: self.mock,
        }
    }

    /// Whether it is a position on Earth at all; what is none cannot be stored.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.lon.is_finite()
            && self.lat.is_finite()
            && self.lon.abs() <= 180.0
            && self.lat.abs() <= 90.0
    }
}

/// One fix on the wire: milliseconds, longitude, latitude, radius in metres, metres a second.
pub type WireFix = (f64, f64, f64, Option<f32>, Option<f32>);

/// A track as a client hands it in with its round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewTrack {
    /// `[milliseconds since 1970, longitude, latitude, radius in metres, metres a second or null]` each, in the order they
    /// were recorded; WGS-84.
    #[schema(value_type = Vec<Vec<Option<f64>>>)]
    pub fixes: Vec<WireFix>,
    /// The device says its positions were made up by a program.
    #[serde(default)]
    pub mock: bool,
}

impl NewTrack {
    /// The fixes, their times moved by as many microseconds as the sender's clock was ahead.
    #[must_use]
    pub fn fixes(&self, clock_off: i64) -> Vec<TrackFix> {
        let one = |&(at, lon, lat, accuracy_m, speed_mps): &WireFix| TrackFix {
            at_ms: whole_ms(at).saturating_sub(clock_off / 1_000),
            lon,
            lat,
            accuracy_m,
            speed_mps,
            mock: self.mock,
        };
        self.fixes.iter().map(one).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond the range becomes its end, no number becomes 0; such times are told as of another day"
)]
fn whole_ms(at: f64) -> i64 {
    at.round() as i64
}
