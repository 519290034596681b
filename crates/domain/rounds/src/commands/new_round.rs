//! A round as it comes in from any channel, and what is checked of it before anything is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope};
use youlin_places::rivers::Bank;

use super::HandIn;
use super::clock::{CLOCK, Clock, OLDEST};
use super::hand_in::{Made, fingerprint};
use super::hazard::{NewHazard, plan};
use super::left_out::left_out;
use super::party::counts;
use super::shown::{noted, shown};
use super::spot::{Spot, case_of, spot, without_position};
use crate::checklists;
use crate::model::{Channel, Outcome, RoundKind, Severity, Subject, SubjectKind, Talk};
use crate::permissions::{may_walk, may_walk_to};
use crate::queries::{PolicyView, SubjectView, policy_view, subject_view};
use crate::service::Rounds;
use crate::tracks::{Intake, NewTrack, OfRound, Prepared, TrackSource, TrackTaken, worked_out};

const TEXT: usize = 4_000;
const REASON: usize = 500;
/// The name of whoever told it.
const TOLD_BY: usize = 80;
const FINDINGS: usize = 100;
/// Longer is two rounds.
const LONGEST: i64 = 24 * 3_600 * 1_000_000;

/// Something found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewFinding {
    /// Made by the sender: sent again, it is not doubled.
    pub id: Uuid,
    /// Code of the catalogue.
    pub category: String,
    pub severity: Severity,
    pub text: String,
    /// Put right at once by whoever found it: it is noted and no case.
    #[serde(default)]
    pub on_spot: bool,
    /// Why it is only noted and nobody puts it right: for what is slight, or where the checklist says that such a thing is
    /// noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted: Option<String>,
    /// Degrees, WGS-84.
    #[serde(default)]
    pub lon: Option<f64>,
    #[serde(default)]
    pub lat: Option<f64>,
    #[serde(default)]
    pub bank: Option<Bank>,
}

/// See the module's text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewRound {
    /// Made by the sender: sent again, the round is not doubled.
    pub id: Uuid,
    pub kind: RoundKind,
    pub community: CommunityId,
    pub subject: Subject,
    /// The policy that asked for it.
    #[serde(default)]
    pub policy: Option<Uuid>,
    pub outcome: Outcome,
    pub channel: Channel,
    /// By the sender's clock.
    pub began_at: Micros,
    pub ended_at: Micros,
    /// The sender's clock at the moment of sending; tells how wrong it is.
    #[serde(default)]
    pub sent_at: Option<Micros>,
    /// In the walker's own words.
    #[serde(default)]
    pub text: String,
    /// `id@version` of the checklist that was answered.
    #[serde(default)]
    pub checklist: Option<String>,
    /// Answers to the checklist, by question.
    #[serde(default)]
    pub answers: BTreeMap<String, Value>,
    #[serde(default)]
    pub findings: Vec<NewFinding>,
    /// Why it was left out, or what stood in the way.
    #[serde(default)]
    pub reason: String,
    /// When to try again.
    #[serde(default)]
    pub try_again_at: Option<Micros>,
    /// Photographs that come with it or follow at once.
    #[serde(default, skip_serializing_if = "is_none")]
    pub photographs: u32,
    /// Of a round told on the telephone or brought on paper: who vouches for it, where a policy would ask for minutes or
    /// photographs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<String>,
    /// Of a round told on the telephone, brought on paper or sent by another system: `told_by` is one of those the policy names
    /// or went in their place. Said by whoever plans; without it the round counts nothing for a policy of others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_behalf: bool,
    /// Where it went, when the policy asks for that; where not, nothing of it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<NewTrack>,
    /// Of a talk, and of nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk: Option<Talk>,
}

/// What was not said has no part in the fingerprint: rounds of before this field stay what they were.
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Checks a round before anything is written: the subject exists, the policy asks for such a round, every finding can be
/// filed. Every fault is named at once.
///
/// # Errors
/// 422 with all fields that must be mended; 403 outside the caller's area; 404 for a subject that is not there.
pub async fn prepare(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    new: NewRound,
) -> Result<HandIn> {
    ready(rounds, db, ctx, new, KnownRound::default(), Vec::new()).await
}

/// The same with what the inspector says of its hazards; what they do not say follows from the answers.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_inspection(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    new: NewRound,
    details: Vec<NewHazard>,
) -> Result<HandIn> {
    ready(rounds, db, ctx, new, KnownRound::default(), details).await
}

/// What a round leans on, where the caller has it at hand and the database need not be asked again.
#[derive(Clone, Debug, Default)]
pub struct KnownRound {
    /// Of the round's own subject.
    pub subject: Option<SubjectView>,
    /// Of the round's own policy.
    pub policy: Option<PolicyView>,
    /// The answers were looked at with their checklist before.
    pub answers_checked: bool,
}

/// [`prepare`] with what is known already.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_known(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    new: NewRound,
    known: KnownRound,
) -> Result<HandIn> {
    ready(rounds, db, ctx, new, known, Vec::new()).await
}

async fn ready(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    new: NewRound,
    known: KnownRound,
    details: Vec<NewHazard>,
) -> Result<HandIn> {
    let scope = may_walk(ctx, new.community, &[])?;
    let mut new = filed(rounds, db, new).await?;
    let fits = |view: &SubjectView| view.community == new.community && view.subject == new.subject;
    let subject = match known.subject.filter(fits) {
        Some(subject) => subject,
        None => subject_view(rounds, db, &scope, new.community, new.subject).await?,
    };
    let areas = [subject.grid, subject.neighbourhood];
    may_walk_to(ctx, new.community, new.subject.kind, &areas)?;
    let policy = match new.policy {
        None => None,
        Some(id) => Some(match known.policy.filter(|policy| policy.id == id) {
            Some(policy) => policy,
            None => policy_view(db, &scope, id).await?,
        }),
    };
    let clock = Clock::of(ctx, &new);
    let began_at = clock.at(new.began_at);
    let faults = faults(ctx, &new, policy.as_ref());
    let asked = (&new, &subject, policy.as_ref());
    let (mut extra_of, mut faults) = counts(rounds, db, ctx, asked, began_at, faults).await?;
    let mut policy = policy.filter(|_| extra_of.is_none());
    let mut short = None;
    if let Some(asked) = &policy {
        let at = (&new, began_at);
        (short, faults) = match new.outcome {
            Outcome::Skipped => left_out(rounds, db, ctx, at, asked, faults).await?,
            _ => shown(ctx, db, at, asked, faults).await?,
        };
    }
    // Kept beside the policy, which asks for more.
    if short.is_some() {
        extra_of = policy.take().map(|policy| policy.id);
    }
    let (hazards, mut faults) =
        plan(rounds, db, ctx, &scope, (&new, &subject), &details, faults).await?;
    let mut filed = Vec::new();
    for (index, finding) in new.findings.iter().enumerate() {
        let place = spot(&subject, finding);
        let prepared = |finding: &NewFinding, place: &Spot| {
            youlin_cases::prepare(&rounds.cases, case_of(&new, &subject, finding, place))
                .map(|report| Some(Arc::new(hazards.in_time(finding.id, report.by_rule()))))
        };
        let report = if finding.on_spot || finding.noted.is_some() {
            Ok(None)
        } else {
            match prepared(finding, &place) {
                Ok(Some(report)) if report.community() == new.community => Ok(Some(report)),
                Err(problem) if !is_outside(&problem) => Err(problem),
                // Waters are borders: what is found on the neighbours' ground, or some metres beyond everybody's, is still of
                // this reach's community. The finding keeps its position, its case says it in words.
                _ => prepared(&without_position(finding), &place.in_words(finding)),
            }
        };
        match report {
            Ok(report) => filed.push((place, report)),
            Err(problem) => faults = with_fields(faults, &problem, index)?,
        }
    }
    if !known.answers_checked {
        faults = checked(rounds, db, ctx, &new, faults).await?;
    }
    faults = noted(rounds, db, ctx, &new, faults).await?;
    if !faults.fields().is_empty() {
        return Err(faults);
    }
    let track = track(rounds, db, ctx, &scope, (&new, policy.as_ref()), clock).await?;
    let score = checklists::score_of(rounds, db, ctx, &new).await?;
    let read_by = match new.checklist.as_deref() {
        Some(name) => checklists::read_by(rounds, db, name).await?,
        None => None,
    };
    let short_walk = walked_short(&new, policy.as_ref(), track.as_ref());
    let fingerprint = fingerprint(&mut new, &details)?;
    Ok(HandIn {
        fingerprint,
        short_walk,
        track,
        score,
        rounds: Arc::clone(rounds),
        fixer: policy.as_ref().and_then(|policy| policy.fixer),
        new,
        subject,
        filed,
        hazards,
        clock,
        extra_of,
        short,
        read_by,
        once: false,
        made: Made::default(),
    })
}

/// Findings in categories that the place's own catalogue has: those its checklist names and it has not are others.
async fn filed(rounds: &Rounds, db: &Database, mut new: NewRound) -> Result<NewRound> {
    let moved = |one: &NewFinding| rounds.filed_under(&one.category) != one.category;
    let name = new.checklist.as_deref();
    let Some(name) = name.filter(|_| new.findings.iter().any(moved)) else {
        return Ok(new);
    };
    let Some(known) = checklists::known(rounds, db, name).await? else {
        return Ok(new);
    };
    let rules = &known.form.checklist().findings;
    for one in &mut new.findings {
        if rules.iter().any(|rule| rule.category == one.category) {
            one.category = rounds.filed_under(&one.category).to_owned();
        }
    }
    Ok(new)
}

/// The round's track worked out, or why nothing of it is recorded; no track: `None`.
async fn track(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    (new, policy): (&NewRound, Option<&PolicyView>),
    clock: Clock,
) -> Result<Option<(TrackTaken, Option<Prepared>)>> {
    let Some(sent) = &new.track else {
        return Ok(None);
    };
    let asks = policy.filter(|one| one.policy.track && new.subject.kind == SubjectKind::Reach);
    let Some(policy) = asks else {
        return Ok(Some((TrackTaken::NotAsked, None)));
    };
    if sent.fixes.is_empty() {
        return Ok(Some((TrackTaken::Empty, None)));
    }
    let of = OfRound {
        community: new.community,
        id: new.id,
        reach: new.subject.id,
        policy: policy.id,
        minimum: policy.policy.minimum,
        began_at: clock.at(new.began_at),
        ended_at: clock.at(new.ended_at),
    };
    let reach = youlin_places::rivers::reach(db, scope, new.subject.id).await?;
    let intake = Intake::new(TrackSource::Field, sent.fixes(clock.off()));
    let prepared = worked_out(rounds, db, ctx, of, &reach, intake).await?;
    Ok(Some((TrackTaken::Kept, Some(prepared))))
}

/// Whether the way fell short of the metres or per cent the policy asks; where it asks for none, or somebody vouches, nothing is
/// said. Without a track there is nothing that shows it yet.
fn walked_short(
    new: &NewRound,
    policy: Option<&PolicyView>,
    track: Option<&(TrackTaken, Option<Prepared>)>,
) -> Option<bool> {
    let asked = &policy?.policy;
    let reach = new.subject.kind == SubjectKind::Reach && new.outcome == Outcome::Done;
    let told = matches!(new.channel, Channel::Phone | Channel::Paper);
    if !asked.track || !reach || told || !asked.minimum.asks_way() {
        return None;
    }
    match track {
        Some((_, Some(prepared))) => prepared.is_short(),
        _ => Some(true),
    }
}

/// Times somebody typed. A telephone's own clock is put right where it says what it shows, and never sent back.
fn typed_times(ctx: &Ctx, new: &NewRound, mut faults: Problem) -> Problem {
    if matches!(new.channel, Channel::Field | Channel::Openrosa) {
        return faults;
    }
    // By the sender's own clock, where it is said.
    let now = new.sent_at.unwrap_or(ctx.now()).0;
    if new.ended_at.0 > now + CLOCK {
        faults = faults.and_field("ended_at", "round-in-future");
    } else if new.began_at.0 < now - OLDEST {
        faults = faults.and_field("began_at", "round-long-ago");
    }
    faults
}

fn faults(ctx: &Ctx, new: &NewRound, policy: Option<&PolicyView>) -> Problem {
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    faults = typed_times(ctx, new, faults);
    let lasted = new.ended_at.0 - new.began_at.0;
    if lasted < 0 {
        faults = faults.and_field("ended_at", "round-ends-before");
    } else if lasted > LONGEST {
        faults = faults.and_field("ended_at", "round-too-long");
    }
    let told_by = new.told_by.as_deref().unwrap_or_default();
    for (field, text, max) in [
        ("text", new.text.as_str(), TEXT),
        ("reason", new.reason.as_str(), REASON),
        ("told_by", told_by.trim(), TOLD_BY),
    ] {
        if text.chars().count() > max {
            faults = faults.and_field(field, "too-long").field_arg("max", max);
        }
    }
    if new.outcome == Outcome::Withdrawn {
        faults = faults.and_field("outcome", "round-outcome");
    }
    if new.outcome == Outcome::Skipped && new.reason.trim().is_empty() {
        faults = faults.and_field("reason", "round-why");
    }
    faults = talk(new, faults);
    if new.findings.len() > FINDINGS {
        faults = faults
            .and_field("findings", "round-findings")
            .field_arg("max", FINDINGS);
    }
    if let Some(policy) = policy {
        let asked = policy.policy.kind == new.kind && policy.policy.subjects == new.subject.kind;
        if !asked || policy.community != new.community {
            faults = faults.and_field("policy", "round-other-policy");
        }
    }
    faults
}

/// A talk that took place says how many it reached; nothing else does.
fn talk(new: &NewRound, mut faults: Problem) -> Problem {
    let took_place = new.kind == RoundKind::Talk && new.outcome == Outcome::Done;
    match &new.talk {
        None if took_place => faults.and_field("talk.reached", "talk-needed"),
        Some(_) if !took_place => faults.and_field("talk", "talk-of-no-talk"),
        _ if new.kind == RoundKind::Talk && !new.subject.kind.takes_talks() => {
            faults.and_field("subject", "talk-at-a-place")
        }
        None => faults,
        Some(talk) => {
            for (field, code, max) in talk.faults() {
                faults = faults.and_field(field, code).field_arg("max", max);
            }
            faults
        }
    }
}

/// What is wrong with the answers, each under its question's name.
///
/// Of a version that is not held here only what the newest one knows is looked at; what it does not know is kept as it came.
async fn checked(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    new: &NewRound,
    mut faults: Problem,
) -> Result<Problem> {
    let Some(name) = &new.checklist else {
        return Ok(faults);
    };
    let Some(known) = checklists::known(rounds, db, name).await? else {
        return Ok(faults
            .and_field("checklist", "checklist-unknown")
            .field_arg("name", name));
    };
    // Left out or nobody there: nothing was answered.
    if new.outcome != Outcome::Done {
        return Ok(faults);
    }
    let form = known.form.as_ref();
    let subjects = &form.checklist().subjects;
    let subject = new.subject.kind.as_str();
    if !subjects.is_empty() && !subjects.iter().any(|one| one == subject) {
        faults = faults.and_field("checklist", "checklist-other-subject");
    }
    let json = serde_json::to_value(&new.answers).map_err(Problem::internal)?;
    for fault in checklists::answered(ctx, form, &json).faults {
        if !known.exact {
            continue;
        }
        faults = checklists::with_fault(faults, ctx.locale(), form, &fault);
    }
    Ok(faults)
}

/// Its position is on nobody's ground; what else is wrong is told without it, too.
fn is_outside(problem: &Problem) -> bool {
    let mut fields = problem.fields().iter();
    fields.any(|field| field.code == "position-outside")
}

/// The faults of a finding's case, under the finding's own name; what is no field's fault goes on.
fn with_fields(faults: Problem, problem: &Problem, index: usize) -> Result<Problem> {
    if problem.fields().is_empty() {
        return Err(problem.clone());
    }
    Ok(faults.and_fields_of(problem, |field| format!("findings.{index}.{field}")))
}
