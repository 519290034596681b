//! What a round is, when one is due, and what may be done with it. Pure: no clock, no database.

mod due;
mod kinds;
mod policy;

pub use due::{Due, Window, due, windows};
pub use kinds::{
    Channel, ChecklistState, Every, FindingState, Outcome, RoundKind, Severity, Subject,
    SubjectKind,
};
pub use policy::{Minimum, Policy, PolicyFault, Season, Walkers};
