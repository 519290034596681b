//! The Nantong example: registers through the same imports as real data, then half a year of cases through the same
//! commands a desk uses, under a clock that stands in the past.

mod access;
mod asked;
mod doors;
mod keys;
mod load;
mod market;
mod picture;
mod replay;
mod river_tracks;
mod rivers;
mod rosters;
mod script;
mod sharing;
mod visits;

/// Whose word the example's registers are, as freshness shows it.
const SAYS: &str = "示例数据";

pub(crate) use access::{Access, LINE};
pub(crate) use load::load;
