//! Rows as the database keeps them.

pub(crate) mod field_item;
