//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod categories;
mod checklist_pages;
mod checklists;
mod doors;
mod ground;
mod kept;
mod left_out;
mod market;
mod market_http;
mod own_day;
mod party;
mod remeasure;
mod return_http;
mod river;
#[path = "../town/mod.rs"]
mod river_town;
mod shown;
mod sight;
mod site;
mod tracks;
mod visits;
mod visits_http;
mod water;
mod web;
mod withdraw;
