//! Stories of notices on every database there is, against receivers on this machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop loudly"
)]

mod codes;
mod delivery;
mod ground;
mod http;
mod mail;
mod receivers;
mod telling;
mod webhooks;
mod words;
