//! One step of a hazard: its own rules are asked first, then the case's, and both are saved in one transaction.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Status, Verb};
use youlin_cases::permissions::{CASES_APPROVE, CASES_DESK};
use youlin_cases::{Act, AttachFile, CaseFooting, Via, footings};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_people::{Directory, Party, PartyKind};

use super::record::note;
use super::remeasure::{Remeasured, remeasured};
use crate::commands::attach_photo::taken;
use crate::commands::return_visit::{Visit, last_visit, looked, not_of_before, told_late};
use crate::entities::{campaign, hazard, round, round_file};
use crate::events::{self, event};
use crate::model::{HazardRefusal, HazardState, HazardStep, HazardVerb, Standpoint, decide, step};
use crate::permissions::ROUNDS_WALK;
use crate::queries::{Looked, may_recheck, puts_right};
use crate::service::Rounds;

/// The kind of the line that says a hazard is none.
pub(crate) const DROPPED: &str = "dropped";

/// See the module's text.
#[derive(Clone, Debug)]
pub struct ActOnHazard {
    pub rounds: Arc<Rounds>,
    pub community: CommunityId,
    pub hazard: Uuid,
    /// The version the caller saw; another one by now: 409.
    pub version: Option<i32>,
    pub verb: HazardVerb,
    /// Of the work that was done, or of the re-check; already in the file store.
    pub photographs: Vec<StoredFile>,
}

/// What the hazard is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HazardActed {
    pub id: Uuid,
    pub community: CommunityId,
    pub step: HazardStep,
    pub version: i32,
}

impl Command for ActOnHazard {
    type Output = HazardActed;
    const NAME: &'static str = "rounds.act-on-hazard";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<HazardActed> {
        let row = hazard::Entity::find_by_id((self.community.0, self.hazard))
            .one(tx.conn())
            .await?
            .filter(|row| row.withdrawn_at.is_none())
            .ok_or_else(Problem::not_found)?;
        let footing = self.footing(tx, row.case_id).await?;
        let who = standpoint(tx.conn(), ctx, &row, &footing).await?;
        if !sees(ctx, &row) && !who.caused && !who.fixes {
            return Err(Problem::not_found());
        }
        let state = self.state(tx, &row, &footing).await?;
        let decided = decide(&state, &self.verb, who);
        if let Err(HazardRefusal::NotNow { step, .. }) = &decided {
            self.not_late(ctx, tx, *step).await?;
        }
        if self.version.is_some_and(|seen| seen != row.version) {
            return Err(Problem::stale(json!({ "version": row.version })));
        }
        decided?;
        if let HazardVerb::Recheck {
            passed, measured, ..
        } = &self.verb
        {
            let round = (self.community, row.round_id);
            let again = (Some(&row), measured.as_deref(), *passed);
            not_of_before(&self.rounds, ctx, tx, round, &self.photographs, again).await?;
        }
        self.photographs(ctx, tx, &row).await?;
        let end = self.perform(ctx, tx, &row, &footing).await?;
        let now = Some(ctx.now().0);
        let saved = tx
            .update::<hazard::Entity>(hazard::Model {
                removed_at: now.filter(|_| end == Some(End::Removed)).or(row.removed_at),
                withdrawn_at: now.filter(|_| end == Some(End::Dropped)),
                ..row
            })
            .await?;
        let entry = AuditEntry::new(Self::NAME, "hazard", saved.id)
            .detail(json!({ "verb": self.verb.name(), "case": saved.case_id }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(events::HAZARD_CHANGED, self.community, saved.id));
        let footing = self.footing(tx, saved.case_id).await?;
        Ok(HazardActed {
            id: saved.id,
            community: self.community,
            step: step(&state_of(&saved, &footing, (0, 0))),
            version: saved.version,
        })
    }
}

/// How a step ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Removed,
    Dropped,
}

pub(crate) fn cause(row: &hazard::Model) -> Option<Party> {
    let kind = row.cause_kind.as_deref().and_then(PartyKind::parse)?;
    Some(Party {
        kind,
        id: row.cause_id?,
    })
}

fn areas(row: &hazard::Model) -> [Option<AreaId>; 2] {
    [row.grid_id, row.neighbourhood_id].map(|id| id.map(AreaId))
}

/// Whether it lies where the caller looks after things.
fn sees(ctx: &Ctx, row: &hazard::Model) -> bool {
    let community = CommunityId(row.community_id);
    ctx.scope(&ROUNDS_WALK)
        .is_ok_and(|scope| scope.contains(community, &areas(row)))
}

/// Who asks, as far as a hazard's rules care.
pub(crate) async fn standpoint(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    row: &hazard::Model,
    case: &CaseFooting,
) -> Result<Standpoint> {
    let parties = Directory::parties_of(ctx);
    let is = |party: Option<Party>| party.is_some_and(|party| parties.contains(&party));
    let community = CommunityId(row.community_id);
    let area = row
        .neighbourhood_id
        .or(row.grid_id)
        .map_or_else(|| community.into(), AreaId);
    let looked = Looked {
        community,
        round: row.round_id,
        areas: areas(row),
    };
    Ok(Standpoint {
        caused: is(cause(row)),
        fixes: puts_right(ctx, case),
        approves: ctx.require(&CASES_APPROVE, area).is_ok(),
        rechecks: may_recheck(db, ctx, looked).await?,
        found: found_it(db, ctx, row).await?,
        dispatches: ctx.require(&CASES_DESK, area).is_ok(),
    })
}

/// Whether the caller handed in the inspection that found it.
async fn found_it(db: &impl ConnectionTrait, ctx: &Ctx, row: &hazard::Model) -> Result<bool> {
    let of = round::Entity::find_by_id((row.community_id, row.round_id))
        .one(db)
        .await?;
    let by = of.and_then(|of| of.by_id);
    Ok(by.is_some() && by == ctx.actor().id())
}

pub(crate) fn state_of(
    row: &hazard::Model,
    case: &CaseFooting,
    photographs: (u32, u32),
) -> HazardState {
    HazardState {
        removed: row.removed_at.is_some(),
        withdrawn: row.withdrawn_at.is_some(),
        status: case.status,
        reworks: case.reworks,
        has_fixer: case.lead.is_some(),
        extension_asked: case.extension_asked.is_some(),
        photographs,
    }
}

/// Whoever puts it right has the case.
fn dispatched(party: Party) -> Verb {
    Verb::Dispatch {
        lead: Assignment {
            party,
            text: String::new(),
        },
        supporting: Vec::new(),
    }
}

impl ActOnHazard {
    /// Whoever looks again when somebody else did before is told who that was and what they saw.
    async fn not_late(&self, ctx: &Ctx, tx: &Tx<'_>, step: HazardStep) -> Result<()> {
        let (HazardVerb::Recheck { .. }, HazardStep::Removed | HazardStep::Rework) =
            (&self.verb, step)
        else {
            return Ok(());
        };
        let passed = step == HazardStep::Removed;
        let code = if passed {
            "recheck-late-passed"
        } else {
            "recheck-late-failed"
        };
        match last_visit(tx, self.community, self.hazard).await? {
            Some(last) if last.passed == passed => Err(told_late(ctx, code, Some(last))),
            _ => Ok(()),
        }
    }

    async fn footing(&self, tx: &Tx<'_>, case: Uuid) -> Result<CaseFooting> {
        footings(tx.conn(), &[(self.community, case)])
            .await?
            .remove(&case)
            .ok_or_else(|| Problem::internal("a hazard's case is gone"))
    }

    /// With the photographs a re-check has to show by its campaign, and those of this visit: sent along, or taken outside and
    /// brought since the work was said to be done.
    async fn state(
        &self,
        tx: &Tx<'_>,
        row: &hazard::Model,
        case: &CaseFooting,
    ) -> Result<HazardState> {
        let mut photographs = (0, 0);
        if let (HazardVerb::Recheck { .. }, Some(id)) = (&self.verb, row.campaign_id) {
            let held = campaign::Entity::find_by_id((CommunityId::SYSTEM.0, id))
                .one(tx.conn())
                .await?;
            let needed = held.map_or(0, |one| one.photographs);
            let since = case.handled_at.or(case.ended_at).map_or(0, |at| at.0);
            let brought = round_file::Entity::find()
                .filter(round_file::Column::CommunityId.eq(self.community.0))
                .filter(round_file::Column::RoundId.eq(row.round_id))
                .filter(round_file::Column::FindingId.eq(row.id))
                .filter(round_file::Column::Stage.eq("after"))
                .filter(round_file::Column::CreatedAt.gte(since))
                .count(tx.conn())
                .await?;
            let shown = brought.saturating_add(self.photographs.len() as u64);
            photographs = (
                u32::try_from(needed).unwrap_or(0),
                u32::try_from(shown).unwrap_or(u32::MAX),
            );
        }
        Ok(state_of(row, case, photographs))
    }

    /// They belong to the finding and to its case.
    async fn photographs(&self, ctx: &Ctx, tx: &Tx<'_>, row: &hazard::Model) -> Result<()> {
        let stage = match self.verb {
            HazardVerb::Recheck { .. } => ("after", "verification"),
            HazardVerb::Measure { .. } | HazardVerb::Progress { .. } => ("under_way", "handling"),
            _ => ("rectified", "handling"),
        };
        for file in &self.photographs {
            tx.insert::<round_file::Entity>(round_file::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                round_id: row.round_id,
                finding_id: Some(row.id),
                sha256: file.sha256.clone(),
                thumbnail: file.thumbnail_sha256.clone(),
                content_type: file.content_type.mime().to_owned(),
                bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
                name: file.name.clone().unwrap_or_default(),
                lon: file.position.map(|position| position.0),
                lat: file.position.map(|position| position.1),
                stage: stage.0.to_owned(),
                created_at: ctx.now().0,
                taken_at: taken(file, ctx.now()),
            })
            .await?;
            let attach = AttachFile {
                community: self.community,
                case: row.case_id,
                file: file.clone(),
                stage: stage.1,
                locate: false,
            };
            attach.run(ctx, tx).await?;
        }
        Ok(())
    }

    async fn case(&self, ctx: &Ctx, tx: &Tx<'_>, case: Uuid, verb: Verb, via: Via) -> Result<()> {
        let act = Act {
            cases: Arc::clone(&self.rounds.cases),
            community: self.community,
            case,
            version: None,
            verb,
            via,
        };
        act.run(ctx, tx).await.map(|_acted| ())
    }

    /// What the step does; answers how it ended the hazard, if it did.
    async fn perform(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        row: &hazard::Model,
        case: &CaseFooting,
    ) -> Result<Option<End>> {
        let id = row.case_id;
        match &self.verb {
            HazardVerb::Measure { text } => {
                note(ctx, tx, self.community, row.id, "measure", text).await?;
            }
            HazardVerb::Progress { text } => {
                note(ctx, tx, self.community, row.id, "progress", text).await?;
            }
            HazardVerb::Fixed { text } => {
                let text = text.clone();
                self.case(ctx, tx, id, Verb::Handled { text }, Via::Account)
                    .await?;
            }
            HazardVerb::AskExtension { days, reason } => {
                let verb = Verb::AskExtension {
                    days: *days,
                    reason: reason.clone(),
                };
                self.case(ctx, tx, id, verb, Via::Account).await?;
            }
            HazardVerb::DecideExtension { approve, reason } => {
                let verb = Verb::DecideExtension {
                    approve: *approve,
                    reason: reason.clone(),
                };
                self.case(ctx, tx, id, verb, Via::Account).await?;
            }
            HazardVerb::Assign { party } => {
                let name = self.name_of(tx, *party).await?;
                self.case(ctx, tx, id, dispatched(*party), Via::Account)
                    .await?;
                note(ctx, tx, self.community, row.id, "assigned", &name).await?;
            }
            HazardVerb::Drop { reason } => {
                if !case.status.is_ended() {
                    let reason = reason.clone();
                    self.case(ctx, tx, id, Verb::Cancel { reason }, Via::Rule)
                        .await?;
                }
                note(ctx, tx, self.community, row.id, DROPPED, reason).await?;
                return Ok(Some(End::Dropped));
            }
            HazardVerb::Recheck {
                passed,
                text,
                measured,
            } => {
                let typed = (measured.as_deref(), *passed);
                let measured = remeasured(&self.rounds, ctx, tx, row, typed).await?;
                let seen = (*passed, text, measured);
                self.recheck(ctx, tx, row, case, seen).await?;
                return Ok(passed.then_some(End::Removed));
            }
        }
        Ok(None)
    }

    /// Whoever is to put it right, who has to be known here.
    async fn name_of(&self, tx: &Tx<'_>, party: Party) -> Result<String> {
        let wanted = [(self.community, party)];
        let vault = &self.rounds.vault;
        let mut names = Directory::party_names(tx.conn(), vault, &wanted).await?;
        names
            .remove(&party)
            .ok_or_else(|| Problem::invalid("party", "required"))
    }

    /// The case follows what was seen on the spot: it ends, or goes back to whoever had it, even when a desk had ended it.
    async fn recheck(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        row: &hazard::Model,
        case: &CaseFooting,
        (passed, text, measured): (bool, &String, Option<Remeasured>),
    ) -> Result<()> {
        let id = row.case_id;
        match (case.status, passed) {
            (Status::Closed, true) => {}
            (Status::Closed, false) => {
                let reason = text.clone();
                self.case(ctx, tx, id, Verb::Reopen { reason }, Via::Rule)
                    .await?;
                if let Some(party) = case.lead {
                    self.case(ctx, tx, id, dispatched(party), Via::Rule).await?;
                }
            }
            _ => {
                let verb = looked(passed, text.clone());
                self.case(ctx, tx, id, verb, Via::Rule).await?;
            }
        }
        let visit = Visit {
            community: self.community,
            finding: row.id,
            case: id,
            passed,
            text: text.trim(),
            noted: None,
            measured,
        };
        visit.save(ctx, tx).await.map(|_visit| ())
    }
}
