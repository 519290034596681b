//! Labels that hold for so many days end by themselves; that they held stays, and figures of those days still count them.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{
    AuditEntry, Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx,
};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::Vault;
use crate::commands::set_label::keep_ended;
use crate::entities::person_label;
use crate::events::{self, event};
use crate::queries::open_label;

/// Every hour.
pub const EXPIRE_LABELS: Recurring = Recurring {
    kind: "people.expire-labels",
    after: Micros::MINUTE,
    every: Micros::HOUR,
};

/// Labels of one transaction.
const BATCH: u64 = 200;

/// See the module's text.
#[derive(Debug)]
pub struct ExpireLabels(pub Arc<Vault>);

impl JobHandler for ExpireLabels {
    fn kind(&self) -> &'static str {
        EXPIRE_LABELS.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            for community in ctx.areas().communities() {
                loop {
                    let batch = EndDue {
                        vault: Arc::clone(&self.0),
                        community: *community,
                    };
                    if db.execute(ctx, batch).await? < BATCH {
                        break;
                    }
                }
            }
            Ok(EXPIRE_LABELS.again(ctx))
        }
        .boxed()
    }
}

struct EndDue {
    vault: Arc<Vault>,
    community: CommunityId,
}

impl Command for EndDue {
    type Output = u64;
    const NAME: &'static str = "people.end-due-labels";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let due = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(self.community.0))
            .filter(person_label::Column::ExpiresAt.lte(ctx.now().0))
            .order_by_asc(person_label::Column::Id)
            .limit(BATCH)
            .all(tx.conn())
            .await?;
        let ended = due.len() as u64;
        for row in due {
            let (person, at) = (row.person_id, row.expires_at.unwrap_or_default());
            let label = open_label(&self.vault, &row)?;
            tx.delete::<person_label::Entity>(&row).await?;
            keep_ended(ctx, tx, &self.vault, row, &label, at).await?;
            tx.emit(ctx, event(events::PERSON_SAVED, self.community, person));
        }
        if ended > 0 {
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new(Self::NAME, "label", Uuid::nil()).detail(json!({ "ended": ended })),
            );
        }
        Ok(ended)
    }
}
