//! Extensions, deferrals, escalation: what the desk and the areas above decide.

use serde_json::json;
use youlin_kernel::Micros;
use youlin_workday::{Limit, LimitUnit};

use super::clock::{self, Policy};
use super::decide::{Outcome, Refusal};
use super::kinds::{Happened, Status};
use super::tasks;
use super::verb::EscalateTo;

/// More working days than this is a deferral, not an extension.
const MOST_DAYS: u32 = 60;
/// A deferral further away than this is a refusal in disguise.
const FARTHEST: i64 = 366 * Micros::DAY;

pub(super) fn ask_extension(next: &mut Outcome, days: u32, reason: &str) -> Result<(), Refusal> {
    if days == 0 {
        return Err(Refusal::Missing { field: "days" });
    }
    if days > MOST_DAYS {
        return Err(Refusal::TooFar { field: "days" });
    }
    if next.state.case.extension_asked.is_some() {
        return Err(Refusal::ExtensionAsked);
    }
    next.state.case.extension_asked =
        Some(json!({ "days": days, "reason": reason.trim() }).to_string());
    next.happened
        .push(Happened::because("extension_asked", reason).data(json!({ "days": days })));
    Ok(())
}

pub(super) fn decide_extension(
    next: &mut Outcome,
    approve: bool,
    reason: &str,
    policy: &Policy,
) -> Result<(), Refusal> {
    let asked = next
        .state
        .case
        .extension_asked
        .take()
        .ok_or(Refusal::NoExtensionAsked)?;
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap_or_default();
    let days = u32::try_from(asked["days"].as_u64().unwrap_or(0)).unwrap_or(0);
    if !approve {
        if reason.trim().is_empty() {
            return Err(Refusal::Missing { field: "reason" });
        }
        next.happened
            .push(Happened::because("extension_refused", reason));
        return Ok(());
    }
    let case = &mut next.state.case;
    let minutes_per_day = policy.calendar.hours().minutes_per_day();
    clock::set_limit(case, longer(clock::limit(case), days, minutes_per_day));
    case.extensions = case.extensions.saturating_add(1);
    case.overdue = false;
    clock::recompute(case, &policy.calendar);
    let text = Some(reason.trim().to_owned()).filter(|text| !text.is_empty());
    next.happened.push(Happened {
        text,
        ..Happened::new("extension_approved").data(json!({ "days": days }))
    });
    Ok(())
}

/// The limit plus so many working days, in the limit's own unit.
fn longer(limit: Limit, days: u32, minutes_per_day: u32) -> Limit {
    let more = match limit.unit {
        LimitUnit::WorkingDays | LimitUnit::Days => days,
        LimitUnit::WorkingHours => days.saturating_mul(minutes_per_day.div_ceil(60)),
        LimitUnit::Hours => days.saturating_mul(24),
    };
    Limit::new(limit.amount.saturating_add(more), limit.unit)
}

pub(super) fn defer(
    next: &mut Outcome,
    until: Micros,
    reason: &str,
    now: Micros,
) -> Result<(), Refusal> {
    if until <= now {
        return Err(Refusal::NotInFuture { field: "until" });
    }
    if until > now.plus(FARTHEST) {
        return Err(Refusal::TooFar { field: "until" });
    }
    let case = &mut next.state.case;
    case.status_before = Some(case.status.clone());
    case.status = Status::Deferred.as_str().into();
    case.review_at = Some(until.0);
    case.overdue = false;
    clock::stop(case, now);
    next.happened.push(
        Happened::because("deferred", reason)
            .public()
            .data(json!({ "until": until })),
    );
    Ok(())
}

pub(super) fn resume(next: &mut Outcome, policy: &Policy, now: Micros) {
    let before = next.state.case.status_before.take();
    let status = before
        .as_deref()
        .and_then(Status::parse)
        .unwrap_or(Status::Accepted);
    next.state.case.review_at = None;
    next.state.work_again(status, policy, now);
    next.happened.push(Happened::new("resumed"));
}

pub(super) fn escalate(next: &mut Outcome, to: &EscalateTo, reason: &str, now: Micros) {
    tasks::cancel_all(&mut next.state, now);
    let case = &mut next.state.case;
    case.status = Status::Escalated.as_str().into();
    case.escalated_to = serde_json::to_string(to).ok();
    (case.lead_kind, case.lead_id) = (None, None);
    next.happened
        .push(Happened::because("escalated", reason).data(json!({ "to": to })));
}

pub(super) fn hand_back(next: &mut Outcome, reason: &str) {
    let case = &mut next.state.case;
    case.status = Status::Accepted.as_str().into();
    case.escalated_to = None;
    next.happened.push(Happened::because("handed_back", reason));
}

pub(super) fn recategorise(next: &mut Outcome, reason: &str, policy: &Policy) {
    let case = &mut next.state.case;
    let from = std::mem::replace(&mut case.category, policy.category.code.clone());
    case.category_version = policy.category.revision;
    clock::set_limit(case, policy.category.limit);
    clock::recompute(case, &policy.calendar);
    let data = json!({ "from": from, "to": case.category });
    next.happened
        .push(Happened::because("recategorised", reason).data(data));
}
