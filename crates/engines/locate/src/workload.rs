//! Synthetic towns and address books for measuring: the same for the same seed, everything in them invented.

use crate::AreaShape;
use geo::{LineString, MultiPolygon, Polygon};

/// Splitmix64: small, fast, the same on every machine.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In `0..bound`; `bound` must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next_u64() % bound as u64) as usize
    }
}

/// South-west corner (longitude, latitude) and side in degrees of the synthetic town.
pub const TOWN: (f64, f64, f64) = (120.5, 31.8, 1.0);

/// Points between two corners of a tile: with four sides and the closing point a ring has 125 positions.
const BETWEEN: usize = 30;

/// `side` × `side` neighbourhoods that tile the town without gap, each with a wavy ring of 125 positions; neighbours
/// share their wavy edge exactly. Keys count from 1.
#[must_use]
pub fn tiled_town(side: usize, seed: u64) -> Vec<AreaShape> {
    let corner = |column: usize, row: usize| {
        let (west, south, size) = TOWN;
        (
            west + size * column as f64 / side as f64,
            south + size * row as f64 / side as f64,
        )
    };
    let wave = TOWN.2 / side as f64 * 0.05;
    // An edge is drawn from its own seed, west to east or south to north, so both neighbours get the same points.
    let edge = |from: (usize, usize), to: (usize, usize)| -> Vec<(f64, f64)> {
        let upright = from.0 == to.0;
        let id = ((from.1 * (side + 1) + from.0) * 2 + usize::from(upright)) as u64;
        let mut rng = Rng::new(seed ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (a, b) = (corner(from.0, from.1), corner(to.0, to.1));
        let mut line = vec![a];
        for step in 1..=BETWEEN {
            let along = step as f64 / (BETWEEN + 1) as f64;
            let aside = (rng.unit() - 0.5) * wave;
            let (x, y) = (a.0 + (b.0 - a.0) * along, a.1 + (b.1 - a.1) * along);
            line.push(if upright {
                (x + aside, y)
            } else {
                (x, y + aside)
            });
        }
        line.push(b);
        line
    };
    let mut shapes = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let (east, north) = (column + 1, row + 1);
            let south_side = edge((column, row), (east, row));
            let east_side = edge((east, row), (east, north));
            let north_side = edge((column, north), (east, north));
            let west_side = edge((column, row), (column, north));
            let ring: Vec<(f64, f64)> = south_side
                .iter()
                .chain(&east_side[1..])
                .chain(north_side.iter().rev().skip(1))
                .chain(west_side.iter().rev().skip(1))
                .copied()
                .collect();
            shapes.push(AreaShape {
                key: shapes.len() as i64 + 1,
                level: 6,
                shape: MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]),
            });
        }
    }
    shapes
}

/// Points (longitude, latitude) spread evenly over the town.
#[must_use]
pub fn points(count: usize, seed: u64) -> Vec<(f64, f64)> {
    let mut rng = Rng::new(seed);
    let (west, south, size) = TOWN;
    (0..count)
        .map(|_| (west + size * rng.unit(), south + size * rng.unit()))
        .collect()
}
