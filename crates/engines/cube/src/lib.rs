//! Questions about many records, answered in memory: columns, filters, groups, measures, and the records behind a figure.
//!
//! A [`Table`] holds the records of one kind in one community, column by column, each with the time it holds, so that
//! every [`Query`] can be asked as of an instant. [`answer`] gives the figures, [`evidence`] exactly the records behind
//! one of them: both start from the same selection, so a figure can always be opened (domain.md §3, point 3).
//!
//! Pure: no clock, no input or output. What day it is and how areas lie in each other comes in with the question.

mod answer;
mod areas;
mod bitmap;
mod build;
mod check;
mod column;
pub mod day;
mod group;
mod query;
mod schema;
mod select;
mod shared;
mod table;
#[cfg(feature = "workload")]
pub mod workload;

pub use answer::{Answer, Cell, Figure, Part, RecordRef, answer, evidence, percent};
pub use areas::Areas;
pub use bitmap::Bitmap;
pub use build::TableBuilder;
pub use check::{Fault, FaultKind, check};
pub use query::{
    Bucket, Filter, Group, Key, Measure, Op, Quantity, Query, Related, Span, Test, Value,
};
pub use schema::{Dim, Kind, Schema};
pub use shared::shared;
pub use table::{Moment, Table};
