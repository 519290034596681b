//! A message that failed or was given up is tried again, from the beginning.

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, Value};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use crate::DeliveryState;
use crate::entities::delivery;
use crate::permissions::NOTICES_ADMIN;

/// See the module's text.
#[derive(Debug)]
pub struct SendAgain {
    pub id: Uuid,
}

impl Command for SendAgain {
    type Output = ();
    const NAME: &'static str = "notices.send-again";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let scope = ctx.scope(&NOTICES_ADMIN)?;
        let row = delivery::Entity::find()
            .filter(col("community_id").is_in(scope.communities()))
            .filter(col("id").eq(self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let ended = [DeliveryState::Failed, DeliveryState::GivenUp].map(DeliveryState::as_str);
        if !ended.contains(&row.state.as_str()) {
            return Err(Problem::new(ProblemKind::Conflict, "delivery-not-ended"));
        }
        let mut update = Query::update();
        update
            .table(name("delivery"))
            .value(name("state"), DeliveryState::Waiting.as_str())
            .value(name("attempts"), 0i32)
            .value(name("due_at"), ctx.now().0)
            .value(name("ended_at"), Value::BigInt(None))
            .and_where(col("community_id").eq(row.community_id))
            .and_where(col("id").eq(row.id));
        tx.conn().execute(&update).await?;
        tx.audit(
            ctx,
            CommunityId(row.community_id),
            AuditEntry::new("notices.send-again", "delivery", row.id)
                .detail(json!({ "channel": row.channel, "template": row.template })),
        );
        Ok(())
    }
}
