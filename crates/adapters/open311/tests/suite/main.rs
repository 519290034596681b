//! Open311 over HTTP, as foreign systems use it, on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod client;
mod filing;
mod forms;
mod ground;
mod jurisdictions;
mod limits;
mod multipart;
mod privacy;
mod reading;
mod refusals;
mod reply;
mod services;
mod town;
mod updates;
mod xml;
