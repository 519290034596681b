//! How much of a river's reach somebody walked, from a track of positions, and how far the track can be trusted.
//!
//! - [`Reach`]: a stretch of river as a centre line with its half width, or as two banks; [`Reach::chainage`] says how far
//!   along it a position lies, how far beside it and on which side;
//! - [`cover`]: metres and per cent of the reach and of each bank that a track covers, with what is odd about the track;
//! - [`same_walk`]: whether one track was copied from another;
//! - [`datum_doubt`]: whether the positions look shifted as Chinese map kits shift them.
//!
//! The rule (the project's own, kept the same for every patrol): a fix counts when it lies inside the corridor, half the
//! width and 50 m; an interval between two fixes counts when both ends do and it was walked at 3 m/s at most; what is
//! covered is the union of the intervals, measured along the reach. The length of the path is never used: noise alone
//! makes kilometres of it for somebody who stands still.
//!
//! Pure: no clock, no files. Positions are longitude and latitude in degrees, WGS-84.

mod copied;
mod cover;
mod datum;
mod grid;
mod plane;
mod reach;
mod sides;
mod speed;
mod track;
#[cfg(feature = "workload")]
pub mod workload;

pub use copied::{Likeness, same_walk};
pub use cover::{Bank, Coverage, CoverageRules, cover};
pub use datum::{DatumDoubt, Suspected, datum_doubt};
pub use reach::{Chainage, Reach, ReachFault, ReachShape, Side};
pub use track::{Fix, Gap, TrackQuality};
