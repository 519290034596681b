//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod cases;
mod evidence;
mod form_rows;
mod forms;
mod ground;
mod http;
mod ledger;
mod merges;
mod outside;
mod persons;
mod release;
mod splits;
mod totals;
mod words;
