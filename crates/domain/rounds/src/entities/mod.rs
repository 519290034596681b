//! Rows as the database keeps them.

pub(crate) mod campaign;
pub(crate) mod campaign_premises;
pub(crate) mod checklist;
pub(crate) mod finding;
pub(crate) mod hazard;
pub(crate) mod hazard_note;
pub(crate) mod judgement;
pub(crate) mod return_visit;
pub(crate) mod round;
pub(crate) mod round_file;
pub(crate) mod round_policy;
pub(crate) mod rule_set;

// Tracks and water.
pub(crate) mod live_part;
pub(crate) mod live_track;
pub(crate) mod round_track;
pub(crate) mod spot_file;
pub(crate) mod water_point;
pub(crate) mod water_reading;
