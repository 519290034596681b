//! The rules of the house that no compiler holds: the floors, the words, the names, the description.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "house/floors.rs"]
mod floors;
#[path = "house/openapi.rs"]
mod openapi;
#[path = "house/permissions.rs"]
mod permissions;
#[path = "house/sealed.rs"]
mod sealed;
#[path = "house/settings.rs"]
mod settings;
#[path = "house/words.rs"]
mod words;
