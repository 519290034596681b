//! Metres around one position. Over a reach of some kilometres a plane touching the ellipsoid is exact to a few
//! thousandths, and shares of a length are not changed by its scale at all.

/// Equatorial radius of WGS-84 in metres and its first eccentricity squared (defining constants).
const WGS84_A: f64 = 6_378_137.0;
const WGS84_E2: f64 = 0.006_694_379_990_14;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    lon: f64,
    lat: f64,
    x_scale: f64,
    y_scale: f64,
}

impl Plane {
    pub fn at(lon: f64, lat: f64) -> Self {
        let phi = lat.clamp(-89.0, 89.0).to_radians();
        let w2 = 1.0 - WGS84_E2 * phi.sin().powi(2);
        let per_degree = std::f64::consts::PI / 180.0;
        Self {
            lon,
            lat,
            x_scale: WGS84_A / w2.sqrt() * phi.cos() * per_degree,
            y_scale: WGS84_A * (1.0 - WGS84_E2) / (w2 * w2.sqrt()) * per_degree,
        }
    }

    pub fn metres(&self, lon: f64, lat: f64) -> Spot {
        Spot {
            x: (lon - self.lon) * self.x_scale,
            y: (lat - self.lat) * self.y_scale,
        }
    }

    pub fn degrees(&self, spot: Spot) -> (f64, f64) {
        (
            self.lon + spot.x / self.x_scale,
            self.lat + spot.y / self.y_scale,
        )
    }
}

/// Metres east and north of the plane's position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spot {
    pub x: f64,
    pub y: f64,
}

impl Spot {
    pub fn to(self, other: Self) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    pub fn between(self, other: Self, share: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * share,
            y: self.y + (other.y - self.y) * share,
        }
    }
}

/// Whether degrees are a position on Earth at all.
pub(crate) fn is_position(lon: f64, lat: f64) -> bool {
    lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0
}
