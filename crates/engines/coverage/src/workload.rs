//! Made-up rivers and walks: the same for the same seed.

use youlin_locate::workload::Rng;

use crate::{Fix, Reach, ReachShape};

/// Where the made-up rivers begin, in Nantong.
pub const SOURCE: (f64, f64) = (120.86, 32.01);

/// A winding river of about so many metres, a position every 20 m, in bends of 900 m with a swing of 90 m.
#[must_use]
pub fn meander(length_m: f64, half_width_m: f64) -> ReachShape {
    let (x_scale, y_scale) = (94_470.0, 110_880.0);
    let mut line = Vec::new();
    let (mut x, mut walked, mut last) = (0.0f64, 0.0f64, (0.0f64, 0.0f64));
    while walked < length_m {
        let y = 90.0 * (x / 900.0 * std::f64::consts::TAU).sin() + 25.0 * (x / 230.0).sin();
        walked += (x - last.0).hypot(y - last.1);
        last = (x, y);
        line.push((SOURCE.0 + x / x_scale, SOURCE.1 + y / y_scale));
        x += 17.0;
    }
    ReachShape::Centre { line, half_width_m }
}

/// How somebody moves along the reach.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Metres along the reach.
    pub from_m: f64,
    pub to_m: f64,
    /// Metres a second along the reach.
    pub speed: f64,
    /// Seconds between fixes, at least and at most.
    pub every_s: (f64, f64),
    /// Standard deviation of the position in each direction, in metres.
    pub noise_m: f64,
    /// Metres to the left of the centre line, negative to the right.
    pub left_m: f64,
}

/// The fixes of a walk, its first and its last among them.
#[must_use]
pub fn walk(reach: &Reach, walk: &Walk, rng: &mut Rng) -> Vec<Fix> {
    let seconds = (walk.to_m - walk.from_m).abs() / walk.speed;
    let mut fixes = Vec::new();
    let mut time = 0.0;
    loop {
        let done = (time / seconds).min(1.0);
        let at = walk.from_m + (walk.to_m - walk.from_m) * done;
        fixes.push(noisy(reach, at, walk.left_m, walk.noise_m, time, rng));
        if done >= 1.0 {
            return fixes;
        }
        let (least, most) = walk.every_s;
        time = (time + least + (most - least) * rng.unit()).min(seconds);
    }
}

/// Standing at one place for so many seconds.
#[must_use]
pub fn stand(reach: &Reach, at_m: f64, seconds: f64, walk: &Walk, rng: &mut Rng) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let mut time = 0.0;
    while time <= seconds {
        fixes.push(noisy(reach, at_m, walk.left_m, walk.noise_m, time, rng));
        let (least, most) = walk.every_s;
        time += least + (most - least) * rng.unit();
    }
    fixes
}

fn noisy(reach: &Reach, at: f64, left: f64, noise: f64, time: f64, rng: &mut Rng) -> Fix {
    let (lon, lat) = reach.position(at, left);
    let mut gauss = || {
        let radius = (-2.0 * (1.0 - rng.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * rng.unit()).cos() * noise
    };
    let (east, north) = (gauss(), gauss());
    Fix {
        lon: lon + east / 94_470.0,
        lat: lat + north / 110_880.0,
        at_ms: (time * 1_000.0) as i64,
        accuracy_m: Some(noise as f32),
        mock: false,
    }
}
