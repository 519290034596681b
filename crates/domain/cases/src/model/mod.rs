//! The case as a state machine over plain data: no I/O, no clock. `decide` takes the state, a verb and who asks, and
//! gives the next state with what happened, or a refusal that says what is possible instead.

mod clock;
mod decide;
mod ground;
mod kinds;
mod oversight;
mod rules;
mod tasks;
mod verb;
mod verification;

#[cfg(test)]
mod properties;

pub use clock::Policy;
pub use decide::{CaseState, Facts, Outcome, Refusal, decide};
pub use kinds::{Happened, Source, Status, TaskRole, TaskStatus, Urgency};
pub use rules::{ClockEffect, RULES, Rule, Who, allowed_verbs, rule};
pub use verb::{Assignment, EscalateTo, Verb, VerifyMethod};

use youlin_kernel::Micros;
use youlin_workday::Calendar;

use crate::entities::case_record;

/// The clock runs again after a merge was undone.
pub(crate) fn restart_clock(case: &mut case_record::Model, calendar: &Calendar, now: Micros) {
    clock::resume(case, calendar, now);
}

/// The due time by the calendar as it is now.
pub(crate) fn recompute_due(case: &mut case_record::Model, calendar: &Calendar) {
    clock::recompute(case, calendar);
}

pub(crate) use clock::light;
pub(crate) use decide::{admits, task_party, task_status};
pub(crate) use ground::Areas;
pub(crate) use verification::may_call_back;
