//! Tables as people keep them: a spreadsheet's bytes become rows of cells, the row that names the columns is found, each
//! column is matched to a field, and cells are read as the days, numbers and words they mean.
//!
//! The other way: [`write_workbook`] makes a sheet of ours, [`fill`] writes into somebody else's blank form as it is.
//!
//! Pure: bytes in, plain data out; no clock (today is handed in), no files. Whatever a file claims is bounded: unpacked
//! size, sheets, rows. What cannot be read is refused by its name ([`TableFault`]), because "cannot be read" sends
//! nobody to the right menu of their program.

mod cell;
mod csv_lines;
mod day;
mod day_parts;
mod explaining;
mod fault;
mod fill;
mod fill_around;
mod fill_cells;
mod fill_days;
mod fill_parse;
mod fill_rest;
mod fill_rows;
mod footer;
mod form;
mod form_cells;
mod form_within;
mod header;
mod layout;
mod match_columns;
mod pack;
mod package;
mod references;
mod text;
mod values;
#[cfg(feature = "workload")]
pub mod workload;
mod write;
mod write_sheets;
mod xml;

pub use cell::{Cell, Line, Sheet, Workbook};
pub use csv_lines::csv_lines;
pub use day::{Birth, birthday};
pub use day_parts::day_of_parts;
pub use fault::{TableFault, ValueFault};
pub use fill::{FillCell, fill, fill_places};
pub use fill_around::{LeftBehind, left_behind};
pub use footer::footer;
pub use form::{FormColumn, FormLayout, form_layout};
pub use form_cells::form_cells;
pub use form_within::{Within, card_cells};
pub use layout::{Layout, best_layout, layout, only_words, sole};
pub use match_columns::{Found, Like, Spec, Why};
pub use pack::{Limits, read};
pub use values::{
    Read, Sex, absent, fold, foreign_document, identity, listed, outside_brackets, phones,
    phones_and_words, sex, words, yes,
};
pub use write::{Column, defused, write_pages, write_workbook};
pub use write_sheets::{SheetOut, write_sheets};
