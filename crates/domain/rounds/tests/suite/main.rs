//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod ground;
mod river;
mod tracks;
mod water;
mod web;
