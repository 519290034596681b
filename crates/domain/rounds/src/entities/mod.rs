//! Rows as the database keeps them.

pub(crate) mod checklist;
pub(crate) mod finding;
pub(crate) mod return_visit;
pub(crate) mod round;
pub(crate) mod round_file;
pub(crate) mod round_policy;
