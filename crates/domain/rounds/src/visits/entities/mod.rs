//! Rows as the database keeps them.

pub(crate) mod visit_pick;
pub(crate) mod visit_rule;
