//! Puts a visit on today's list, takes one off it, or undoes either.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, Ctx, Problem, ProblemKind, Result};

use crate::events::{self, event};
use crate::permissions::{ROUNDS_PLAN, VISITS_WALK};
use crate::service::Rounds;
use crate::visits::PickKind;
use crate::visits::entities::visit_pick;

/// See the module's text. It holds for today only: tomorrow is proposed anew.
#[derive(Clone, Debug)]
pub struct PickVisit {
    pub rounds: Arc<Rounds>,
    pub dwelling: Uuid,
    /// Nothing: as if nobody had touched it.
    pub kind: Option<PickKind>,
}

impl Command for PickVisit {
    type Output = ();
    const NAME: &'static str = "rounds.pick-visit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let place = self.rounds.cases.locator().dwelling(self.dwelling);
        let place = place.ok_or_else(Problem::not_found)?;
        ctx.authorize(&VISITS_WALK, place.area())?;
        let community = place.community;
        let day = ctx.now().date().to_string();
        let known = visit_pick::Entity::find()
            .filter(visit_pick::Column::CommunityId.eq(community.0))
            .filter(visit_pick::Column::Day.eq(&day))
            .filter(visit_pick::Column::DwellingId.eq(self.dwelling))
            .one(tx.conn())
            .await?;
        let same = known.as_ref().map(|row| row.kind.as_str()) == self.kind.map(PickKind::as_str);
        if same {
            return Ok(());
        }
        if let Some(row) = &known {
            of_somebody_else(ctx, row, place.area())?;
        }
        match (known, self.kind) {
            (Some(row), None) => tx.delete::<visit_pick::Entity>(&row).await?,
            (None, None) => {}
            (known, Some(kind)) => {
                let model = visit_pick::Model {
                    community_id: community.0,
                    id: known.as_ref().map_or_else(|| ctx.new_id(), |row| row.id),
                    version: known.as_ref().map_or(1, |row| row.version),
                    day,
                    dwelling_id: self.dwelling,
                    kind: kind.as_str().to_owned(),
                    by_id: ctx.actor().id(),
                    by_name: ctx.actor().name().to_owned(),
                    picked_at: ctx.now().0,
                };
                match known {
                    Some(_) => tx.update::<visit_pick::Entity>(model).await?,
                    None => tx.insert::<visit_pick::Entity>(model).await?,
                };
            }
        }
        let entry = AuditEntry::new(Self::NAME, "dwelling", self.dwelling)
            .detail(json!({ "kind": self.kind.map(PickKind::as_str) }));
        tx.audit(ctx, community, entry);
        tx.emit(ctx, event(events::VISIT_PICKED, community, self.dwelling));
        Ok(())
    }
}

/// What somebody put on the list or took off it stays as they did it, unless they or whoever plans change it.
fn of_somebody_else(ctx: &Ctx, row: &visit_pick::Model, area: AreaId) -> Result<()> {
    if row.by_id == ctx.actor().id() || ctx.authorize(&ROUNDS_PLAN, area).is_ok() {
        return Ok(());
    }
    let code = match PickKind::parse(&row.kind) {
        Some(PickKind::Added) => "visit-added-by-other",
        _ => "visit-away-by-other",
    };
    Err(Problem::new(ProblemKind::Conflict, code).arg("by", &row.by_name))
}
