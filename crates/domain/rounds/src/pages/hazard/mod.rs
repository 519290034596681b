//! Pages of hazards: premises over time, the list, one hazard with its steps. They are found by the form every round has.

pub(super) mod list;
pub(super) mod premises;
pub(super) mod show;
mod story;
pub(super) mod words;
