//! The field client's side over HTTP, on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod day;
mod ground;
mod sync;
mod uploads;
