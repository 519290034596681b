//! Leased jobs: reminders, deadlines, imports. A job survives a restart; a runner that dies loses its lease.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::sql::{col, insert_many, name};
use crate::{Command, Database, Tx};

/// A job to plan.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub community: CommunityId,
    /// `module.job`, for example `cases.follow-up-reminder`.
    pub kind: &'static str,
    /// One job per community, kind and key.
    pub key: String,
    pub run_at: Micros,
    pub payload: serde_json::Value,
}

/// A job that runs again and again: one for all servers and communities. A module lists its own, and each server plans
/// them at its start; planning one again moves it, nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// `module.job`; the module has a [`JobHandler`] of this kind.
    pub kind: &'static str,
    /// How long after a start it runs for the first time. Microseconds.
    pub after: i64,
    /// How long after a run it runs again. Microseconds.
    pub every: i64,
}

impl Recurring {
    /// What its handler says at the end of a run.
    #[must_use]
    pub fn again(&self, ctx: &Ctx) -> JobOutcome {
        JobOutcome::Again(ctx.now().plus(self.every))
    }
}

/// Plans recurring jobs.
#[derive(Debug)]
pub struct PlanRecurring(pub Vec<Recurring>);

impl Command for PlanRecurring {
    type Output = ();
    const NAME: &'static str = "jobs.plan-recurring";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        for job in &self.0 {
            let planned = NewJob {
                community: CommunityId::SYSTEM,
                kind: job.kind,
                key: String::new(),
                run_at: ctx.now().plus(job.after),
                payload: serde_json::Value::Null,
            };
            tx.schedule(ctx, planned);
        }
        Ok(())
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Waiting,
    Done,
    Failed,
}

impl JobState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What a page with a progress bar shows.
#[derive(Clone, Debug, Serialize)]
pub struct JobStatus {
    pub id: Uuid,
    pub kind: String,
    pub state: String,
    pub done: i64,
    pub total: i64,
    /// A key of the message catalogue or a short text of the handler's.
    pub message: String,
}

/// What a handler says at the end of a run.
#[derive(Debug)]
pub enum JobOutcome {
    Done,
    /// Run again then (recurring jobs).
    Again(Micros),
}

/// One run of a job.
#[derive(Clone, Debug)]
pub struct JobRun {
    pub community: CommunityId,
    pub id: Uuid,
    pub kind: String,
    pub key: String,
    pub payload: serde_json::Value,
    pub attempts: i32,
}

/// Runs one kind of job. Must be idempotent.
pub trait JobHandler: Send + Sync {
    fn kind(&self) -> &'static str;
    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>>;
}

impl JobRun {
    /// Records how far the job is; also renews its lease.
    ///
    /// # Errors
    /// 503 when the database cannot write now.
    pub async fn progress(&self, ctx: &Ctx, db: &Database, done: i64, total: i64) -> Result<()> {
        let change = Change {
            community: self.community,
            id: self.id,
            values: vec![
                ("done", done.into()),
                ("total", total.into()),
                ("lease_until", ctx.now().plus(LEASE).0.into()),
            ],
        };
        db.execute(ctx, change).await
    }
}

const LEASE: i64 = 5 * Micros::MINUTE;
const BATCH: u64 = 50;
const MAX_ATTEMPTS: i32 = 8;

pub(crate) async fn write(conn: &DatabaseTransaction, jobs: &[(Uuid, i64, NewJob)]) -> Result<()> {
    let columns = [
        "community_id",
        "id",
        "kind",
        "key",
        "payload",
        "state",
        "run_at",
        "lease_until",
        "attempts",
        "done",
        "total",
        "message",
        "created_at",
    ];
    // Two jobs of one key in one group would meet in one statement, which PostgreSQL refuses: the later one wins.
    let mut latest: HashMap<(i64, &str, &str), &(Uuid, i64, NewJob)> = HashMap::new();
    for job in jobs {
        latest.insert((job.2.community.0, job.2.kind, job.2.key.as_str()), job);
    }
    let mut chosen: Vec<_> = latest.into_values().collect();
    chosen.sort_by_key(|job| job.0);
    let rows: Vec<Vec<Value>> = chosen
        .into_iter()
        .map(|(id, at, job)| {
            vec![
                job.community.0.into(),
                (*id).into(),
                job.kind.into(),
                job.key.clone().into(),
                job.payload.to_string().into(),
                JobState::Waiting.as_str().into(),
                job.run_at.0.into(),
                0i64.into(),
                0i32.into(),
                0i64.into(),
                0i64.into(),
                "".into(),
                (*at).into(),
            ]
        })
        .collect();
    let moved = "ON CONFLICT (community_id, kind, key) DO UPDATE SET payload = excluded.payload, \
                 state = excluded.state, run_at = excluded.run_at, attempts = excluded.attempts, \
                 lease_until = excluded.lease_until";
    insert_many(conn, "job", &columns, rows, moved).await
}

/// One job, for a progress bar.
///
/// # Errors
/// 404 when there is none.
pub async fn job_status(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<JobStatus> {
    let mut find = Query::select();
    find.columns([
        name("id"),
        name("kind"),
        name("state"),
        name("done"),
        name("total"),
        name("message"),
    ])
    .from(name("job"))
    .and_where(col("community_id").eq(community.0))
    .and_where(col("id").eq(id));
    let row = conn
        .query_one(&find)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(JobStatus {
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        state: row.try_get("", "state")?,
        done: row.try_get("", "done")?,
        total: row.try_get("", "total")?,
        message: row.try_get("", "message")?,
    })
}

/// The job of that kind and key, for a progress bar; `None` when it was never planned.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn job_of(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    kind: &str,
    key: &str,
) -> Result<Option<JobStatus>> {
    let mut find = Query::select();
    find.column(name("id"))
        .from(name("job"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("kind").eq(kind))
        .and_where(col("key").eq(key));
    match conn.query_one(&find).await? {
        None => Ok(None),
        Some(row) => job_status(conn, community, row.try_get("", "id")?)
            .await
            .map(Some),
    }
}

/// Lets go of what a dead runner had claimed. Only for a start that knows itself to be the only runner: the one process
/// of an embedded database.
#[derive(Debug)]
pub struct ReleaseLeases;

impl Command for ReleaseLeases {
    type Output = u64;
    const NAME: &'static str = "jobs.release-leases";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let mut update = Query::update();
        update
            .table(name("job"))
            .value(name("lease_until"), 0i64)
            .and_where(col("state").eq(JobState::Waiting.as_str()))
            .and_where(col("lease_until").gt(0i64));
        Ok(tx.conn().execute(&update).await?.rows_affected())
    }
}

/// Runs due jobs.
pub struct JobWorker {
    db: Database,
    handlers: HashMap<&'static str, Arc<dyn JobHandler>>,
}

impl std::fmt::Debug for JobWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobWorker")
            .field("kinds", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}

impl JobWorker {
    #[must_use]
    pub fn new(db: Database, handlers: Vec<Arc<dyn JobHandler>>) -> Self {
        Self {
            db,
            handlers: handlers
                .into_iter()
                .map(|handler| (handler.kind(), handler))
                .collect(),
        }
    }

    /// Runs until told to stop; a job that is running is finished first.
    pub async fn run(
        self,
        ctx: impl Fn() -> Ctx + Send + Sync,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        loop {
            match self.run_due(&ctx()).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(problem) => tracing::warn!(%problem, "jobs could not be read; trying again"),
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Claims and runs one batch of due jobs; returns how many ran. Tests call it with a moved clock.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn run_due(&self, ctx: &Ctx) -> Result<usize> {
        let kinds: Vec<&'static str> = self.handlers.keys().copied().collect();
        let runs = self.db.execute(ctx, Claim { kinds }).await?;
        let count = runs.len();
        for run in runs {
            let outcome = match self.handlers.get(run.kind.as_str()) {
                Some(handler) => handler.run(ctx, &self.db, &run).await,
                None => continue,
            };
            self.db.execute(ctx, settle(ctx, &run, &outcome)).await?;
        }
        Ok(count)
    }
}

fn settle(ctx: &Ctx, run: &JobRun, outcome: &Result<JobOutcome>) -> Change {
    let values = match outcome {
        Ok(JobOutcome::Done) => vec![("state", JobState::Done.as_str().into())],
        Ok(JobOutcome::Again(at)) => vec![
            ("run_at", at.0.into()),
            ("lease_until", 0i64.into()),
            ("attempts", 0i32.into()),
        ],
        Err(problem) => {
            tracing::warn!(kind = run.kind, %problem, attempts = run.attempts, "a job failed");
            let state = if run.attempts + 1 >= MAX_ATTEMPTS {
                JobState::Failed
            } else {
                JobState::Waiting
            };
            let backoff = (10 * Micros::SECOND).saturating_mul(1 << run.attempts.clamp(0, 12));
            vec![
                ("state", state.as_str().into()),
                ("attempts", (run.attempts + 1).into()),
                ("message", problem.code().into()),
                ("run_at", ctx.now().plus(backoff).0.into()),
                ("lease_until", 0i64.into()),
            ]
        }
    };
    Change {
        community: run.community,
        id: run.id,
        values,
    }
}

struct Claim {
    kinds: Vec<&'static str>,
}

impl Command for Claim {
    type Output = Vec<JobRun>;
    const NAME: &'static str = "jobs.claim";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Vec<JobRun>> {
        let now = ctx.now().0;
        let mut due = Query::select();
        due.columns(["community_id", "id", "kind", "key", "payload", "attempts"].map(name))
            .from(name("job"))
            .and_where(col("state").eq(JobState::Waiting.as_str()))
            .and_where(col("run_at").lte(now))
            .and_where(col("lease_until").lte(now))
            .and_where(col("kind").is_in(self.kinds.clone()))
            .order_by(name("run_at"), Order::Asc)
            .limit(BATCH);
        let mut mine = Vec::new();
        for row in tx.conn().query_all(&due).await? {
            let run = read_run(&row)?;
            let mut lease = Query::update();
            lease
                .table(name("job"))
                .value(name("lease_until"), now.saturating_add(LEASE))
                .and_where(col("community_id").eq(run.community.0))
                .and_where(col("id").eq(run.id))
                .and_where(col("lease_until").lte(now));
            if tx.conn().execute(&lease).await?.rows_affected() == 1 {
                mine.push(run);
            }
        }
        Ok(mine)
    }
}

fn read_run(row: &QueryResult) -> Result<JobRun> {
    let payload: String = row.try_get("", "payload")?;
    Ok(JobRun {
        community: CommunityId(row.try_get("", "community_id")?),
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        key: row.try_get("", "key")?,
        payload: serde_json::from_str(&payload).unwrap_or_default(),
        attempts: row.try_get("", "attempts")?,
    })
}

struct Change {
    community: CommunityId,
    id: Uuid,
    values: Vec<(&'static str, Value)>,
}

impl Command for Change {
    type Output = ();
    const NAME: &'static str = "jobs.change";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let mut update = Query::update();
        update
            .table(name("job"))
            .values(
                self.values
                    .iter()
                    .map(|(column, value)| (name(column), value.clone().into())),
            )
            .and_where(col("community_id").eq(self.community.0))
            .and_where(col("id").eq(self.id));
        tx.conn().execute(&update).await?;
        Ok(())
    }
}
