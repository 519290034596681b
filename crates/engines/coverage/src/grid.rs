//! Segments of a line by the squares of the plane they are near to, so that a position looks at few of them.

use std::collections::HashMap;

use crate::plane::Spot;

/// A line in metres with an index of its segments.
#[derive(Clone, Debug)]
pub(crate) struct LineIndex {
    pub spots: Vec<Spot>,
    /// Metres from the beginning to each spot.
    pub along: Vec<f64>,
    /// How far from each segment a position may lie to be near it.
    near: Vec<f64>,
    cell: f64,
    cells: HashMap<(i32, i32), Vec<u32>>,
}

/// The nearest place of one run of segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nearest {
    pub segment: u32,
    /// Metres along the line.
    pub along: f64,
    /// Metres beside it; left of its direction is positive.
    pub offset: f64,
}

impl Nearest {
    pub fn distance(&self) -> f64 {
        self.offset.abs()
    }
}

/// Limbs of a winding river that one position may belong to.
pub(crate) const LIMBS: usize = 4;

/// What lies near a position, nearest first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limbs {
    found: [Option<Nearest>; LIMBS],
}

impl Limbs {
    pub fn iter(&self) -> impl Iterator<Item = &Nearest> {
        self.found.iter().flatten()
    }

    pub fn first(&self) -> Option<Nearest> {
        self.found[0]
    }

    fn put(&mut self, one: Nearest) {
        let mut held = Some(one);
        for slot in &mut self.found {
            match (&*slot, &held) {
                (Some(here), Some(new)) if here.distance() <= new.distance() => {}
                _ => std::mem::swap(slot, &mut held),
            }
            if held.is_none() {
                return;
            }
        }
    }
}

impl LineIndex {
    /// `near` gives each segment's reach in metres; there is one less than spots.
    pub fn new(spots: Vec<Spot>, near: Vec<f64>) -> Self {
        let mut along = Vec::with_capacity(spots.len());
        let mut sum = 0.0;
        for (at, spot) in spots.iter().enumerate() {
            if at > 0 {
                sum += spots[at - 1].to(*spot);
            }
            along.push(sum);
        }
        let widest = near.iter().copied().fold(1.0, f64::max);
        let mut index = Self {
            spots,
            along,
            near,
            cell: (widest / 2.0).max(sum / 2_000.0),
            cells: HashMap::new(),
        };
        index.fill();
        index
    }

    fn fill(&mut self) {
        for at in 0..self.near.len() {
            let (from, to) = (self.spots[at], self.spots[at + 1]);
            let near = self.near[at];
            let low = |a: f64, b: f64| a.min(b) - near;
            let high = |a: f64, b: f64| a.max(b) + near;
            let (west, south) = (low(from.x, to.x), low(from.y, to.y));
            let (east, north) = (high(from.x, to.x), high(from.y, to.y));
            for x in self.square(west)..=self.square(east) {
                for y in self.square(south)..=self.square(north) {
                    if self.touches(x, y, from, to, near) {
                        self.cells.entry((x, y)).or_default().push(at as u32);
                    }
                }
            }
        }
    }

    /// Whether a square can hold a position near the segment: its middle is not farther than half its diagonal more.
    fn touches(&self, x: i32, y: i32, from: Spot, to: Spot, near: f64) -> bool {
        let middle = Spot {
            x: (f64::from(x) + 0.5) * self.cell,
            y: (f64::from(y) + 0.5) * self.cell,
        };
        let (share, _) = project(middle, from, to);
        middle.to(from.between(to, share)) <= near + self.cell * 0.7072
    }

    fn square(&self, metres: f64) -> i32 {
        (metres / self.cell).floor() as i32
    }

    pub fn length(&self) -> f64 {
        self.along.last().copied().unwrap_or(0.0)
    }

    /// West and east, south and north of the line.
    pub fn bounds(&self) -> ((f64, f64), (f64, f64)) {
        let span = |of: fn(&Spot) -> f64| {
            let values = || self.spots.iter().map(of);
            (
                values().fold(f64::INFINITY, f64::min),
                values().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        (span(|spot| spot.x), span(|spot| spot.y))
    }

    /// The nearest place on each limb the position is near to.
    pub fn near(&self, spot: Spot) -> Limbs {
        let mut limbs = Limbs::default();
        let key = (self.square(spot.x), self.square(spot.y));
        let Some(segments) = self.cells.get(&key) else {
            return limbs;
        };
        let mut best: Option<Nearest> = None;
        let mut last = u32::MAX;
        for &segment in segments {
            if segment != last.wrapping_add(1)
                && let Some(one) = best.take()
            {
                limbs.put(one);
            }
            last = segment;
            let one = self.place(spot, segment);
            if one.distance() <= self.near[segment as usize]
                && best.is_none_or(|held| one.distance() < held.distance())
            {
                best = Some(one);
            }
        }
        if let Some(one) = best {
            limbs.put(one);
        }
        limbs
    }

    /// Metres by which a position lies beyond what is near to the segments between two, both included; negative within.
    pub fn beyond(&self, spot: Spot, (one, other): (u32, u32)) -> f64 {
        (one.min(other)..=one.max(other))
            .map(|segment| self.place(spot, segment).distance() - self.near[segment as usize])
            .fold(f64::INFINITY, f64::min)
    }

    /// The nearest place however far away.
    pub fn anywhere(&self, spot: Spot) -> Option<Nearest> {
        (0..self.near.len() as u32)
            .map(|segment| self.place(spot, segment))
            .min_by(|a, b| a.distance().total_cmp(&b.distance()))
    }

    fn place(&self, spot: Spot, segment: u32) -> Nearest {
        let at = segment as usize;
        let (from, to) = (self.spots[at], self.spots[at + 1]);
        let (share, cross) = project(spot, from, to);
        let distance = spot.to(from.between(to, share));
        Nearest {
            segment,
            along: self.along[at] + (self.along[at + 1] - self.along[at]) * share,
            offset: if cross < 0.0 { -distance } else { distance },
        }
    }

    /// The spot so far along the line, and the direction there.
    pub fn at(&self, along: f64) -> (Spot, (f64, f64)) {
        let along = along.clamp(0.0, self.length());
        let after = self.along.partition_point(|metres| *metres <= along);
        let at = after
            .saturating_sub(1)
            .min(self.near.len().saturating_sub(1));
        let (from, to) = (self.spots[at], self.spots[at + 1]);
        let length = from.to(to).max(f64::MIN_POSITIVE);
        let share = (along - self.along[at]) / length;
        let direction = ((to.x - from.x) / length, (to.y - from.y) / length);
        (from.between(to, share.clamp(0.0, 1.0)), direction)
    }
}

/// Where on the segment the nearest place lies (0 to 1), and the cross product that tells the side.
fn project(spot: Spot, from: Spot, to: Spot) -> (f64, f64) {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let (px, py) = (spot.x - from.x, spot.y - from.y);
    let length2 = dx * dx + dy * dy;
    let share = if length2 > 0.0 {
        ((px * dx + py * dy) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (share, dx * py - dy * px)
}
