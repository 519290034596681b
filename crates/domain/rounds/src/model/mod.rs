//! What a round is, when one is due, and what may be done with it. Pure: no clock, no database.

mod doors;
mod due;
mod hazard;
mod kinds;
mod policy;
mod short;
mod talk;

pub use doors::{DoorQuestion, Lives};
pub use due::{Due, Window, asked, asked_of_walks, due, windows};
pub(crate) use hazard::MAX_TEXT;
pub use hazard::{
    HazardRefusal, HazardState, HazardStep, HazardVerb, Standpoint, decide, may_look, possible,
    step,
};
pub use kinds::{
    Channel, ChecklistState, Every, FindingState, Outcome, RoundKind, Severity, Subject,
    SubjectKind,
};
pub use policy::{Minimum, Pause, Policy, PolicyFault, Season, Walkers, register_of};
pub use short::{Lacking, NotDue, NotDueFor, Short, TooSoon, not_due};
pub use talk::Talk;
