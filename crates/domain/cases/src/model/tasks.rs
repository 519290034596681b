//! The parts of the parties: lead, supporting, follow-ups.

use serde_json::json;
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::Party;

use super::decide::{CaseState, Facts, Outcome, Refusal, task_party, task_status};
use super::kinds::{Happened, TaskRole, TaskStatus};
use super::verb::Assignment;
use crate::entities::case_task;
use crate::permissions::CASES_DESK;

/// A follow-up further away than this is a slip of the pen.
const FARTHEST: i64 = 400 * Micros::DAY;

pub(super) fn cancel_all(state: &mut CaseState, now: Micros) {
    for task in state
        .tasks
        .iter_mut()
        .filter(|task| !task_status(task).is_ended())
    {
        close(task, TaskStatus::Cancelled, now);
    }
}

pub(super) fn cancel_unanswered(state: &mut CaseState, now: Micros) {
    let unanswered = |task: &&mut case_task::Model| {
        task_status(task) == TaskStatus::Open && task.role == TaskRole::Supporting.as_str()
    };
    for task in state.tasks.iter_mut().filter(unanswered) {
        close(task, TaskStatus::Cancelled, now);
    }
}

fn close(task: &mut case_task::Model, status: TaskStatus, now: Micros) {
    task.status = status.as_str().into();
    task.ended_at = Some(now.0);
}

pub(super) fn add(
    next: &mut Outcome,
    role: TaskRole,
    assignment: &Assignment,
    planned_at: Option<Micros>,
    facts: &Facts,
    now: Micros,
) {
    let fresh = next
        .state
        .tasks
        .iter()
        .filter(|task| facts.ids.contains(&task.id))
        .count();
    let id = facts.ids.get(fresh).copied().unwrap_or_default();
    let kind = match role {
        TaskRole::FollowUp => "follow_up_planned",
        TaskRole::Lead | TaskRole::Supporting => "task_given",
    };
    next.state.tasks.push(case_task::Model {
        community_id: next.state.case.community_id,
        id,
        version: 0,
        case_id: next.state.case.id,
        role: role.as_str().into(),
        party_kind: assignment.party.kind.as_str().into(),
        party_id: assignment.party.id,
        text: assignment.text.trim().to_owned(),
        status: TaskStatus::Open.as_str().into(),
        planned_at: planned_at.map(|at| at.0),
        reminded_at: None,
        note: None,
        link_nonce: facts.nonces.get(fresh).copied().unwrap_or_default(),
        created_at: now.0,
        ended_at: None,
    });
    let data = json!({ "task": id, "party": assignment.party, "role": role, "at": planned_at });
    next.happened.push(Happened::new(kind).data(data));
}

pub(super) fn reassign(
    next: &mut Outcome,
    lead: &Assignment,
    reason: &str,
    facts: &Facts,
    now: Micros,
) {
    let same_or_lead = |task: &case_task::Model| {
        !task_status(task).is_ended()
            && (task.role == TaskRole::Lead.as_str() || task_party(task) == lead.party)
    };
    for task in next
        .state
        .tasks
        .iter_mut()
        .filter(|task| same_or_lead(task) && task.role != TaskRole::FollowUp.as_str())
    {
        close(task, TaskStatus::Cancelled, now);
    }
    let case = &mut next.state.case;
    case.lead_kind = Some(lead.party.kind.as_str().into());
    case.lead_id = Some(lead.party.id);
    case.status = super::Status::Dispatched.as_str().into();
    case.extension_asked = None;
    next.happened
        .push(Happened::because("reassigned", reason).data(json!({ "lead": lead.party })));
    add(next, TaskRole::Lead, lead, None, facts, now);
}

pub(super) fn start_lead(state: &mut CaseState) {
    for task in state
        .tasks
        .iter_mut()
        .filter(|task| task.role == TaskRole::Lead.as_str())
    {
        if !task_status(task).is_ended() {
            task.status = TaskStatus::Started.as_str().into();
        }
    }
}

pub(super) fn finish_lead(state: &mut CaseState, text: &str, now: Micros) {
    for task in state
        .tasks
        .iter_mut()
        .filter(|task| task.role == TaskRole::Lead.as_str())
    {
        if !task_status(task).is_ended() {
            task.note = Some(text.trim().to_owned());
            close(task, TaskStatus::Done, now);
        }
    }
}

pub(super) fn plan_follow_up(
    next: &mut Outcome,
    at: Micros,
    text: &str,
    parties: &[Party],
    facts: &Facts,
    now: Micros,
) -> Result<(), Refusal> {
    if parties.is_empty() {
        return Err(Refusal::Missing { field: "parties" });
    }
    if at <= now {
        return Err(Refusal::NotInFuture { field: "at" });
    }
    if at > now.plus(FARTHEST) {
        return Err(Refusal::TooFar { field: "at" });
    }
    if (1..parties.len()).any(|n| parties[n..].contains(&parties[n - 1])) {
        return Err(Refusal::PartyTwice);
    }
    for party in parties {
        let assignment = Assignment {
            party: *party,
            text: text.to_owned(),
        };
        add(next, TaskRole::FollowUp, &assignment, Some(at), facts, now);
    }
    Ok(())
}

/// The task, if it is unfinished and the caller's (or the caller is the desk).
fn mine<'a>(
    state: &'a mut CaseState,
    id: Uuid,
    facts: &Facts,
) -> Result<&'a mut case_task::Model, Refusal> {
    let task = state
        .tasks
        .iter_mut()
        .find(|task| task.id == id)
        .ok_or(Refusal::UnknownTask)?;
    let desk = facts.actor.is_none()
        || facts
            .permissions
            .iter()
            .any(|held| held.name == CASES_DESK.name);
    if !desk && !facts.parties.contains(&task_party(task)) {
        return Err(Refusal::UnknownTask);
    }
    if task_status(task).is_ended() {
        return Err(Refusal::TaskEnded);
    }
    Ok(task)
}

pub(super) fn answer(
    next: &mut Outcome,
    id: Uuid,
    accept: bool,
    note: &str,
    facts: &Facts,
    now: Micros,
) -> Result<(), Refusal> {
    let task = mine(&mut next.state, id, facts)?;
    if !note.trim().is_empty() {
        task.note = Some(note.trim().to_owned());
    }
    if accept {
        task.status = TaskStatus::Accepted.as_str().into();
    } else {
        close(task, TaskStatus::Declined, now);
    }
    let party = task_party(task);
    let kind = if accept {
        "task_accepted"
    } else {
        "task_declined"
    };
    next.happened.push(Happened {
        text: Some(note.trim().to_owned()).filter(|note| !note.is_empty()),
        ..Happened::new(kind).data(json!({ "task": id, "party": party }))
    });
    Ok(())
}

pub(super) fn finish(
    next: &mut Outcome,
    id: Uuid,
    note: &str,
    facts: &Facts,
    now: Micros,
) -> Result<(), Refusal> {
    let task = mine(&mut next.state, id, facts)?;
    task.note = Some(note.trim().to_owned());
    close(task, TaskStatus::Done, now);
    let kind = if task.role == TaskRole::FollowUp.as_str() {
        "follow_up_done"
    } else {
        "task_done"
    };
    let data = json!({ "task": id, "party": task_party(task) });
    next.happened.push(Happened::because(kind, note).data(data));
    Ok(())
}

pub(super) fn cancel(
    next: &mut Outcome,
    id: Uuid,
    reason: &str,
    now: Micros,
) -> Result<(), Refusal> {
    let task = next
        .state
        .tasks
        .iter_mut()
        .find(|task| task.id == id)
        .ok_or(Refusal::UnknownTask)?;
    if task_status(task).is_ended() {
        return Err(Refusal::TaskEnded);
    }
    close(task, TaskStatus::Cancelled, now);
    next.happened
        .push(Happened::because("task_cancelled", reason).about(id));
    Ok(())
}
