//! Tables of talents, one file each.

pub(crate) mod talent;
pub(crate) mod talent_named;
pub(crate) mod talent_rule;
