//! Stories of phones that speak OpenRosa, on every database, by a client of the tests' own that knows only the standard.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod forms;
mod ground;
mod phone;
mod refusals;
#[path = "../../../../domain/rounds/tests/town/mod.rs"]
mod river_town;
mod rounds;
mod storm;
mod tokens;
