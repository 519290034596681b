//! Stories of lending and of professional support, on every database there is.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod ground;
mod http;
mod interface;
mod lending;
mod supporting;
