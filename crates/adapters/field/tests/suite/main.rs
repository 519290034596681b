//! The field client's side over HTTP, on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod day;
mod doors;
mod ground;
mod left_out;
mod listed;
mod remeasure;
#[path = "../../../../domain/rounds/tests/town/mod.rs"]
mod river_town;
mod said;
mod sync;
mod uploads;
