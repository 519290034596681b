//! The decision: rule table first, then what each verb needs and does.

use uuid::Uuid;
use youlin_kernel::{AreaId, Micros, Permission};
use youlin_people::Party;

use super::clock::{self, Policy};
use super::kinds::{Happened, Status, TaskRole, TaskStatus};
use super::rules::{Rule, Who, allowed_verbs, rule};
use super::verb::{Assignment, Verb};
use super::{oversight, tasks, verification};
use crate::entities::{case_record, case_task};

/// A case with its tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseState {
    pub(crate) case: case_record::Model,
    pub(crate) tasks: Vec<case_task::Model>,
}

/// Who asks, as far as the rules care.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Permissions held in the case's area.
    pub permissions: Vec<&'static Permission>,
    /// The parties the caller acts for.
    pub parties: Vec<Party>,
    /// The registered reporter, or the bearer of the tracking code.
    pub is_reporter: bool,
    /// Account, link holder or machine; `None` for Youlin itself.
    pub actor: Option<Uuid>,
    /// New ids for tasks, as many as may be needed.
    pub ids: Vec<Uuid>,
    /// New nonces for links, as many as ids.
    pub nonces: Vec<i64>,
}

/// The next state and what happened on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub(crate) state: CaseState,
    pub(crate) happened: Vec<Happened>,
}

/// Why not. Shown to the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{verb} is not possible while {status}")]
    NotAllowedNow {
        verb: &'static str,
        status: Status,
        possible: Vec<&'static str>,
    },
    #[error("{verb} is for others")]
    NotYours { verb: &'static str },
    #[error("whoever handled it cannot verify it")]
    OwnWork,
    #[error("nobody can be asked: somebody has to go and look")]
    NobodyToAsk,
    #[error("{field} is needed")]
    Missing { field: &'static str },
    #[error("{field} is too long")]
    TooLong { field: &'static str, max: usize },
    #[error("{open} tasks are not finished")]
    TasksOpen { open: usize },
    #[error("{open} follow-ups are not finished")]
    FollowUpsOpen { open: usize },
    #[error("no such task")]
    UnknownTask,
    #[error("the task is over")]
    TaskEnded,
    #[error("{field} must lie in the future")]
    NotInFuture { field: &'static str },
    #[error("{field} is too far away")]
    TooFar { field: &'static str },
    #[error("nobody asked for an extension")]
    NoExtensionAsked,
    #[error("an extension is already asked for")]
    ExtensionAsked,
    #[error("it can no longer be reopened")]
    ReopenOver,
    #[error("the category asks for evidence: {basis}")]
    EvidenceNeeded { basis: String },
    #[error("the same party twice")]
    PartyTwice,
    #[error("already rated")]
    AlreadyRated,
}

pub(crate) const MAX_TEXT: usize = 2_000;

/// Decides one step.
///
/// # Errors
/// A [`Refusal`] that names what is wrong or what is possible instead.
pub fn decide(
    state: &CaseState,
    verb: &Verb,
    facts: &Facts,
    policy: &Policy,
    now: Micros,
) -> Result<Outcome, Refusal> {
    check_rule(state, verb, facts)?;
    check_text(verb)?;
    let mut next = Outcome {
        state: state.clone(),
        happened: Vec::new(),
    };
    match verb {
        Verb::Accept => accept(&mut next, now),
        Verb::Decline { reason } => {
            end(&mut next, Status::Declined, "declined", reason, policy, now)
        }
        Verb::Cancel { reason } => end(
            &mut next,
            Status::Cancelled,
            "cancelled",
            reason,
            policy,
            now,
        ),
        Verb::Dispatch { lead, supporting } => dispatch(&mut next, lead, supporting, facts, now)?,
        Verb::Return { reason } => {
            tasks::cancel_all(&mut next.state, now);
            (next.state.case.lead_kind, next.state.case.lead_id) = (None, None);
            next.state.case.status = Status::Accepted.as_str().into();
            next.happened.push(Happened::because("returned", reason));
        }
        Verb::Reassign { lead, reason } => tasks::reassign(&mut next, lead, reason, facts, now),
        Verb::Start => {
            tasks::start_lead(&mut next.state);
            next.state.case.status = Status::InProgress.as_str().into();
            next.happened.push(Happened::new("started"));
        }
        Verb::Note { text, public } => {
            let note = Happened::because("noted", text);
            next.happened
                .push(if *public { note.public() } else { note });
        }
        Verb::AskExtension { days, reason } => oversight::ask_extension(&mut next, *days, reason)?,
        Verb::DecideExtension { approve, reason } => {
            oversight::decide_extension(&mut next, *approve, reason, policy)?
        }
        Verb::Defer { until, reason } => oversight::defer(&mut next, *until, reason, now)?,
        Verb::Resume => oversight::resume(&mut next, policy, now),
        Verb::Escalate { to, reason } => oversight::escalate(&mut next, to, reason, now),
        Verb::HandBack { reason } => oversight::hand_back(&mut next, reason),
        Verb::Supervise { text } => {
            next.state.case.supervised = true;
            next.happened.push(Happened::because("supervised", text));
        }
        Verb::Recategorise { reason, .. } => oversight::recategorise(&mut next, reason, policy),
        Verb::Handled { text } => verification::handled(&mut next, text, facts, now),
        Verb::Verify { .. } => verification::verify(&mut next, verb, policy, now)?,
        Verb::Reopen { reason } => verification::reopen(&mut next, reason, facts, policy, now)?,
        Verb::Rate {
            solved,
            satisfied,
            text,
        } => verification::rate(&mut next, *solved, *satisfied, text)?,
        Verb::Thank { text } => {
            next.state.case.thanks = Some(text.trim().to_owned());
            next.happened
                .push(Happened::because("thanked", text).public());
        }
        Verb::PlanFollowUp { at, text, parties } => {
            tasks::plan_follow_up(&mut next, *at, text, parties, facts, now)?
        }
        Verb::AddTask { assignment } => tasks::add(
            &mut next,
            TaskRole::Supporting,
            assignment,
            None,
            facts,
            now,
        ),
        Verb::AnswerTask { task, accept, note } => {
            tasks::answer(&mut next, *task, *accept, note, facts, now)?
        }
        Verb::FinishTask { task, note } => tasks::finish(&mut next, *task, note, facts, now)?,
        Verb::CancelTask { task, reason } => tasks::cancel(&mut next, *task, reason, now)?,
    }
    Ok(next)
}

fn check_rule(state: &CaseState, verb: &Verb, facts: &Facts) -> Result<(), Refusal> {
    let name = verb.name();
    let status = state.status();
    let allowed = rule(name).filter(|rule| rule.from.contains(&status));
    let Some(rule) = allowed else {
        return Err(Refusal::NotAllowedNow {
            verb: name,
            status,
            possible: allowed_verbs(status),
        });
    };
    if facts.actor.is_none() || admits(rule, state, facts) {
        return Ok(());
    }
    let would_be = rule
        .who
        .iter()
        .any(|who| matches!(who, Who::OtherThanHandler(needed) if holds(facts, needed)));
    Err(if would_be {
        Refusal::OwnWork
    } else {
        Refusal::NotYours { verb: name }
    })
}

/// Whether the rule is for this caller: decides steps, and which steps are offered.
pub(crate) fn admits(rule: &Rule, state: &CaseState, facts: &Facts) -> bool {
    rule.who.iter().any(|who| is(*who, state, facts))
}

fn holds(facts: &Facts, needed: &Permission) -> bool {
    facts
        .permissions
        .iter()
        .any(|held| held.name == needed.name)
}

fn is(who: Who, state: &CaseState, facts: &Facts) -> bool {
    match who {
        Who::Holder(permission) => holds(facts, permission),
        Who::Lead => state
            .lead()
            .is_some_and(|lead| facts.parties.contains(&lead)),
        Who::TaskParty => state
            .tasks
            .iter()
            .any(|task| !task_status(task).is_ended() && facts.parties.contains(&task_party(task))),
        Who::Reporter => facts.is_reporter,
        Who::OtherThanHandler(permission) => holds(facts, permission) && !handled_it(state, facts),
        Who::OtherThanLead(permission) => {
            let is_lead = |lead| facts.parties.contains(&lead);
            holds(facts, permission) && !state.lead().is_some_and(is_lead)
        }
    }
}

fn handled_it(state: &CaseState, facts: &Facts) -> bool {
    let by_account = state.case.handled_by.is_some() && state.case.handled_by == facts.actor;
    by_account
        || state
            .lead()
            .is_some_and(|lead| facts.parties.contains(&lead))
}

fn check_text(verb: &Verb) -> Result<(), Refusal> {
    let Some((field, text)) = verb.needed_text() else {
        return Ok(());
    };
    if text.trim().is_empty() {
        return Err(Refusal::Missing { field });
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Refusal::TooLong {
            field,
            max: MAX_TEXT,
        });
    }
    Ok(())
}

fn accept(next: &mut Outcome, now: Micros) {
    next.state.case.status = Status::Accepted.as_str().into();
    next.state.case.accepted_at = Some(now.0);
    next.happened.push(Happened::new("accepted"));
}

fn dispatch(
    next: &mut Outcome,
    lead: &Assignment,
    supporting: &[Assignment],
    facts: &Facts,
    now: Micros,
) -> Result<(), Refusal> {
    let mut parties: Vec<Party> = supporting
        .iter()
        .map(|assignment| assignment.party)
        .collect();
    parties.push(lead.party);
    if (1..parties.len()).any(|at| parties[at..].contains(&parties[at - 1])) {
        return Err(Refusal::PartyTwice);
    }
    if next.state.status() == Status::Reported {
        accept(next, now);
    }
    tasks::cancel_all(&mut next.state, now);
    let case = &mut next.state.case;
    case.status = Status::Dispatched.as_str().into();
    case.dispatched_at = Some(now.0);
    case.lead_kind = Some(lead.party.kind.as_str().into());
    case.lead_id = Some(lead.party.id);
    next.happened
        .push(Happened::new("dispatched").data(serde_json::json!({ "lead": lead.party })));
    tasks::add(next, TaskRole::Lead, lead, None, facts, now);
    for assignment in supporting {
        tasks::add(next, TaskRole::Supporting, assignment, None, facts, now);
    }
    Ok(())
}

fn end(
    next: &mut Outcome,
    status: Status,
    kind: &'static str,
    reason: &str,
    policy: &Policy,
    now: Micros,
) {
    tasks::cancel_all(&mut next.state, now);
    next.state.finish(status, policy, now);
    next.happened.push(Happened::because(kind, reason).public());
}

impl CaseState {
    #[must_use]
    pub fn status(&self) -> Status {
        Status::parse(&self.case.status).unwrap_or(Status::Reported)
    }

    #[must_use]
    pub fn lead(&self) -> Option<Party> {
        let kind = self
            .case
            .lead_kind
            .as_deref()
            .and_then(youlin_people::PartyKind::parse)?;
        Some(Party {
            kind,
            id: self.case.lead_id?,
        })
    }

    /// The most specific area the case is filed under: where rights are asked for.
    pub(crate) fn area(&self) -> AreaId {
        let case = &self.case;
        AreaId(
            case.neighbourhood_id
                .or(case.grid_id)
                .unwrap_or(case.community_id),
        )
    }

    pub(crate) fn finish(&mut self, status: Status, policy: &Policy, now: Micros) {
        self.case.status = status.as_str().into();
        self.case.ended_at = Some(now.0);
        self.case.overdue = false;
        self.case.review_at = None;
        let days = i64::from(policy.category.reopen_days);
        self.case.reopen_until = Some(now.plus(days.saturating_mul(Micros::DAY)).0);
    }

    pub(crate) fn work_again(&mut self, status: Status, policy: &Policy, now: Micros) {
        self.case.status = status.as_str().into();
        self.case.ended_at = None;
        self.case.handled_at = None;
        self.case.reopen_until = None;
        clock::resume(&mut self.case, &policy.calendar, now);
    }
}

pub(crate) fn task_status(task: &case_task::Model) -> TaskStatus {
    TaskStatus::parse(&task.status).unwrap_or(TaskStatus::Open)
}

pub(crate) fn task_party(task: &case_task::Model) -> Party {
    let kind = youlin_people::PartyKind::parse(&task.party_kind)
        .unwrap_or(youlin_people::PartyKind::Person);
    Party {
        kind,
        id: task.party_id,
    }
}
