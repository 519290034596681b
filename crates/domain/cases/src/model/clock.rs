//! The clock of a case's time limit: it starts with the report, stands still while deferred and while the case waits
//! for verification, and ends with the case.

use youlin_kernel::Micros;
use youlin_workday::{Calendar, Course, Light, LightPolicy, Limit, LimitUnit, Pause};

use crate::catalogue::Category;
use crate::entities::case_record;

/// What the rules of a place say about this case.
#[derive(Clone, Debug)]
pub struct Policy {
    pub category: Category,
    pub calendar: std::sync::Arc<Calendar>,
}

type StoredPause = (i64, Option<i64>);

fn stored(case: &case_record::Model) -> Vec<StoredPause> {
    serde_json::from_str(&case.pauses).unwrap_or_default()
}

fn store(case: &mut case_record::Model, pauses: &[StoredPause]) {
    case.pauses = serde_json::to_string(pauses).unwrap_or_else(|_impossible| "[]".to_owned());
}

fn pauses(case: &case_record::Model) -> Vec<Pause> {
    stored(case)
        .into_iter()
        .map(|(from, to)| Pause {
            from: Micros(from).timestamp(),
            to: to.map(|to| Micros(to).timestamp()),
        })
        .collect()
}

/// The limit in force.
pub(crate) fn limit(case: &case_record::Model) -> Limit {
    serde_json::from_str(&case.time_limit)
        .unwrap_or_else(|_never| Limit::new(5, LimitUnit::WorkingDays))
}

pub(crate) fn set_limit(case: &mut case_record::Model, limit: Limit) {
    case.time_limit = serde_json::to_string(&limit).unwrap_or_default();
}

pub(crate) fn stop(case: &mut case_record::Model, now: Micros) {
    let mut pauses = stored(case);
    if pauses.last().is_none_or(|last| last.1.is_some()) {
        pauses.push((now.0, None));
        store(case, &pauses);
    }
    case.clock_stopped = true;
}

pub(crate) fn resume(case: &mut case_record::Model, calendar: &Calendar, now: Micros) {
    let mut pauses = stored(case);
    if let Some(last) = pauses.last_mut().filter(|last| last.1.is_none()) {
        last.1 = Some(now.0);
    }
    store(case, &pauses);
    case.clock_stopped = false;
    recompute(case, calendar);
}

/// Computes `due_at` anew from the report, the limit and the pauses. While the clock stands, the last due time stays.
pub(crate) fn recompute(case: &mut case_record::Model, calendar: &Calendar) {
    let deadline = calendar.deadline(
        Micros(case.reported_at).timestamp(),
        limit(case),
        &pauses(case),
    );
    case.due_provisional = deadline.provisional.map(i32::from);
    if !deadline.stopped {
        case.due_at = Micros::from(deadline.at).0;
    }
}

/// The traffic light as of now.
pub(crate) fn light(case: &case_record::Model, calendar: &Calendar, now: Micros) -> Light {
    let until = case
        .handled_at
        .filter(|_| case.clock_stopped)
        .or(case.ended_at)
        .map_or(now, Micros);
    let pauses = pauses(case);
    let course = Course {
        start: Micros(case.reported_at).timestamp(),
        due: Micros(case.due_at).timestamp(),
        unit: limit(case).unit,
        pauses: &pauses,
    };
    calendar.light(until.timestamp(), &course, &LightPolicy::default())
}
