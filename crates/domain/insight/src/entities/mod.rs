//! Rows as the database keeps them.

pub(crate) mod view;
