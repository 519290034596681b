//! The composition root: the one list of modules, configuration, the server and the commands of `youlin`.
//!
//! A library with a thin `main`, so that tests start the whole house in their own process ([`start`]). Nothing here
//! decides anything of the domain: it opens, wires, runs and closes.

pub mod assets;
mod backup;
pub mod commands;
pub mod config;
mod demo;
pub mod house;
mod housekeeping;
mod installation;
mod keys;
mod logging;
mod metering;
mod notices;
mod out;
mod own_file;
mod quality;
mod registers;
mod server;
mod talents;

pub use house::House;
pub use logging::start_logging;
pub use server::{Running, start, start_with};

/// A fifth of the time under load went into glibc's memory, half of it into what one thread lets go and another takes
/// (docs/performance.md). It is built without huge pages (`no_thp`): half of each was never used.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The version of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
