//! Rows as the database keeps them.

pub(crate) mod finding;
pub(crate) mod return_visit;
pub(crate) mod round;
pub(crate) mod round_file;
pub(crate) mod round_policy;

// Tracks and water.
pub(crate) mod live_part;
pub(crate) mod live_track;
pub(crate) mod round_track;
pub(crate) mod spot_file;
pub(crate) mod water_point;
pub(crate) mod water_reading;
