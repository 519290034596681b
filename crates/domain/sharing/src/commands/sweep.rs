//! What time does: a loan is not back, an answer is overdue. A job looks across communities (a named roll-up); each is
//! told once for each time it was due.

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Order, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{
    AuditEntry, Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx,
};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::stock;
use crate::entities::{resource_loan, support_offer, support_request};
use crate::events::{self, event};
use crate::model::{OfferState, SupportState};
use crate::service::party;

/// The job: every five minutes.
pub const SWEEP: Recurring = Recurring {
    kind: "sharing.sweep",
    after: Micros::MINUTE,
    every: 5 * Micros::MINUTE,
};
const BATCH: u64 = 500;

/// The handler of the job.
#[derive(Debug)]
pub(crate) struct Sweep;

impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        SWEEP.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        Box::pin(async move {
            sweep(ctx, db).await?;
            Ok(SWEEP.again(ctx))
        })
    }
}

pub(crate) async fn sweep(ctx: &Ctx, db: &Database) -> Result<()> {
    let now = ctx.now().0;
    let late = [
        col("state").eq("out"),
        col("late_told_at").is_null(),
        col("to_at").lt(now),
    ];
    for (community, loan) in find(db, "resource_loan", &late).await? {
        db.execute(ctx, LoanLate { community, loan }).await?;
    }
    let waiting = [
        col("ended_at").is_null(),
        col("late_told_at").is_null(),
        col("state").ne("answered"),
        col("due_at").lt(now),
    ];
    for (community, request) in find(db, "support_request", &waiting).await? {
        db.execute(ctx, SupportLate { community, request }).await?;
    }
    Ok(())
}

async fn find(
    db: &Database,
    table: &'static str,
    conditions: &[SimpleExpr],
) -> Result<Vec<(CommunityId, Uuid)>> {
    let mut query = Query::select();
    query
        .columns([name("community_id"), name("id")])
        .from(name(table))
        .order_by(name("id"), Order::Asc)
        .limit(BATCH);
    for condition in conditions {
        query.and_where(condition.clone());
    }
    let mut found = Vec::new();
    for row in db.read().query_all(&query).await? {
        found.push((
            CommunityId(row.try_get("", "community_id")?),
            row.try_get("", "id")?,
        ));
    }
    Ok(found)
}

struct LoanLate {
    community: CommunityId,
    loan: Uuid,
}

impl Command for LoanLate {
    type Output = ();
    const NAME: &'static str = "sharing.loan-late";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = resource_loan::Entity::find_by_id((self.community.0, self.loan))
            .one(tx.conn())
            .await?;
        let Some(row) =
            row.filter(|row| row.late_told_at.is_none() && stock::loan(row).is_late(ctx.now().0))
        else {
            return Ok(());
        };
        let payload = json!({ "resource": row.resource_id, "case": row.case_id });
        tx.update::<resource_loan::Entity>(resource_loan::Model {
            late_told_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "resource_loan", self.loan);
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::LOAN_LATE, self.community, self.loan, payload),
        );
        Ok(())
    }
}

struct SupportLate {
    community: CommunityId,
    request: Uuid,
}

impl Command for SupportLate {
    type Output = ();
    const NAME: &'static str = "sharing.support-late";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        use sea_orm::{ColumnTrait, QueryFilter};
        let row = support_request::Entity::find_by_id((self.community.0, self.request))
            .one(tx.conn())
            .await?;
        let owed = |row: &support_request::Model| {
            let state = SupportState::parse(&row.state);
            let answered = state == Some(SupportState::Answered);
            row.late_told_at.is_none() && !answered && row.due_at < ctx.now().0
        };
        let Some(row) = row.filter(owed) else {
            return Ok(());
        };
        let taken = support_offer::Entity::find()
            .filter(support_offer::Column::CommunityId.eq(self.community.0))
            .filter(support_offer::Column::RequestId.eq(self.request))
            .filter(support_offer::Column::State.eq(OfferState::Accepted.as_str()))
            .one(tx.conn())
            .await?;
        let parties: Vec<_> = taken
            .filter(|_| row.state == SupportState::Accepted.as_str())
            .and_then(|offer| party(&offer.party_kind, offer.party_id))
            .into_iter()
            .collect();
        let payload = json!({ "parties": parties, "asker": row.asked_by });
        tx.update::<support_request::Entity>(support_request::Model {
            late_told_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "support_request", self.request);
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::SUPPORT_LATE, self.community, self.request, payload),
        );
        Ok(())
    }
}
