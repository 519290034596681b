//! What time does to cases: due times pass, deferrals come up for review, follow-ups are due, a loaded calendar year
//! settles provisional due times, a boundary begins to hold. A job looks every minute across communities (a named roll-up); each change is one
//! command in its own community, decided on the row as it is then.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::follow::Placed;
use super::{act, save};
use crate::entities::case_task;
use crate::model::{Happened, Status};
use crate::service::Cases;

/// The job: every minute, from the start on.
pub const SWEEP: Recurring = Recurring {
    kind: "cases.sweep",
    after: 0,
    every: Micros::MINUTE,
};
const BATCH: u64 = 500;
/// Helpers are reminded this long before the appointed time.
const REMIND_BEFORE: i64 = 2 * Micros::HOUR;

/// The handler of the job.
pub struct Sweep {
    cases: Arc<Cases>,
    placed: Placed,
}

impl std::fmt::Debug for Sweep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sweep").finish_non_exhaustive()
    }
}

impl Sweep {
    #[must_use]
    pub fn new(cases: Arc<Cases>) -> Self {
        Self {
            cases,
            placed: Placed::default(),
        }
    }
}

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
            self.sweep(ctx, db).await?;
            Ok(SWEEP.again(ctx))
        })
    }
}

impl Sweep {
    /// One look.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn sweep(&self, ctx: &Ctx, db: &Database) -> Result<()> {
        let now = ctx.now();
        let running = [
            col("ended_at").is_null(),
            col("overdue").eq(false),
            col("clock_stopped").eq(false),
            col("due_at").lte(now.0),
        ];
        for (community, case) in find(db, "case_record", &running).await? {
            db.execute(ctx, self.change(community, case, Change::Overdue))
                .await?;
        }
        let review = [col("review_at").is_not_null(), col("review_at").lte(now.0)];
        for (community, case) in find(db, "case_record", &review).await? {
            db.execute(ctx, self.change(community, case, Change::ReviewDue))
                .await?;
        }
        let last = self.last_loaded_year();
        let provisional = [
            col("due_provisional").is_not_null(),
            col("due_provisional").lte(last),
        ];
        for (community, case) in find(db, "case_record", &provisional).await? {
            db.execute(ctx, self.change(community, case, Change::Recompute))
                .await?;
        }
        let planned = [
            col("ended_at").is_null(),
            col("planned_at").is_not_null(),
            col("reminded_at").is_null(),
            col("planned_at").lte(now.plus(REMIND_BEFORE).0),
        ];
        for (community, task) in find(db, "case_task", &planned).await? {
            db.execute(ctx, Remind { community, task }).await?;
        }
        self.placed.look(ctx, db, &self.cases).await
    }

    fn last_loaded_year(&self) -> i32 {
        self.cases
            .calendar()
            .tables()
            .map(|table| i32::from(table.year))
            .max()
            .unwrap_or(0)
    }

    fn change(&self, community: CommunityId, case: Uuid, change: Change) -> TimeChange {
        TimeChange {
            cases: Arc::clone(&self.cases),
            community,
            case,
            change,
        }
    }
}

async fn find(
    db: &Database,
    table: &'static str,
    conditions: &[sea_orm::sea_query::SimpleExpr],
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

#[derive(Clone, Copy, Debug)]
enum Change {
    Overdue,
    ReviewDue,
    Recompute,
}

struct TimeChange {
    cases: Arc<Cases>,
    community: CommunityId,
    case: Uuid,
    change: Change,
}

impl Command for TimeChange {
    type Output = ();
    const NAME: &'static str = "cases.time-change";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let before = act::load(tx, self.community, self.case).await?;
        let mut after = before.clone();
        let now = ctx.now();
        let calendar = self.cases.calendar();
        let happened = match self.change {
            Change::Overdue
                if !before.status().is_ended()
                    && !before.case.clock_stopped
                    && before.case.due_at <= now.0 =>
            {
                after.case.overdue = true;
                Happened::new("overdue")
            }
            Change::ReviewDue
                if before.status() == Status::Deferred
                    && before.case.review_at.is_some_and(|at| at <= now.0) =>
            {
                after.case.review_at = None;
                Happened::new("review_due")
            }
            Change::Recompute => {
                crate::model::recompute_due(&mut after.case, &calendar);
                if after.case == before.case {
                    return Ok(());
                }
                let data =
                    json!({ "from": Micros(before.case.due_at), "to": Micros(after.case.due_at) });
                Happened::new("deadline_recomputed").data(data)
            }
            // Somebody was faster; nothing is left to do.
            _ => return Ok(()),
        };
        save::outcome(ctx, tx, &before, after, &[happened], "cases.time-change").await?;
        Ok(())
    }
}

/// The helpers of a follow-up are reminded.
struct Remind {
    community: CommunityId,
    task: Uuid,
}

impl Command for Remind {
    type Output = ();
    const NAME: &'static str = "cases.remind";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let task = case_task::Entity::find_by_id((self.community.0, self.task))
            .one(tx.conn())
            .await?;
        let Some(task) = task.filter(|task| task.ended_at.is_none() && task.reminded_at.is_none())
        else {
            return Ok(());
        };
        let before = act::load(tx, self.community, task.case_id).await?;
        let mut after = before.clone();
        for one in after.tasks.iter_mut().filter(|one| one.id == self.task) {
            one.reminded_at = Some(ctx.now().0);
        }
        let data = json!({ "task": task.id, "party": crate::model::task_party(&task), "at": task.planned_at.map(Micros) });
        let happened = [Happened::new("follow_up_due").data(data)];
        save::outcome(ctx, tx, &before, after, &happened, "cases.remind").await?;
        Ok(())
    }
}
