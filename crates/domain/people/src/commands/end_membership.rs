//! Somebody's role ends; that it was held stays on record.

use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use crate::entities::membership;
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;

/// See the module's text. Ending what has ended changes nothing.
#[derive(Clone, Debug)]
pub struct EndMembership {
    pub community: CommunityId,
    pub id: Uuid,
    /// When it ended, not before it began; `None`: now. What is noted in advance would hold already.
    pub at: Option<Micros>,
}

impl Command for EndMembership {
    type Output = ();
    const NAME: &'static str = "people.end-membership";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = membership::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        ctx.authorize(&PEOPLE_WRITE, AreaId(row.area_id))?;
        if row.valid_to.is_some() {
            return Ok(());
        }
        let at = self.at.unwrap_or_else(|| ctx.now());
        if at > ctx.now() {
            return Err(Problem::invalid("valid_to", "in-the-future-end"));
        }
        if at.0 < row.begun() {
            return Err(Problem::invalid("valid_to", "before-beginning"));
        }
        self.end(tx, row, at).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("people.end-membership", "membership", self.id),
        );
        tx.emit(
            ctx,
            event(events::MEMBERSHIP_SAVED, self.community, self.id),
        );
        Ok(())
    }
}

impl EndMembership {
    /// What ended before its area was split ends in the old area; in the new one it was never held.
    async fn end(&self, tx: &Tx<'_>, mut row: membership::Model, at: Micros) -> Result<()> {
        loop {
            let before = row.continues.filter(|_id| at.0 < row.valid_from);
            let ended = membership::Model {
                valid_to: Some(at.0.max(row.valid_from)),
                ..row
            };
            tx.update::<membership::Entity>(ended).await?;
            let Some(id) = before else {
                return Ok(());
            };
            row = membership::Entity::find_by_id((self.community.0, id))
                .one(tx.conn())
                .await?
                .ok_or_else(Problem::not_found)?;
        }
    }
}
