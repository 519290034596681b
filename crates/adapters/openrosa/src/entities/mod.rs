//! Rows as the database keeps them.

pub(crate) mod openrosa_submission;
pub(crate) mod openrosa_token;
