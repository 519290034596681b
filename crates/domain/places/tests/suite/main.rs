//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod boundaries;
mod example;
mod ground;
mod http;
mod premises;
mod register;
mod rivers;
mod split;
mod there_and_back;
mod tree;
