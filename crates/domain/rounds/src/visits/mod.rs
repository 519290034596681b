//! Visits from door to door (domain S2): whom to visit today, by need; in which order to walk; and what came of it, written
//! down in twenty seconds.
//!
//! Nothing is proposed ahead and no score is kept: a morning's list follows from the registers, the rule of the community
//! ([`VisitRule`], *local* data) and the visits so far. A visit is a round like every other; in the same transaction the
//! register of people learns what was heard at the door, so that it is entered once.

mod commands;
pub(crate) mod entities;
mod gather;
mod hook;
mod last;
mod need;
pub(crate) mod pages;
mod plan;
mod queries;
mod rule;
mod section;
mod standing;
mod tables;
mod visitors;

pub use commands::{Gone, Learnt, NewVisit, PickVisit, RecordVisit, SaveVisitRule, prepare_visit};
pub use gather::{DoorAt, Ground, ground};
pub use hook::{OpenForm, OpenFormSources, OpenForms};
pub use need::{Door, LastVisit, Person, PickKind, Standing, Why, standing};
pub(crate) use pages::routes;
pub use pages::{MyDay, VisitsToday, my_day, my_leave, reasons, speaks_for_itself};
pub use plan::{DayPlan, DayRound, Stop, VisitLine, day_plan};
pub use queries::{RuleView, VisitOf, visit_rule, visits_of};
pub use rule::{NEEDS, VisitRule};
pub use section::VisitsOfPerson;
pub(crate) use standing::door_periods;
pub use standing::{DoorCounts, door_counts};
pub(crate) use tables::VISITS;
pub use visitors::{Lent, Me, OnLeave, Team, Visitor, my_visitor, sharing, visitors};
