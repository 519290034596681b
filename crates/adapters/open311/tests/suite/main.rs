//! Open311 over HTTP, as foreign systems use it, on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod client;
mod filing;
mod ground;
mod limits;
mod multipart;
mod privacy;
mod reading;
mod refusals;
mod services;
mod updates;
mod xml;
