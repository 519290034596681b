//! Taking registers in: what a row is, what an import says afterwards, and the way of a large file.
//!
//! An import is idempotent: rows are matched by their key, a second run of the same file changes nothing. `dry_run`
//! makes every decision and saves none. The types here are for other modules' imports too.

mod csv;
mod report;
mod run;

pub use self::csv::{Row, read_csv};
pub use report::{ImportReport, Outcome, Refused};
pub use run::{areas, boundaries, buildings, dwellings, estates};

pub use crate::commands::{AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS};
