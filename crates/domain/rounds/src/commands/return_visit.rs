//! Somebody else goes back, looks, and says whether it is put right: only then the case of a finding ends.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Verb, VerifyMethod};
use youlin_cases::{Act, Via};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};

use super::ActOnHazard;
use crate::entities::{finding, hazard, return_visit};
use crate::events::{self, event};
use crate::model::{HazardVerb, SubjectKind};
use crate::permissions::{may_walk, may_walk_to};
use crate::queries::{Looked, fixes, may_recheck};
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
    /// Of the same spot as it is now; already in the file store.
    pub photographs: Vec<StoredFile>,
}

impl Command for ReturnVisit {
    type Output = Uuid;
    const NAME: &'static str = "rounds.return-visit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        may_walk(ctx, self.community, &[])?;
        let text = self.text.trim().to_owned();
        if text.is_empty() {
            return Err(Problem::invalid("text", "return-visit-what"));
        }
        if text.chars().count() > TEXT {
            return Err(Problem::invalid("text", "too-long").field_arg("max", TEXT));
        }
        if self.photographs.len() > MOST_SPOT_PHOTOS {
            let problem = Problem::invalid("photographs", "round-photographs");
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
        // A hazard leaves the list by its own rules; they are asked.
        let hazard = hazard::Entity::find_by_id((self.community.0, self.finding))
            .one(tx.conn())
            .await?;
        if hazard.is_some() {
            return self.recheck(ctx, tx, text).await;
        }
        let looked = Looked {
            community: self.community,
            round: found.round_id,
            areas,
        };
        let fixes = fixes(tx.conn(), ctx, (self.community, case)).await?;
        if fixes {
            return Err(Problem::new(ProblemKind::Forbidden, "own-work"));
        }
        if !may_recheck(tx.conn(), ctx, looked).await? {
            return Err(Problem::new(ProblemKind::Forbidden, "recheck-for-others"));
        }
        let verify = Act {
            cases: Arc::clone(&self.rounds.cases),
            community: self.community,
            case,
            version: None,
            verb: Verb::Verify {
                method: VerifyMethod::OnTheSpot,
                passed: self.passed,
                responded: None,
                solved: Some(self.passed),
                satisfied: None,
                text: text.clone(),
                thanks: None,
            },
            via: Via::Rule,
        };
        verify.run(ctx, tx).await?;
        let visit = tx
            .insert::<return_visit::Entity>(return_visit::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                finding_id: self.finding,
                case_id: case,
                passed: self.passed,
                text,
                at: ctx.now().0,
                by_id: ctx.actor().id(),
                by_name: ctx.actor().name().to_owned(),
            })
            .await?;
        for file in &self.photographs {
            let attach = AttachSpotPhoto {
                community: self.community,
                kind: SpotKind::Return,
                of: visit.id,
                file: file.clone(),
            };
            attach.run(ctx, tx).await?;
        }
        let entry = AuditEntry::new(Self::NAME, "finding", self.finding)
            .detail(json!({ "passed": self.passed, "case": case }));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::RETURN_VISITED, self.community, self.finding),
        );
        Ok(visit.id)
    }
}

impl ReturnVisit {
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
