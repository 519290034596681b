//! A stretch of river and where a position lies along it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::grid::LineIndex;
use crate::plane::{Plane, Spot, is_position};

/// The corridor beside the water that belongs to walking the bank, in metres.
pub(crate) const CORRIDOR_M: f64 = 50.0;
/// Steps in which two banks are walked together to find the line between them, at least.
const STEPS: usize = 64;

/// How a reach is drawn. All lines run downstream; looking that way, left is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReachShape {
    Centre {
        /// Longitude and latitude.
        line: Vec<(f64, f64)>,
        /// From the line to the water's edge.
        half_width_m: f64,
    },
    /// The water's two edges. A bank drawn upstream is turned round; sides are told from where they lie.
    Banks {
        left: Vec<(f64, f64)>,
        right: Vec<(f64, f64)>,
    },
}

/// Why a shape is no reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReachFault {
    #[error("a line needs two positions that differ")]
    TooShort,
    #[error("the line is longer than 200 km: draw it in reaches")]
    TooLong,
    #[error("a position of the line is not on Earth")]
    NoPosition,
    #[error("the half width is not between 0 and 2,000 m")]
    Width,
}

/// Looking downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Left,
    Right,
}

/// Where a position lies along a reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chainage {
    /// Metres from the beginning of the reach.
    pub at_m: f64,
    /// Metres beside the centre line, never negative.
    pub offset_m: f64,
    pub side: Side,
    /// Inside half the width and 50 m.
    pub in_corridor: bool,
}

/// A reach made ready for many positions.
#[derive(Clone, Debug)]
pub struct Reach {
    pub(crate) plane: Plane,
    pub(crate) line: LineIndex,
    half_widths: Vec<f64>,
    corridor: f64,
}

impl Reach {
    /// With the corridor of 50 m.
    ///
    /// # Errors
    /// See [`ReachFault`].
    pub fn build(shape: &ReachShape) -> Result<Self, ReachFault> {
        Self::with_corridor(shape, CORRIDOR_M)
    }

    /// With a corridor of another width beside the water, in metres.
    ///
    /// # Errors
    /// See [`ReachFault`].
    pub fn with_corridor(shape: &ReachShape, corridor: f64) -> Result<Self, ReachFault> {
        let first = match shape {
            ReachShape::Centre { line, .. } => middle(line)?,
            ReachShape::Banks { left, right } => {
                middle(right)?;
                middle(left)?
            }
        };
        let plane = Plane::at(first.0, first.1);
        let flat = |line: &[(f64, f64)]| -> Vec<Spot> {
            line.iter()
                .map(|&(lon, lat)| plane.metres(lon, lat))
                .collect()
        };
        let (spots, half_widths) = match shape {
            ReachShape::Centre { line, half_width_m } => {
                let spots = without_repeats(flat(line));
                let widths = vec![*half_width_m; spots.len().saturating_sub(1)];
                (spots, widths)
            }
            ReachShape::Banks { left, right } => between(flat(left), flat(right)),
        };
        let fits = |width: &f64| width.is_finite() && (0.0..=2_000.0).contains(width);
        if spots.len() < 2 {
            return Err(ReachFault::TooShort);
        }
        if !half_widths.iter().all(fits) || !fits(&corridor) {
            return Err(ReachFault::Width);
        }
        if spots
            .windows(2)
            .map(|pair| pair[0].to(pair[1]))
            .sum::<f64>()
            > 200_000.0
        {
            return Err(ReachFault::TooLong);
        }
        let near = half_widths.iter().map(|half| half + corridor).collect();
        Ok(Self {
            plane,
            line: LineIndex::new(spots, near),
            half_widths,
            corridor,
        })
    }

    /// Along the centre line, which stands for both banks.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.line.length()
    }

    /// Where a position lies; `None` when it is none (not finite, not on Earth).
    #[must_use]
    pub fn chainage(&self, lon: f64, lat: f64) -> Option<Chainage> {
        if !is_position(lon, lat) {
            return None;
        }
        let spot = self.plane.metres(lon, lat);
        let found = self.line.near(spot).first();
        let found = found.or_else(|| self.line.anywhere(spot))?;
        let half = self.half_widths[found.segment as usize];
        Some(Chainage {
            at_m: found.along,
            offset_m: found.distance(),
            side: side_of(found.offset),
            in_corridor: found.distance() <= half + self.corridor,
        })
    }

    /// The position so far along the reach and so far beside it (left is positive), for drawing.
    #[must_use]
    pub fn position(&self, at_m: f64, left_m: f64) -> (f64, f64) {
        let (spot, (east, north)) = self.line.at(at_m);
        self.plane.degrees(Spot {
            x: spot.x - north * left_m,
            y: spot.y + east * left_m,
        })
    }
}

pub(crate) fn side_of(offset: f64) -> Side {
    if offset < 0.0 {
        Side::Right
    } else {
        Side::Left
    }
}

/// The middle of the line's box, once every position is one.
fn middle(line: &[(f64, f64)]) -> Result<(f64, f64), ReachFault> {
    if !line.iter().all(|&(lon, lat)| is_position(lon, lat)) {
        return Err(ReachFault::NoPosition);
    }
    let span = |of: fn(&(f64, f64)) -> f64| {
        let low = line.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = line.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ((west, east), (south, north)) = (span(|one| one.0), span(|one| one.1));
    if line.len() < 2 {
        return Err(ReachFault::TooShort);
    }
    // Two degrees are more than any reach: a slip of the pen would make the index huge.
    if east - west > 2.5 || north - south > 2.5 {
        return Err(ReachFault::TooLong);
    }
    Ok(((west + east) / 2.0, (south + north) / 2.0))
}

/// Positions closer than a centimetre say nothing of direction.
fn without_repeats(spots: Vec<Spot>) -> Vec<Spot> {
    let mut kept: Vec<Spot> = Vec::with_capacity(spots.len());
    for spot in spots {
        if kept.last().is_none_or(|last| last.to(spot) > 0.01) {
            kept.push(spot);
        }
    }
    kept
}

/// The line between two banks walked together, and half their distance at each step.
fn between(left: Vec<Spot>, right: Vec<Spot>) -> (Vec<Spot>, Vec<f64>) {
    let left = without_repeats(left);
    let mut right = without_repeats(right);
    if left.len() < 2 || right.len() < 2 {
        return (Vec::new(), Vec::new());
    }
    let ends = |line: &[Spot]| (line[0], line[line.len() - 1]);
    let ((from, to), (start, end)) = (ends(&left), ends(&right));
    if from.to(end) + to.to(start) < from.to(start) + to.to(end) {
        right.reverse();
    }
    let steps = STEPS.max(left.len().max(right.len()) * 2);
    let (left, right) = (LineSteps::new(left, steps), LineSteps::new(right, steps));
    let mut spots: Vec<Spot> = Vec::with_capacity(steps + 1);
    let mut halves: Vec<f64> = Vec::with_capacity(steps);
    for step in 0..=steps {
        let (a, b) = (left.at(step), right.at(step));
        let spot = a.between(b, 0.5);
        if spots.last().is_none_or(|last| last.to(spot) > 0.01) {
            if !spots.is_empty() {
                halves.push(a.to(b) / 2.0);
            }
            spots.push(spot);
        }
    }
    (spots, halves)
}

/// A line walked in equal steps.
struct LineSteps {
    spots: Vec<Spot>,
    along: Vec<f64>,
    steps: usize,
}

impl LineSteps {
    fn new(spots: Vec<Spot>, steps: usize) -> Self {
        let mut along = vec![0.0];
        for pair in spots.windows(2) {
            along.push(along[along.len() - 1] + pair[0].to(pair[1]));
        }
        Self {
            spots,
            along,
            steps,
        }
    }

    fn at(&self, step: usize) -> Spot {
        let whole = self.along[self.along.len() - 1];
        let want = whole * step as f64 / self.steps as f64;
        let after = self.along.partition_point(|metres| *metres <= want);
        let at = after.saturating_sub(1).min(self.spots.len() - 2);
        let piece = (self.along[at + 1] - self.along[at]).max(f64::MIN_POSITIVE);
        let share = ((want - self.along[at]) / piece).clamp(0.0, 1.0);
        self.spots[at].between(self.spots[at + 1], share)
    }
}
