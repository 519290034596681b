//! GCJ-02, the shifted datum of Chinese map kits, and back.
//!
//! The shift is a fixed function of the position (a polynomial plus sines, on the Krasovsky ellipsoid), known publicly
//! for years; it is some hundreds of metres. Outside a box around China nothing is shifted. There is no closed
//! inverse, so [`gcj02_to_wgs84`] iterates to far below a millimetre.

use std::f64::consts::PI;

/// Semi-major axis of the Krasovsky 1940 ellipsoid in metres.
const KRASOVSKY_A: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Steps of the inverse; each gains about three digits, so five reach the limit of `f64`.
const INVERSE_STEPS: usize = 8;

/// What a pair of degrees is measured against. Inside Youlin everything is WGS-84; other data states its datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Datum {
    /// Satellite receivers, GeoJSON, OpenStreetMap.
    #[default]
    Wgs84,
    /// Chinese map services and their kits.
    Gcj02,
}

impl Datum {
    /// A position of this datum as WGS-84 (longitude, latitude).
    #[must_use]
    pub fn to_wgs84(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lon, lat),
            Self::Gcj02 => gcj02_to_wgs84(lon, lat),
        }
    }

    /// A WGS-84 position in this datum (longitude, latitude).
    #[must_use]
    pub fn from_wgs84(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lon, lat),
            Self::Gcj02 => wgs84_to_gcj02(lon, lat),
        }
    }
}

/// Whether a position lies outside the box in which GCJ-02 shifts. The box is the formula's own, cruder than the border.
#[must_use]
pub fn is_outside_china(lon: f64, lat: f64) -> bool {
    !((72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat))
}

/// WGS-84 to GCJ-02 (longitude, latitude in degrees); unchanged outside China.
#[must_use]
pub fn wgs84_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    if is_outside_china(lon, lat) {
        return (lon, lat);
    }
    let (dlon, dlat) = shift(lon, lat);
    (lon + dlon, lat + dlat)
}

/// GCJ-02 to WGS-84 (longitude, latitude in degrees), exact to better than 1e-9 degrees; unchanged outside China.
#[must_use]
pub fn gcj02_to_wgs84(lon: f64, lat: f64) -> (f64, f64) {
    if is_outside_china(lon, lat) {
        return (lon, lat);
    }
    let (mut wlon, mut wlat) = (lon, lat);
    for _ in 0..INVERSE_STEPS {
        let (dlon, dlat) = shift(wlon, wlat);
        (wlon, wlat) = (lon - dlon, lat - dlat);
    }
    (wlon, wlat)
}

/// The shift in degrees at a WGS-84 position.
fn shift(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let phi = lat.to_radians();
    let w2 = 1.0 - KRASOVSKY_E2 * phi.sin().powi(2);
    let meridian_radius = KRASOVSKY_A * (1.0 - KRASOVSKY_E2) / (w2 * w2.sqrt());
    let parallel_radius = KRASOVSKY_A / w2.sqrt() * phi.cos();
    (
        (metres_east(x, y) / parallel_radius).to_degrees(),
        (metres_north(x, y) / meridian_radius).to_degrees(),
    )
}

/// The short ripple both axes share.
fn ripple(x: f64) -> f64 {
    (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
}

fn metres_east(x: f64, y: f64) -> f64 {
    let polynomial = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let middle = (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    let long = (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    polynomial + ripple(x) + middle + long
}

fn metres_north(x: f64, y: f64) -> f64 {
    let polynomial = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let middle = (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    let long = (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    polynomial + ripple(x) + middle + long
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance_m;
    use proptest::prelude::*;

    #[test]
    fn known_pair_at_tiananmen() {
        // A pair quoted in many public descriptions of the datum.
        let (lon, lat) = wgs84_to_gcj02(116.397_470, 39.908_823);
        assert!((lon - 116.403_713).abs() < 2e-5, "{lon}");
        assert!((lat - 39.910_226).abs() < 2e-5, "{lat}");
    }

    #[test]
    fn nothing_moves_outside_china() {
        assert_eq!(wgs84_to_gcj02(2.35, 48.85), (2.35, 48.85));
        assert_eq!(gcj02_to_wgs84(139.7, 35.7), (139.7, 35.7));
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(lon in 73.0..136.0f64, lat in 3.5..54.0f64) {
            let (glon, glat) = wgs84_to_gcj02(lon, lat);
            let (blon, blat) = gcj02_to_wgs84(glon, glat);
            prop_assert!((blon - lon).abs() < 1e-9 && (blat - lat).abs() < 1e-9);
            let metres = distance_m((lon, lat), (glon, glat));
            prop_assert!(metres > 20.0 && metres < 1_500.0, "{metres}");
        }
    }
}
