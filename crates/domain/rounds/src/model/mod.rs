//! What a round is, when one is due, and what may be done with it. Pure: no clock, no database.

mod doors;
mod due;
mod kinds;
mod policy;

pub use doors::{DoorQuestion, Lives};
pub use due::{Due, Window, due, windows};
pub use kinds::{Channel, Every, FindingState, Outcome, RoundKind, Severity, Subject, SubjectKind};
pub use policy::{Minimum, Policy, PolicyFault, Season, Walkers};
