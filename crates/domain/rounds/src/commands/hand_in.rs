//! A round comes in: the round, what was found, and a case for each finding that was not put right, in one transaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Verb};
use youlin_cases::{Act, Report, Via};
use youlin_checklist::Score;
use youlin_database::{AuditEntry, Command, New, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_people::{FieldPlace, Party};
use youlin_places::rivers::decimetres;

use super::clock::Clock;
use super::hazard::record::At;
use super::hazard::{NewHazard, Plan};
use super::new_round::NewRound;
use super::spot::Spot;
use crate::entities::{finding, round};
use crate::events::{self, event};
use crate::model::{FindingState, Short, SubjectKind};
use crate::permissions::may_walk_to;
use crate::queries::SubjectView;
use crate::service::Rounds;
use crate::tracks::{Prepared, TrackTaken};

/// A checked round: see [`super::prepare`].
#[derive(Debug)]
pub struct HandIn {
    pub(super) rounds: Arc<Rounds>,
    pub(super) new: NewRound,
    pub(super) subject: SubjectView,
    /// For each finding where it lies, and its case.
    pub(super) filed: Vec<(Spot, Option<Arc<Report>>)>,
    /// Whoever puts right what is found.
    pub(super) fixer: Option<Party>,
    /// What an inspection of premises leaves besides.
    pub(super) hazards: Plan,
    /// The policy it names and does not count for.
    pub(super) extra_of: Option<Uuid>,
    /// What it lacks of what that policy asks, where it is that.
    pub(super) short: Option<Short>,
    /// Whether the way fell short of what the policy asks; none: it asks for none.
    pub(super) short_walk: Option<bool>,
    /// What the sender's times mean by ours.
    pub(super) clock: Clock,
    /// What the place got by a checklist with points.
    pub(super) score: Option<Score>,
    /// What becomes of the track that came with it.
    pub(super) track: Option<(TrackTaken, Option<Prepared>)>,
    /// The version by which its answers are read, where nobody here knows the one they were given to.
    pub(super) read_by: Option<String>,
    /// Of everything but when it was sent.
    pub(super) fingerprint: String,
    /// See [`HandIn::taken_once`].
    pub(super) once: bool,
    pub(super) made: Made,
}

/// The round's row, sealed and fingerprinted before the round waits for its turn. It is taken once: whoever tries again makes it
/// anew.
#[derive(Debug, Default)]
pub(super) struct Made(Mutex<Option<New<round::Entity>>>);

impl Made {
    fn held(&self) -> MutexGuard<'_, Option<New<round::Entity>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A finding and its case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FiledFinding {
    pub id: Uuid,
    pub state: FindingState,
    pub case: Option<Uuid>,
    /// The hazard on the list that this is, seen again: no second one is made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_of: Option<Uuid>,
}

/// What became of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HandedIn {
    pub id: Uuid,
    pub community: CommunityId,
    pub findings: Vec<FiledFinding>,
    /// It was here before: this is the first answer again.
    pub again: bool,
    /// The policy it was handed in by asks others to go, or for more than this one shows (`short`): it is kept, and counts
    /// nothing for that policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extra: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<Short>,
    /// What became of the track that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackTaken>,
}

impl Command for HandIn {
    type Output = HandedIn;
    const NAME: &'static str = "rounds.hand-in";

    /// Only when the caller keeps it from being taken twice, and nobody has to be sent at once. Whatever else is saved with
    /// a round and reads through the transaction has to be ruled out here too: a blind command that reads fails its neighbours.
    fn blind(&self) -> bool {
        let hazards = self.new.subject.kind == SubjectKind::Premises;
        self.once && self.fixer.is_none() && self.track.is_none() && !hazards
    }

    fn make_ready(&self, ctx: &Ctx) {
        // What cannot be made fails where it is written.
        *self.made.held() = self.row(ctx).ok().map(New::of);
    }

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<HandedIn> {
        let areas = [self.subject.grid, self.subject.neighbourhood];
        may_walk_to(ctx, self.new.community, self.new.subject.kind, &areas)?;
        if !self.blind()
            && let Some(known) = self.already_there(tx).await?
        {
            return Ok(known);
        }
        let community = self.new.community;
        let made = self.made.held().take();
        let round = match made {
            Some(made) => made,
            None => New::of(self.row(ctx)?),
        };
        tx.insert_new::<round::Entity>(vec![round]).await?;
        let mut findings = Vec::with_capacity(self.filed.len());
        let mut again = self.seen_again(tx).await?;
        for (new, (spot, report)) in self.new.findings.iter().zip(&self.filed) {
            let seen_of = again.remove(&new.id);
            let case = match report {
                None => None,
                Some(_) if seen_of.is_some() => None,
                Some(report) => Some(self.file(ctx, tx, new.id, report).await?),
            };
            let noted = new.noted.as_deref().map(str::trim);
            let state = match (case, noted) {
                _ if seen_of.is_some() => FindingState::Seen,
                (Some(_), _) => FindingState::Case,
                (None, Some(_)) if !new.on_spot => FindingState::Noted,
                (None, _) => FindingState::OnSpot,
            };
            tx.insert::<finding::Entity>(finding::Model {
                community_id: community.0,
                id: new.id,
                version: 1,
                round_id: self.new.id,
                category: new.category.clone(),
                severity: new.severity.as_str().to_owned(),
                state: state.as_str().to_owned(),
                text: new.text.trim().to_owned(),
                lon: new.lon,
                lat: new.lat,
                chainage_dm: spot.chainage_m.map(decimetres),
                bank: new.bank.map(|bank| bank.as_str().to_owned()),
                subject_kind: self.new.subject.kind.as_str().to_owned(),
                subject_id: self.new.subject.id,
                grid_id: self.subject.grid.map(|area| area.0),
                neighbourhood_id: self.subject.neighbourhood.map(|area| area.0),
                case_id: case,
                found_at: self.clock.at(self.new.began_at).0,
                noted_reason: noted.map(str::to_owned),
                seen_of,
            })
            .await?;
            if let Some(case) = case {
                let at = self.hazards_at();
                self.hazards.save_hazard(ctx, tx, &at, new.id, case).await?;
            }
            if let Some(hazard) = seen_of {
                let (at, of) = (self.hazards_at(), (new.id, hazard));
                self.hazards.met_again(ctx, tx, &at, of).await?;
            }
            findings.push(FiledFinding {
                id: new.id,
                state,
                case,
                seen_of,
            });
        }
        self.hazards.save_rest(ctx, tx, &self.hazards_at()).await?;
        if let Some((_, Some(prepared))) = &self.track {
            prepared.write(ctx, tx).await?;
        }
        let detail = json!({ "kind": self.new.kind, "outcome": self.new.outcome, "findings": findings.len() });
        let entry = AuditEntry::new(Self::NAME, "round", self.new.id).detail(detail);
        tx.audit(ctx, community, entry);
        tx.emit(ctx, event(events::ROUND_HANDED_IN, community, self.new.id));
        Ok(HandedIn {
            id: self.new.id,
            community,
            findings,
            again: false,
            extra: self.extra_of.is_some(),
            short: self.short,
            track: self.track.as_ref().map(|(taken, _)| *taken),
        })
    }
}

/// What tells a round from another one under its id. The moment it was sent has no part in it.
pub(super) fn fingerprint(new: &mut NewRound, details: &[NewHazard]) -> Result<String> {
    let sent_at = new.sent_at.take();
    let said = serde_json::to_vec(&new);
    new.sent_at = sent_at;
    let mut bytes = said.map_err(Problem::internal)?;
    if !details.is_empty() {
        bytes.extend(serde_json::to_vec(details).map_err(Problem::internal)?);
    }
    Ok(hex::encode(Sha256::digest(&bytes)))
}

impl HandIn {
    /// Of what would become a hazard, what is one already.
    async fn seen_again(&self, tx: &Tx<'_>) -> Result<HashMap<Uuid, Uuid>> {
        let filed = self.new.findings.iter().zip(&self.filed);
        let cases = filed.filter(|(_, (_, report))| report.is_some());
        let ids = cases.map(|(new, _)| new.id);
        self.hazards.seen_again(tx, &self.hazards_at(), ids).await
    }

    fn hazards_at(&self) -> At<'_> {
        At {
            community: self.new.community,
            round: self.new.id,
            subject: &self.subject,
            found_at: self.clock.at(self.new.began_at).0,
        }
    }

    /// For callers that take each round under an idempotency key of its own and made the round's id themselves: it is
    /// then not looked for again, so that rounds can come in storms.
    #[must_use]
    pub fn taken_once(mut self) -> Self {
        self.once = true;
        for (_, report) in &mut self.filed {
            if let Some(report) = report.as_mut().and_then(Arc::get_mut) {
                report.taken_once();
            }
        }
        self
    }

    /// Somebody of the household spoke of what was found: it is their report, and they are told how it ends.
    #[must_use]
    pub(crate) fn reported_by(mut self, person: Uuid) -> Self {
        for (_, report) in &mut self.filed {
            if let Some(report) = report.as_mut().and_then(Arc::get_mut) {
                report.reported_by(person);
            }
        }
        self
    }

    /// The community it is filed under.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.new.community
    }

    /// Files a finding's case, and gives it to whoever the inspector or the policy says puts such things right.
    async fn file(&self, ctx: &Ctx, tx: &Tx<'_>, finding: Uuid, report: &Report) -> Result<Uuid> {
        let reported = report.run(ctx, tx).await?;
        if let Some(party) = self.hazards.fixer(finding).or(self.fixer) {
            let dispatch = Act {
                cases: Arc::clone(&self.rounds.cases),
                community: reported.community,
                case: reported.id,
                version: None,
                verb: Verb::Dispatch {
                    lead: Assignment {
                        party,
                        text: String::new(),
                    },
                    supporting: Vec::new(),
                },
                via: Via::Rule,
            };
            dispatch.run(ctx, tx).await?;
        }
        Ok(reported.id)
    }

    /// The same round sent again gets the first answer; another one under its id is refused and nothing is lost: the
    /// sender still has it.
    async fn already_there(&self, tx: &Tx<'_>) -> Result<Option<HandedIn>> {
        let community = self.new.community;
        let Some(known) = round::Entity::find_by_id((community.0, self.new.id))
            .one(tx.conn())
            .await?
        else {
            return Ok(None);
        };
        if known.fingerprint != self.fingerprint {
            return Err(Problem::new(ProblemKind::Conflict, "round-other-content")
                .with_data(json!({ "round": known.id, "received_at": known.received_at })));
        }
        let findings = finding::Entity::find()
            .filter(finding::Column::CommunityId.eq(community.0))
            .filter(finding::Column::RoundId.eq(known.id))
            .order_by_asc(finding::Column::Id)
            .all(tx.conn())
            .await?;
        let filed = |row: finding::Model| FiledFinding {
            id: row.id,
            state: FindingState::parse(&row.state).unwrap_or(FindingState::Noted),
            case: row.case_id,
            seen_of: row.seen_of,
        };
        Ok(Some(HandedIn {
            id: known.id,
            community,
            findings: findings.into_iter().map(filed).collect(),
            again: true,
            extra: known.extra_of.is_some(),
            short: short_of(known.extra_short.as_deref())?,
            track: self.track.as_ref().map(|(taken, _)| *taken),
        }))
    }

    fn row(&self, ctx: &Ctx) -> Result<round::Model> {
        let new = &self.new;
        let seal = |column: &'static str, text: &str| {
            let at = FieldPlace::new("round", column, new.community.0, new.id);
            (!text.is_empty())
                .then(|| self.rounds.vault.seal(ctx, at, text))
                .transpose()
        };
        let answers = if new.answers.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&new.answers).map_err(Problem::internal)?
        };
        let talk = new.talk.as_ref();
        let said = self.clock.at_receipt;
        let said = said.then_some((new.began_at, new.ended_at));
        Ok(round::Model {
            community_id: new.community.0,
            id: new.id,
            version: 1,
            kind: new.kind.as_str().to_owned(),
            policy_id: new.policy.filter(|_| self.extra_of.is_none()),
            extra_of: self.extra_of,
            extra_short: kept(self.short.as_ref())?,
            short_walk: self.short_walk,
            withdrawn_at: None,
            withdrawn_reason: None,
            withdrawn_by: None,
            withdrawn_by_id: None,
            withdrawn_outcome: None,
            subject_kind: new.subject.kind.as_str().to_owned(),
            subject_id: new.subject.id,
            subject_name: self.subject.name.clone(),
            grid_id: self.subject.grid.map(|area| area.0),
            neighbourhood_id: self.subject.neighbourhood.map(|area| area.0),
            outcome: new.outcome.as_str().to_owned(),
            channel: new.channel.as_str().to_owned(),
            began_at: self.clock.at(new.began_at).0,
            ended_at: self.clock.at(new.ended_at).0,
            received_at: ctx.now().0,
            clock_off: self.clock.put_right(),
            phone_began_at: said.map(|(began, _)| began.0),
            phone_ended_at: said.map(|(_, ended)| ended.0),
            text_sealed: seal("text", new.text.trim())?,
            answers_sealed: seal("answers", &answers)?,
            checklist: new.checklist.clone(),
            read_by: self.read_by.clone(),
            reason: new.reason.trim().to_owned(),
            try_again_at: new.try_again_at.map(|at| self.clock.at(at).0),
            by_id: ctx.actor().id(),
            by_person: ctx.actor().person(),
            by_name: ctx.actor().name().to_owned(),
            fingerprint: self.fingerprint.clone(),
            photographs: i32::try_from(new.photographs)
                .ok()
                .filter(|count| *count > 0),
            reached: talk.map(|one| i32::try_from(one.reached).unwrap_or(i32::MAX)),
            topic: talk.map(|one| one.topic.trim().to_owned()),
            handed_out: talk
                .map(|one| one.handed_out.trim().to_owned())
                .filter(|text| !text.is_empty()),
            given_by: talk
                .and_then(|one| one.by)
                .map(|party| serde_json::to_string(&party))
                .transpose()
                .map_err(Problem::internal)?,
            score: kept(self.score.as_ref())?,
            by_organisation: ctx
                .grants()
                .iter()
                .filter(|grant| ctx.areas().is_within(new.community.into(), grant.area))
                .find_map(|grant| grant.organisation),
            told_by_sealed: seal("told_by", new.told_by.as_deref().unwrap_or_default().trim())?,
        })
    }
}

/// As it is kept with the round.
pub(crate) fn short_of(kept: Option<&str>) -> Result<Option<Short>> {
    let short = kept.map(serde_json::from_str).transpose();
    short.map_err(Problem::internal)
}

fn kept(what: Option<&impl Serialize>) -> Result<Option<String>> {
    let text = what.map(serde_json::to_string).transpose();
    text.map_err(Problem::internal)
}
