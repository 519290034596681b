//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod checklist_pages;
mod checklists;
mod ground;
mod market;
mod market_http;
mod river;
