//! Switches a subscription on or off: by hand, or because the receiver said it is gone (410).

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, Ctx, Problem, Result};

use super::SYSTEM;
use super::save_webhook::changed;
use crate::entities::webhook_subscription;
use crate::permissions::NOTICES_ADMIN;

/// See the module's text.
#[derive(Debug)]
pub struct SwitchWebhook {
    pub id: Uuid,
    pub active: bool,
    /// The receiver's answer, not a person's decision.
    pub gone: bool,
}

impl Command for SwitchWebhook {
    type Output = ();
    const NAME: &'static str = "notices.switch-webhook";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = webhook_subscription::Entity::find_by_id((SYSTEM.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        ctx.authorize(&NOTICES_ADMIN, AreaId(row.area_id))?;
        if row.active == self.active {
            return Ok(());
        }
        let reason = if self.gone { "gone" } else { "hand" };
        let row = webhook_subscription::Model {
            active: self.active,
            ended_by: (!self.active).then(|| reason.to_owned()),
            ..row
        };
        tx.update::<webhook_subscription::Entity>(row).await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("notices.switch-webhook", "webhook", self.id)
                .detail(json!({ "active": self.active, "by": reason })),
        );
        tx.emit(ctx, changed(self.id));
        Ok(())
    }
}
