//! Point → area: an R-tree over boxes for each level, then an exact half-open polygon test.

mod index;
mod nearest;
mod prepared;

pub use index::{AreaIndex, AreaShape, Located};

#[cfg(test)]
mod tests;
