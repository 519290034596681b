//! What of the register of people can be counted. Labels are opened here to be counted; no question shows whose they are
//! but as records behind a figure, masked like everywhere.

mod field_names;
mod fields;
pub(crate) mod let_out;
mod load;
mod parts;
mod persons;
mod questions;
mod spells;

pub(crate) use fields::label_name;
pub use persons::PersonsDataset;
