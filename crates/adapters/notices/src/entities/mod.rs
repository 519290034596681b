//! Rows of this module.

pub(crate) mod delivery;
pub(crate) mod notice;
pub(crate) mod webhook_subscription;
