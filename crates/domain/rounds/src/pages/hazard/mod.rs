//! Pages of hazards: premises over time, an inspection, the list, one hazard with its steps.

pub(super) mod answers;
pub(super) mod inspect;
pub(super) mod list;
pub(super) mod place;
pub(super) mod premises;
pub(super) mod show;
pub(super) mod words;
