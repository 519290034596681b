//! Datasets: what a module declares so that its records can be counted, and the tables kept in memory for it.
//!
//! A question (of `youlin-cube`) is asked through [`Datasets::ask`], which checks it, cuts it down to the caller's scope
//! and loads what is missing. See the README for how tables stay fresh.

mod asked;
mod declare;
mod fields;
mod forget;
mod store;

pub use asked::Asked;
pub use declare::{
    AskedRelease, Dataset, HandOver, NamedMeasure, Question, RecordLine, Release, Unanswered,
    Wanted, day_number, known_since, local_offset,
};
pub use fields::{Declared, Field, FieldKind};
pub use forget::Forget;
pub use store::{Datasets, DatasetsSettings};
pub use youlin_cube as cube;
