//! Somebody else goes back, looks, and says whether it is put right: only then the case of a finding ends.

use std::sync::Arc;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Status, Verb, VerifyMethod};
use youlin_cases::{Act, CaseFooting, Via, footings};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::ActOnHazard;
use super::act::standpoint;
use super::{Remeasured, not_measurable, remeasured};
use crate::entities::{finding, hazard, return_visit, round_file};
use crate::events::{self, event};
use crate::model::{HazardVerb, SubjectKind, may_look};
use crate::permissions::{may_walk, may_walk_to};
use crate::queries::{Looked, may_recheck, puts_right};
use crate::service::Rounds;
use crate::water::{AttachSpotPhoto, MOST_SPOT_PHOTOS, SpotKind};

const TEXT: usize = 2_000;

/// Verifies the case of a finding on the spot. Not by whoever put it right: the case's own rules refuse that.
#[derive(Clone, Debug)]
pub struct ReturnVisit {
    pub rounds: Arc<Rounds>,
    pub community: CommunityId,
    pub finding: Uuid,
    pub passed: bool,
    /// What was seen.
    pub text: String,
    /// What was measured this time, where it was found by a measured value: see [`HazardVerb::Recheck`].
    pub measured: Option<String>,
    /// Of the same spot as it is now; already in the file store.
    pub photographs: Vec<StoredFile>,
}

impl Command for ReturnVisit {
    type Output = Uuid;
    const NAME: &'static str = "rounds.return-visit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let spot = self.spot(ctx, tx).await?;
        // A hazard leaves the list by its own rules; they are asked.
        if spot.hazard.is_some() {
            return self.recheck(ctx, tx, spot.text).await;
        }
        self.may_look(ctx, tx, &spot).await?;
        not_measurable(self.measured.as_deref())?;
        if spot.footing.status != Status::Handled {
            return Err(self.late(ctx, tx, spot.footing.status).await?);
        }
        let verify = Act {
            cases: Arc::clone(&self.rounds.cases),
            community: self.community,
            case: spot.case,
            version: None,
            verb: looked(self.passed, spot.text.clone()),
            via: Via::Rule,
        };
        verify.run(ctx, tx).await?;
        self.keep(ctx, tx, &spot, Self::NAME, (None, None)).await
    }
}

/// What verifies a case on the spot: somebody looked, and nobody was asked.
pub(super) fn looked(passed: bool, text: String) -> Verb {
    Verb::Verify {
        method: VerifyMethod::OnTheSpot,
        passed,
        responded: None,
        solved: None,
        satisfied: None,
        text,
        thanks: None,
    }
}

/// That somebody went back to what was found, and what they saw.
pub(super) struct Visit<'a> {
    pub(super) community: CommunityId,
    pub(super) finding: Uuid,
    pub(super) case: Uuid,
    pub(super) passed: bool,
    pub(super) text: &'a str,
    /// It was no longer waited for.
    pub(super) noted: Option<bool>,
    pub(super) measured: Option<Remeasured>,
}

impl Visit<'_> {
    /// The caller writes the audit entry.
    pub(super) async fn save(self, ctx: &Ctx, tx: &Tx<'_>) -> Result<return_visit::Model> {
        let visit = return_visit::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            finding_id: self.finding,
            case_id: self.case,
            passed: self.passed,
            text: self.text.to_owned(),
            at: ctx.now().0,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            noted: self.noted,
        };
        let visit = tx.insert::<return_visit::Entity>(visit).await?;
        if let Some(measured) = self.measured {
            measured.save(ctx, tx, &visit).await?;
        }
        Ok(visit)
    }
}

/// What somebody saw who came when it was no longer waited for: it stands beside what the others saw, and the case stays
/// as it is.
#[derive(Clone, Debug)]
pub struct NoteReturn(pub ReturnVisit);

impl Command for NoteReturn {
    type Output = Uuid;
    const NAME: &'static str = "rounds.note-return";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let Self(visit) = self;
        let spot = visit.spot(ctx, tx).await?;
        visit.may_look(ctx, tx, &spot).await?;
        let typed = (visit.measured.as_deref(), visit.passed);
        let measured = match &spot.hazard {
            Some(row) => remeasured(&visit.rounds, ctx, tx, row, typed).await?,
            None => {
                not_measurable(typed.0)?;
                None
            }
        };
        let noted = (Some(true), measured);
        visit.keep(ctx, tx, &spot, Self::NAME, noted).await
    }
}

/// A finding with a case, as somebody comes back to it.
struct Spot {
    case: Uuid,
    footing: CaseFooting,
    looked: Looked,
    hazard: Option<hazard::Model>,
    /// What was seen, without blanks around it.
    text: String,
}

impl ReturnVisit {
    /// What was typed is read, and what it is about found.
    async fn spot(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Spot> {
        may_walk(ctx, self.community, &[])?;
        let text = self.text.trim().to_owned();
        if text.is_empty() {
            return Err(Problem::invalid("text", "return-visit-what"));
        }
        if text.chars().count() > TEXT {
            return Err(Problem::invalid("text", "too-long").field_arg("max", TEXT));
        }
        if self.photographs.len() > MOST_SPOT_PHOTOS {
            let problem = Problem::invalid("photo", "round-photographs");
            return Err(problem.field_arg("max", MOST_SPOT_PHOTOS));
        }
        let found = finding::Entity::find_by_id((self.community.0, self.finding))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let areas = [found.grid_id, found.neighbourhood_id].map(|id| id.map(AreaId));
        let kind = SubjectKind::parse(&found.subject_kind).unwrap_or(SubjectKind::Dwelling);
        may_walk_to(ctx, self.community, kind, &areas)?;
        let case = found
            .case_id
            .ok_or_else(|| Problem::invalid("finding", "finding-no-case"))?;
        let hazard = hazard::Entity::find_by_id((self.community.0, self.finding))
            .one(tx.conn())
            .await?;
        let round = (self.community, found.round_id);
        let again = (hazard.as_ref(), self.measured.as_deref(), self.passed);
        not_of_before(&self.rounds, ctx, tx, round, &self.photographs, again).await?;
        let footing = footings(tx.conn(), &[(self.community, case)])
            .await?
            .remove(&case)
            .ok_or_else(|| Problem::internal("a finding's case is gone"))?;
        Ok(Spot {
            case,
            footing,
            looked: Looked {
                community: self.community,
                round: found.round_id,
                areas,
            },
            hazard,
            text,
        })
    }

    async fn may_look(&self, ctx: &Ctx, tx: &Tx<'_>, spot: &Spot) -> Result<()> {
        // Of a hazard its own rules say who looks.
        if let Some(row) = &spot.hazard {
            let who = standpoint(tx.conn(), ctx, row, &spot.footing).await?;
            return Ok(may_look(who)?);
        }
        if puts_right(ctx, &spot.footing) {
            return Err(Problem::new(ProblemKind::Forbidden, "own-work"));
        }
        if !may_recheck(tx.conn(), ctx, spot.looked).await? {
            return Err(Problem::new(ProblemKind::Forbidden, "recheck-for-others"));
        }
        Ok(())
    }

    /// Nobody waits for this visit any more: who was there before, and how the case stands now.
    async fn late(&self, ctx: &Ctx, tx: &Tx<'_>, status: Status) -> Result<Problem> {
        let last = last_visit(tx, self.community, self.finding).await?;
        let code = match (status, &last) {
            (Status::Closed, Some(last)) if last.passed => "return-late-passed",
            (Status::Closed, _) => "return-late-closed",
            (Status::Declined | Status::Cancelled | Status::Merged, _) => {
                return Ok(Problem::new(ProblemKind::Conflict, "return-late-ended"));
            }
            (_, Some(last)) if !last.passed => "return-late-failed",
            _ => "return-late-open",
        };
        Ok(told_late(ctx, code, last))
    }

    /// The visit and its photographs.
    async fn keep(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        spot: &Spot,
        action: &'static str,
        (noted, measured): (Option<bool>, Option<Remeasured>),
    ) -> Result<Uuid> {
        let visit = Visit {
            community: self.community,
            finding: self.finding,
            case: spot.case,
            passed: self.passed,
            text: &spot.text,
            noted,
            measured,
        };
        let visit = visit.save(ctx, tx).await?;
        for file in &self.photographs {
            let attach = AttachSpotPhoto {
                community: self.community,
                kind: SpotKind::Return,
                of: visit.id,
                file: file.clone(),
            };
            attach.run(ctx, tx).await?;
        }
        let entry = AuditEntry::new(action, "finding", self.finding)
            .detail(json!({ "passed": self.passed, "case": spot.case }));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::RETURN_VISITED, self.community, self.finding),
        );
        Ok(visit.id)
    }

    /// Of a hazard: the same visit, by the rules of hazards.
    async fn recheck(&self, ctx: &Ctx, tx: &Tx<'_>, text: String) -> Result<Uuid> {
        let act = ActOnHazard {
            rounds: Arc::clone(&self.rounds),
            community: self.community,
            hazard: self.finding,
            version: None,
            verb: HazardVerb::Recheck {
                passed: self.passed,
                text,
                measured: self.measured.clone(),
            },
            photographs: self.photographs.clone(),
        };
        act.run(ctx, tx).await?;
        return_visit::Entity::find()
            .filter(return_visit::Column::CommunityId.eq(self.community.0))
            .filter(return_visit::Column::FindingId.eq(self.finding))
            .order_by_desc(return_visit::Column::At)
            .one(tx.conn())
            .await?
            .map(|row| row.id)
            .ok_or_else(|| Problem::internal("a re-check left no visit"))
    }
}

/// What was there when it was found, or while it was put right, does not show what is there now. What is wrong with the value
/// that was measured again is said with it: both are mended at once.
pub(super) async fn not_of_before(
    rounds: &Rounds,
    ctx: &Ctx,
    tx: &Tx<'_>,
    (community, round): (CommunityId, Uuid),
    photographs: &[StoredFile],
    (hazard, measured, passed): (Option<&hazard::Model>, Option<&str>, bool),
) -> Result<()> {
    if photographs.is_empty() {
        return Ok(());
    }
    use round_file::Column;
    let brought = photographs.iter().map(|file| file.sha256.as_str());
    let known = round_file::Entity::find()
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::RoundId.eq(round))
        .filter(Column::Sha256.is_in(brought))
        // Brought beforehand by whoever looks now.
        .filter(Column::Stage.ne("after"))
        .one(tx.conn())
        .await?;
    if known.is_none() {
        return Ok(());
    }
    let photo = Problem::invalid("photo", "return-photo-same");
    let value = match hazard {
        Some(row) => remeasured(rounds, ctx, tx, row, (measured, passed)).await,
        None => Ok(None),
    };
    Err(match value {
        Ok(_value) => photo,
        Err(value) => photo.and_fields_of(&value, str::to_owned),
    })
}

/// Who went back to a finding last, and what they saw; a note that nothing followed from is none.
pub(super) async fn last_visit(
    tx: &Tx<'_>,
    community: CommunityId,
    finding: Uuid,
) -> Result<Option<return_visit::Model>> {
    use return_visit::Column;
    Ok(return_visit::Entity::find()
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::FindingId.eq(finding))
        .filter(
            Condition::any()
                .add(Column::Noted.is_null())
                .add(Column::Noted.eq(false)),
        )
        .order_by_desc(Column::At)
        .one(tx.conn())
        .await?)
}

/// That somebody was there before: who, and when.
pub(super) fn told_late(
    ctx: &Ctx,
    code: &'static str,
    last: Option<return_visit::Model>,
) -> Problem {
    let late = Problem::new(ProblemKind::Conflict, code);
    match last {
        Some(last) => late
            .arg("by", last.by_name)
            .arg("when", since(Micros(last.at), ctx.now())),
        None => late,
    }
}

/// The time of day when that was today, else the day too.
fn since(at: Micros, now: Micros) -> String {
    let minute = at.local_minute();
    let today = at.date() == now.date();
    match minute.split_once(' ') {
        Some((_, time)) if today => time.to_owned(),
        _ => minute,
    }
}
