//! The end: handled, verified by somebody else, closed; or reworked; or reopened by the reporter.

use serde_json::json;
use youlin_kernel::Micros;

use super::clock::{self, Policy};
use super::decide::{CaseState, Facts, MAX_TEXT, Outcome, Refusal, task_status};
use super::kinds::{Happened, Source, Status, TaskRole};
use super::tasks;
use super::verb::{Verb, VerifyMethod};
use crate::entities::case_record;
use crate::permissions::CASES_DESK;

pub(super) fn handled(next: &mut Outcome, text: &str, facts: &Facts, now: Micros) {
    tasks::finish_lead(&mut next.state, text, now);
    // Whoever was asked and has not answered is no longer needed; whoever said yes must still finish.
    tasks::cancel_unanswered(&mut next.state, now);
    let case = &mut next.state.case;
    case.status = Status::Handled.as_str().into();
    case.handled_at = Some(now.0);
    case.handled_by = facts.actor;
    case.extension_asked = None;
    clock::stop(case, now);
    next.happened
        .push(Happened::because("handled", text).public());
}

pub(super) fn verify(
    next: &mut Outcome,
    verb: &Verb,
    policy: &Policy,
    now: Micros,
) -> Result<(), Refusal> {
    let Verb::Verify {
        method,
        passed,
        responded,
        solved,
        satisfied,
        text,
        thanks,
    } = verb
    else {
        return Ok(());
    };
    if *method == VerifyMethod::CallBack && !may_call_back(&next.state.case) {
        return Err(Refusal::NobodyToAsk);
    }
    if *passed {
        nothing_open(&next.state)?;
    }
    let thanks = thanks
        .as_deref()
        .map(str::trim)
        .filter(|thanks| !thanks.is_empty());
    if thanks.is_some_and(|thanks| thanks.chars().count() > MAX_TEXT) {
        return Err(Refusal::TooLong {
            field: "thanks",
            max: MAX_TEXT,
        });
    }
    let case = &mut next.state.case;
    // What nobody was asked, nobody answered.
    let said = |answer: &Option<bool>| answer.filter(|_| has_reporter(case));
    let (responded, solved, satisfied) = (said(responded), said(solved), said(satisfied));
    (case.responded, case.solved, case.satisfied) = (responded, solved, satisfied);
    let data = json!({
        "method": method, "passed": passed, "responded": responded, "solved": solved, "satisfied": satisfied,
    });
    next.happened
        .push(Happened::because("verified", text).data(data));
    if let Some(thanks) = thanks {
        next.state.case.thanks = Some(thanks.to_owned());
        next.happened
            .push(Happened::because("thanked", thanks).public());
    }
    if *passed {
        next.state.finish(Status::Closed, policy, now);
        next.happened.push(Happened::new("closed"));
    } else {
        rework(next, text, policy, now);
    }
    Ok(())
}

/// Whether somebody reported it who can be asked how it is now.
pub(crate) fn has_reporter(case: &case_record::Model) -> bool {
    case.reporter_person.is_some() || case.reporter_contact.is_some()
}

/// Whether asking on the telephone can verify it. What a patrol or an inspection found, and what nobody stands for who could be
/// asked, somebody has to go and look at.
pub(crate) fn may_call_back(case: &case_record::Model) -> bool {
    let found = matches!(
        Source::parse(&case.source),
        Some(Source::Patrol | Source::Inspection)
    );
    !found && has_reporter(case)
}

/// A follow-up that is planned must end too before the case can.
fn nothing_open(state: &CaseState) -> Result<(), Refusal> {
    let open = |follow_up: bool| {
        let of_kind = |role: &str| (role == TaskRole::FollowUp.as_str()) == follow_up;
        state
            .tasks
            .iter()
            .filter(|task| !task_status(task).is_ended() && of_kind(&task.role))
            .count()
    };
    match (open(true), open(false)) {
        (0, 0) => Ok(()),
        (0, open) => Err(Refusal::TasksOpen { open }),
        (open, _) => Err(Refusal::FollowUpsOpen { open }),
    }
}

fn rework(next: &mut Outcome, text: &str, policy: &Policy, now: Micros) {
    next.state.work_again(Status::InProgress, policy, now);
    next.state.case.reworks = next.state.case.reworks.saturating_add(1);
    reopen_lead(&mut next.state);
    next.happened.push(Happened::because("rework", text));
}

/// The lead's part is unfinished again.
fn reopen_lead(state: &mut CaseState) {
    let lead = state.lead();
    let last = state.tasks.iter_mut().rev().find(|task| {
        task.role == TaskRole::Lead.as_str() && Some(super::decide::task_party(task)) == lead
    });
    if let Some(task) = last {
        task.status = super::TaskStatus::Started.as_str().into();
        task.ended_at = None;
    }
}

pub(super) fn reopen(
    next: &mut Outcome,
    reason: &str,
    facts: &Facts,
    policy: &Policy,
    now: Micros,
) -> Result<(), Refusal> {
    let desk = facts.actor.is_none()
        || facts
            .permissions
            .iter()
            .any(|held| held.name == CASES_DESK.name);
    if !desk
        && next
            .state
            .case
            .reopen_until
            .is_none_or(|until| now.0 > until)
    {
        return Err(Refusal::ReopenOver);
    }
    // The time between end and reopening does not count.
    if let Some(ended) = next
        .state
        .case
        .ended_at
        .filter(|_| !next.state.case.clock_stopped)
    {
        clock::stop(&mut next.state.case, Micros(ended));
    }
    next.state.work_again(Status::Accepted, policy, now);
    (next.state.case.lead_kind, next.state.case.lead_id) = (None, None);
    next.happened
        .push(Happened::because("reopened", reason).public());
    Ok(())
}

pub(super) fn rate(
    next: &mut Outcome,
    solved: bool,
    satisfied: bool,
    text: &str,
) -> Result<(), Refusal> {
    if text.chars().count() > MAX_TEXT {
        return Err(Refusal::TooLong {
            field: "text",
            max: MAX_TEXT,
        });
    }
    let case = &mut next.state.case;
    (case.responded, case.solved, case.satisfied) = (Some(true), Some(solved), Some(satisfied));
    let data = json!({ "solved": solved, "satisfied": satisfied });
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    next.happened.push(Happened {
        text,
        ..Happened::new("rated").data(data)
    });
    Ok(())
}
