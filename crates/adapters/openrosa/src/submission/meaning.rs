//! What a filled form means: a round.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value as Json;
use uuid::Uuid;
use youlin_checklist::{Answers, Kind, Value, write_answers};
use youlin_kernel::{CommunityId, Micros, Problem, ProblemKind, Result, Scope};
use youlin_rounds::checklists::{Answered, code, label, looked_at, shortened};
use youlin_rounds::model::{Channel, Outcome, RoundKind, Subject, SubjectKind};
use youlin_rounds::permissions::may_walk_to;
use youlin_rounds::{
    KnownRound, NewFinding, NewRound, PolicyView, SubjectView, day_begun, policies, rules_for,
    subject_anywhere, walks_by,
};
use youlin_xforms::{Framed, Instance, Submission, SubmissionFault, Unknown};

use super::found::findings;
use crate::call::Call;
use crate::forms::Ready;

/// Longer is two rounds; a form may lie open for days before it is filled.
const LONGEST: i64 = 24 * Micros::HOUR;
const NOTE: usize = 3_900;
const REASON: usize = 500;

/// See the module's text.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) new: NewRound,
    pub(super) known: KnownRound,
    pub(super) photographs: Photographs,
    /// Not all that was said has a place in the round: the form is kept as it came.
    pub(super) is_kept: bool,
}

pub(super) fn wrong(fault: SubmissionFault) -> Problem {
    let code = match fault {
        SubmissionFault::NotXml => "openrosa-not-xml",
        SubmissionFault::NoForm => "openrosa-no-form-id",
        SubmissionFault::NoInstance => "openrosa-no-instance",
    };
    Problem::new(ProblemKind::Malformed, code)
}

/// To which finding each photograph the form names belongs.
pub(super) type Photographs = BTreeMap<String, Option<Uuid>>;

/// A filled form, read with its checklist.
struct Filled {
    submission: Submission,
    framed: Framed,
    /// When it was, by the phone's clock, and the day it began by ours.
    times: (Micros, Micros),
    day: Date,
    outcome: Outcome,
    answered: Answered,
    /// Answers that stand, with what was worked out.
    stands: Answers,
    findings: Vec<NewFinding>,
    photographs: Photographs,
}

async fn filled(call: &Call, ready: &Ready, round: Uuid, sent: &Instance) -> Result<Filled> {
    let mut submission = sent.submission(&ready.form);
    let framed = Framed::take(&mut submission);
    let outcome = Outcome::parse(&framed.outcome).unwrap_or(Outcome::Done);
    let answers = std::mem::take(&mut submission.answers);
    let files: Vec<String> = answers.files().into_iter().map(str::to_owned).collect();
    let answered = looked_at(&call.ctx, &ready.form, answers);
    let stands = answered.state.answers(&ready.form);
    let times = times(call, &framed);
    let day = day_begun(&call.ctx, times, call.sent_at());
    let found = match outcome {
        Outcome::Done => {
            let rules = rules_for(call.app.db().read(), &ready.form, day).await?;
            answered.findings(&ready.form, rules.as_ref())
        }
        Outcome::Tried | Outcome::Skipped | Outcome::Withdrawn => Vec::new(),
    };
    let (findings, theirs) = findings(call, ready, round, &stands, &found);
    let photographs = files.into_iter().map(|name| {
        let finding = theirs.get(&name).copied();
        (name, finding)
    });
    Ok(Filled {
        submission,
        framed,
        times,
        day,
        outcome,
        answered,
        stands,
        findings,
        photographs: photographs.collect(),
    })
}

/// The photographs of a form that was taken before; nothing else of it is asked again.
pub(super) async fn photographs(
    call: &Call,
    ready: &Ready,
    round: Uuid,
    sent: &Instance,
) -> Result<Photographs> {
    Ok(filled(call, ready, round, sent).await?.photographs)
}

/// Reads a filled form. `exact`: with the very version it was filled in.
pub(super) async fn read(
    call: &Call,
    scope: &Scope,
    (ready, exact): (&Ready, bool),
    round: Uuid,
    sent: &Instance,
) -> Result<Meaning> {
    let filled = filled(call, ready, round, sent).await?;
    let (submission, answered) = (&filled.submission, &filled.answered);
    let is_sound = submission.faults.is_empty() && answered.faults.is_empty();
    let done = filled.outcome == Outcome::Done;
    let subject = subject(call, scope, &filled.framed).await?;
    if exact && !is_sound && done {
        return Err(unsound(call, ready, submission, answered));
    }
    let (policy, is_other) = policy(call, scope, (&filled.framed, filled.day), &subject).await?;
    let mut text = notes(call, ready, submission, exact);
    if is_other {
        text.push(call.note("other-policy", &[]));
    }
    let (began_at, ended_at) = filled.times;
    let mut answers: BTreeMap<String, Json> = match write_answers(&filled.stands) {
        Json::Object(object) if done => object.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    // What only the version of the phone asks stays among the answers under its name.
    for one in submission.unknown.iter().filter(|_| done && !exact) {
        let text = Json::String(shortened(one.text.trim(), 2_000));
        answers.entry(question_of(one).to_owned()).or_insert(text);
    }
    let meta = &submission.meta;
    let new = NewRound {
        id: round,
        kind: kind_of(policy.as_ref(), ready, &subject),
        community: subject.community,
        subject: subject.subject,
        policy: policy.as_ref().map(|policy| policy.id),
        outcome: filled.outcome,
        channel: Channel::Openrosa,
        began_at,
        ended_at,
        sent_at: call.sent_at(),
        text: shortened(&text.join("\n"), NOTE),
        // As the phone says: whoever reads it later finds the newest version where this one is not held.
        checklist: done.then(|| format!("{}@{}", meta.form_id, meta.version)),
        answers,
        reason: shortened(&filled.framed.reason, REASON),
        try_again_at: None,
        photographs: u32::try_from(filled.stands.files().len()).unwrap_or(u32::MAX),
        told_by: None,
        on_behalf: false,
        talk: None,
        track: None,
        findings: filled.findings,
    };
    Ok(Meaning {
        is_kept: !submission.unknown.is_empty() || (!exact && !is_sound),
        new,
        known: KnownRound {
            subject: Some(subject),
            policy,
            answers_checked: true,
        },
        photographs: filled.photographs,
    })
}

/// What is wrong with the answers, each with its question's words.
fn unsound(call: &Call, ready: &Ready, submission: &Submission, answered: &Answered) -> Problem {
    let mut problem = Problem::new(ProblemKind::Invalid, "invalid");
    for fault in submission.faults.iter().chain(&answered.faults) {
        let question = label(call.ctx.locale(), &ready.form, &fault.question);
        problem = problem
            .and_field(format!("answers.{}", fault.question), code(&fault.what))
            .field_arg("question", question);
    }
    problem
}

async fn subject(call: &Call, scope: &Scope, framed: &Framed) -> Result<SubjectView> {
    let missing = || Problem::new(ProblemKind::Invalid, "openrosa-subject");
    let kind = SubjectKind::parse(&framed.kind).ok_or_else(missing)?;
    let id: Uuid = framed.subject.parse().map_err(|_no_id| missing())?;
    let subject = Subject { kind, id };
    let now = call.ctx.now();
    let view = match call.service.subjects.get(&subject, now) {
        Some(view) => view,
        None => {
            let rounds = &call.service.rounds;
            let found = subject_anywhere(rounds, call.app.db(), scope, subject).await;
            let view = found.map_err(|problem| match problem.kind() {
                ProblemKind::NotFound => {
                    Problem::new(ProblemKind::NotFound, "openrosa-subject-gone")
                }
                _ => problem,
            })?;
            call.service.subjects.put(subject, now, view.clone());
            view
        }
    };
    let areas = [view.grid, view.neighbourhood];
    may_walk_to(&call.ctx, view.community, view.subject.kind, &areas)?;
    Ok(view)
}

/// The policy that was named, or the only one that fits, of those that ran on the day the round began. `true`: one was named
/// that is not about this subject.
async fn policy(
    call: &Call,
    scope: &Scope,
    (framed, day): (&Framed, Date),
    subject: &SubjectView,
) -> Result<(Option<PolicyView>, bool)> {
    let all = of_community(call, scope, subject.community).await?;
    let mut fit = all.iter().filter(|one| {
        one.policy.subjects == subject.subject.kind
            && one.covers(subject.subject.id)
            && one.runs_on(day)
    });
    if framed.policy.is_empty() {
        // Of those that ask whoever sends it: what others are to do was not meant.
        let (rounds, db) = (&call.service.rounds, call.app.db().read());
        let mut own = Vec::new();
        for one in fit {
            let now = call.ctx.now();
            if walks_by(rounds, db, &call.ctx, (one, subject), now).await? {
                own.push(one);
            }
        }
        let only = own.first().filter(|_| own.len() == 1);
        return Ok((only.map(|one| (*one).clone()), false));
    }
    let named: Option<Uuid> = framed.policy.parse().ok();
    let found = fit.find(|one| Some(one.id) == named).cloned();
    let other = found.is_none();
    Ok((found, other))
}

async fn of_community(
    call: &Call,
    scope: &Scope,
    community: CommunityId,
) -> Result<Arc<Vec<PolicyView>>> {
    let now = call.ctx.now();
    if let Some(known) = call.service.policies.get(&community, now) {
        return Ok(known);
    }
    let narrow = scope.narrowed(call.ctx.areas(), community.into());
    let all = Arc::new(policies(call.app.db(), &narrow).await?);
    call.service.policies.put(community, now, Arc::clone(&all));
    Ok(all)
}

/// As the policy says, else the checklist; else what one does there.
fn kind_of(policy: Option<&PolicyView>, ready: &Ready, subject: &SubjectView) -> RoundKind {
    let policy = policy.map(|policy| policy.policy.kind);
    let kind = policy.or_else(|| RoundKind::parse(&ready.form.checklist().kind));
    kind.unwrap_or(match subject.subject.kind {
        SubjectKind::Reach => RoundKind::Patrol,
        SubjectKind::Premises | SubjectKind::Building => RoundKind::Inspection,
        SubjectKind::Dwelling => RoundKind::Visit,
    })
}

/// When it began and ended by the phone's clock, never longer than a round is.
fn times(call: &Call, framed: &Framed) -> (Micros, Micros) {
    let ended = moment(&framed.ended)
        .or_else(|| call.sent_at())
        .unwrap_or(call.ctx.now());
    let began = moment(&framed.began).unwrap_or(ended);
    let began = began.0.clamp(ended.0 - LONGEST, ended.0);
    (Micros(began), ended)
}

fn moment(text: &str) -> Option<Micros> {
    let Ok(Some(Value::DateTime(at))) = Value::parse(&Kind::DateTime, text) else {
        return None;
    };
    let offset = jiff::tz::Offset::from_seconds(i32::from(at.offset_minutes) * 60).ok()?;
    Some(offset.to_timestamp(at.local).ok()?.into())
}

/// The name of a question the checklist does not have.
fn question_of(unknown: &Unknown) -> &str {
    let name = unknown.path.rsplit('/').next().unwrap_or_default();
    name.split('[').next().unwrap_or_default()
}

/// Whether a version comes after another: by number where both are one.
pub(super) fn is_newer(version: &str, than: &str) -> bool {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(version), number(than)) {
        (Some(version), Some(than)) => version > than,
        _ => version > than,
    }
}

/// What has no place in the round, in words.
fn notes(call: &Call, ready: &Ready, submission: &Submission, exact: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !exact {
        let args = [
            ("version", submission.meta.version.clone()),
            ("now", ready.version().to_owned()),
        ];
        let newer = is_newer(&submission.meta.version, ready.version());
        lines.push(call.note(if newer { "note-unknown" } else { "note-older" }, &args));
    }
    for one in &submission.unknown {
        let args = [
            ("question", question_of(one).to_owned()),
            ("answer", shortened(one.text.trim(), 400)),
        ];
        lines.push(call.note("evidence", &args));
    }
    lines
}
