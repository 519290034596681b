//! Is this a position at all, and is it ours?
//!
//! The commonest slip is latitude and longitude exchanged. It is recognised by trying: exchanged, the position lies
//! inside the service area. That comes before the range test, because a Chinese longitude is no valid latitude and
//! the sender deserves the helpful answer.

use crate::geometry::{Bbox, distance_m};
use thiserror::Error;

/// Why a position cannot be used. Shown to the sender in words of the interface's language.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum PositionFault {
    /// Not a number, or infinite.
    #[error("the position is not a pair of numbers")]
    NotFinite,
    /// Longitude beyond ±180 or latitude beyond ±90 degrees.
    #[error("longitude {lon} or latitude {lat} is out of range")]
    OutOfRange {
        /// As received.
        lon: f64,
        /// As received.
        lat: f64,
    },
    /// Inside the service area once longitude and latitude are exchanged.
    #[error(
        "latitude and longitude are probably exchanged: longitude {lon}, latitude {lat} would lie in the area"
    )]
    ProbablySwapped {
        /// The longitude that was probably meant.
        lon: f64,
        /// The latitude that was probably meant.
        lat: f64,
    },
    /// A good position, elsewhere.
    #[error("the position is {distance_m:.0} m outside the service area")]
    OutsideServiceArea {
        /// The position inside the service area's box nearest to the one sent: longitude, latitude.
        nearest: (f64, f64),
        /// Metres to it.
        distance_m: f64,
    },
}

/// Checks a position (degrees, WGS-84) against the box of the service area.
///
/// # Errors
/// The fault that helps the sender most; see [`PositionFault`].
pub fn check_position(lon: f64, lat: f64, service_bbox: &Bbox) -> Result<(), PositionFault> {
    if !lon.is_finite() || !lat.is_finite() {
        return Err(PositionFault::NotFinite);
    }
    let in_range = lon.abs() <= 180.0 && lat.abs() <= 90.0;
    if in_range && service_bbox.contains(lon, lat) {
        return Ok(());
    }
    if service_bbox.contains(lat, lon) {
        return Err(PositionFault::ProbablySwapped { lon: lat, lat: lon });
    }
    if !in_range {
        return Err(PositionFault::OutOfRange { lon, lat });
    }
    let nearest = service_bbox.clamp(lon, lat);
    Err(PositionFault::OutsideServiceArea {
        nearest,
        distance_m: distance_m((lon, lat), nearest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NANTONG: Bbox = Bbox {
        west: 120.2,
        south: 31.6,
        east: 121.9,
        north: 32.7,
    };

    #[test]
    fn each_slip_gets_its_own_name() {
        assert_eq!(check_position(120.865, 32.015, &NANTONG), Ok(()));
        assert_eq!(
            check_position(f64::NAN, 32.0, &NANTONG),
            Err(PositionFault::NotFinite)
        );
        assert_eq!(
            check_position(32.015, 120.865, &NANTONG),
            Err(PositionFault::ProbablySwapped {
                lon: 120.865,
                lat: 32.015
            })
        );
        assert_eq!(
            check_position(220.0, 32.0, &NANTONG),
            Err(PositionFault::OutOfRange {
                lon: 220.0,
                lat: 32.0
            })
        );
        let Err(PositionFault::OutsideServiceArea {
            nearest,
            distance_m,
        }) = check_position(121.0, 33.7, &NANTONG)
        else {
            panic!("one degree north is outside");
        };
        assert_eq!(nearest, (121.0, 32.7));
        assert!((distance_m - 110_900.0).abs() < 300.0, "{distance_m}");
    }

    #[test]
    fn the_edge_of_the_service_area_is_inside() {
        assert_eq!(
            check_position(NANTONG.west, NANTONG.north, &NANTONG),
            Ok(())
        );
    }
}
