//! Premises that no longer exist are closed, with the reason. While somebody does business there they are not; their stalls
//! and equipment end with them, and everything stays on record.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::super::save_building::field;
use super::save_premises::premises_of;
use crate::entities::{equipment, premises, stall};
use crate::events;
use crate::permissions::PLACES_REGISTER;
use crate::premises::{Occupants, Spots};

/// Longest reason.
pub(crate) const REASON_MAX: usize = 200;

/// See the module's text. Closing what is closed changes nothing.
#[derive(Clone, Debug)]
pub struct ClosePremises {
    pub community: CommunityId,
    pub id: Uuid,
    pub version: i32,
    pub reason: String,
    pub occupants: Occupants,
}

impl Command for ClosePremises {
    type Output = ();
    const NAME: &'static str = "places.close-premises";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let reason = field("reason", &self.reason, REASON_MAX, true)?;
        let old = premises_of(tx, self.community, self.id).await?;
        if old.closed_at.is_some() {
            return Ok(());
        }
        let spots = Spots {
            premises: vec![self.id],
            ..Spots::default()
        };
        self.occupants
            .refuse(tx.conn(), self.community, &spots, None)
            .await?;
        let now = ctx.now().0;
        tx.update::<premises::Entity>(premises::Model {
            version: self.version,
            closed_at: Some(now),
            closed_reason: Some(reason),
            ..old
        })
        .await?;
        let stalls = stall::Entity::find()
            .filter(stall::Column::CommunityId.eq(self.community.0))
            .filter(stall::Column::PremisesId.eq(self.id))
            .filter(stall::Column::EndedAt.is_null())
            .all(tx.conn())
            .await?;
        let ended = stalls.len();
        for row in stalls {
            tx.update::<stall::Entity>(stall::Model {
                ended_at: Some(now),
                ..row
            })
            .await?;
        }
        let at = equipment::Column::PremisesId.eq(self.id);
        let equipment = end_equipment(ctx, tx, self.community, Condition::all().add(at)).await?;
        let entry = AuditEntry::new(Self::NAME, "premises", self.id)
            .detail(json!({"stalls": ended, "equipment": equipment}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::premises_changed(self.community, self.id));
        Ok(())
    }
}

/// Ends the equipment there; how many. The caller writes the audit entry.
pub(crate) async fn end_equipment(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    at: Condition,
) -> Result<usize> {
    let rows = equipment::Entity::find()
        .filter(equipment::Column::CommunityId.eq(community.0))
        .filter(at)
        .filter(equipment::Column::EndedAt.is_null())
        .all(tx.conn())
        .await?;
    let count = rows.len();
    for row in rows {
        tx.update::<equipment::Entity>(equipment::Model {
            ended_at: Some(ctx.now().0),
            ..row
        })
        .await?;
    }
    Ok(count)
}

/// Nothing new is entered in what is closed.
pub(super) fn open(row: &premises::Model) -> Result<()> {
    match row.closed_at {
        None => Ok(()),
        Some(_closed) => Err(Problem::invalid("premises", "premises-closed")),
    }
}
