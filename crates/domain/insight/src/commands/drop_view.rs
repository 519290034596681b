//! Drop a kept question: whoever kept it.

use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use crate::entities::view;
use crate::queries;

/// See the module's text.
#[derive(Debug)]
pub struct DropView {
    pub id: Uuid,
}

impl Command for DropView {
    type Output = ();
    const NAME: &'static str = "insight.drop-view";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = queries::find(tx.conn(), ctx, self.id).await?;
        if ctx.actor().id() != Some(row.account_id) {
            return Err(Problem::forbidden());
        }
        tx.delete::<view::Entity>(&row).await?;
        let community = CommunityId(row.community_id);
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "insight_view", self.id),
        );
        Ok(())
    }
}
