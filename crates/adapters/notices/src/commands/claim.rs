//! Takes due messages for one courier: until the lease runs out nobody else sees them as due.

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use youlin_database::sql::{col, name};
use youlin_database::{Command, Tx};
use youlin_kernel::{Ctx, Micros, Result};

use crate::DeliveryState;
use crate::entities::delivery;

/// Longer than a batch can take: see `courier`.
const LEASE: i64 = 5 * Micros::MINUTE;
pub(crate) const BATCH: u64 = 32;

/// See the module's text. A named roll-up: it looks across communities, by due time.
pub(crate) struct Claim;

impl Command for Claim {
    type Output = Vec<delivery::Model>;
    const NAME: &'static str = "notices.claim";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Vec<delivery::Model>> {
        let now = ctx.now().0;
        let due = delivery::Entity::find()
            .filter(col("state").eq(DeliveryState::Waiting.as_str()))
            .filter(col("due_at").lte(now))
            .order_by(delivery::Column::DueAt, Order::Asc)
            .limit(BATCH)
            .all(tx.conn())
            .await?;
        let mut mine = Vec::with_capacity(due.len());
        for row in due {
            let mut lease = Query::update();
            lease
                .table(name("delivery"))
                .value(name("due_at"), now.saturating_add(LEASE))
                .and_where(col("community_id").eq(row.community_id))
                .and_where(col("id").eq(row.id))
                .and_where(col("due_at").eq(row.due_at))
                .and_where(col("state").eq(DeliveryState::Waiting.as_str()));
            if tx.conn().execute(&lease).await?.rows_affected() == 1 {
                mine.push(row);
            }
        }
        Ok(mine)
    }
}
