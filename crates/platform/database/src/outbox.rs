//! The outbox: events are rows of the command's transaction and go out afterwards, at least once, to idempotent
//! consumers. Claimed by leased polling; no triggers, no LISTEN/NOTIFY, no advisory locks (Citus has none of them).

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::sql::{col, insert_many, name};
use crate::tail::delivered;
use crate::{Command, Database, Tx};

/// Something that happened. The payload holds ids and codes, never personal data: consumers load what they may see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// `module.happened`, for example `cases.reported`.
    pub topic: String,
    pub community: CommunityId,
    pub subject: Uuid,
    pub payload: serde_json::Value,
}

pub(crate) async fn write(conn: &DatabaseTransaction, events: &[(Uuid, i64, Event)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = events
        .iter()
        .map(|(id, at, event)| {
            vec![
                event.community.0.into(),
                (*id).into(),
                event.topic.clone().into(),
                event.subject.into(),
                event.payload.to_string().into(),
                (*at).into(),
                0i32.into(),
                (*at).into(),
            ]
        })
        .collect();
    let columns = [
        "community_id",
        "id",
        "topic",
        "subject",
        "payload",
        "created_at",
        "attempts",
        "due_at",
    ];
    insert_many(conn, "outbox", &columns, rows, |_| {}).await
}

/// Takes events. Must be idempotent: an event comes again when the process died before it was marked.
pub trait Consumer: Send + Sync {
    fn name(&self) -> &'static str;
    fn wants(&self, topic: &str) -> bool;
    /// `id` is the same at each delivery of the event.
    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>>;
}

/// Hands the outbox to the consumers.
pub struct OutboxDispatcher {
    pub db: Database,
    pub consumers: Vec<Arc<dyn Consumer>>,
}

impl std::fmt::Debug for OutboxDispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxDispatcher")
            .field("consumers", &self.consumers.len())
            .finish_non_exhaustive()
    }
}

const LEASE: i64 = 60 * Micros::SECOND;
const BATCH: u64 = 200;
const MAX_BACKOFF: i64 = 6 * Micros::HOUR;

impl OutboxDispatcher {
    /// Runs until `stop` resolves. `ctx` gives a fresh context (areas may change meanwhile).
    pub async fn run(
        self,
        ctx: impl Fn() -> Ctx + Send + Sync,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        let mut wake = self.db.subscribe();
        loop {
            match self.drain(&ctx()).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(problem) => {
                    tracing::warn!(%problem, "the outbox could not be read; trying again")
                }
            }
            tokio::select! {
                _ = stop.changed() => return,
                _ = wake.recv() => { tokio::time::sleep(Duration::from_millis(20)).await; }
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
            }
        }
    }

    /// Delivers one batch; returns how many events were claimed.
    ///
    /// # Errors
    /// When the database cannot answer; the events stay and are claimed again after their lease.
    pub async fn drain(&self, ctx: &Ctx) -> Result<usize> {
        let claimed = self.db.execute(ctx, Claim).await?;
        let count = claimed.len();
        let mut done = Vec::new();
        let mut failed = Vec::new();
        for row in claimed {
            match self.deliver(ctx, &row).await {
                Ok(()) => done.push((row.event.community.0, row.id, row.created_at)),
                Err(problem) => {
                    tracing::warn!(topic = row.event.topic, %problem, attempts = row.attempts, "an event could not be delivered");
                    failed.push((row.event.community.0, row.id, row.attempts + 1));
                }
            }
        }
        if count > 0 {
            let settle = Settle {
                kept: self.db.is_postgres(),
                done,
                failed,
            };
            self.db.execute(ctx, settle).await?;
        }
        Ok(count)
    }

    async fn deliver(&self, ctx: &Ctx, row: &Claimed) -> Result<()> {
        for consumer in self
            .consumers
            .iter()
            .filter(|consumer| consumer.wants(&row.event.topic))
        {
            consumer.handle(ctx, row.id, &row.event).await?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Claimed {
    id: Uuid,
    attempts: i32,
    created_at: i64,
    event: Event,
}

struct Claim;

impl Command for Claim {
    type Output = Vec<Claimed>;
    const NAME: &'static str = "outbox.claim";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Vec<Claimed>> {
        let now = ctx.now().0;
        let mut due = Query::select();
        due.columns([
            name("community_id"),
            name("id"),
            name("topic"),
            name("subject"),
            name("payload"),
            name("attempts"),
            name("created_at"),
        ])
        .from(name("outbox"))
        .and_where(col("due_at").lte(now))
        .order_by(name("due_at"), Order::Asc)
        .limit(BATCH);
        let mut claimed = Vec::new();
        for row in tx.conn().query_all(&due).await? {
            let payload: String = row.try_get("", "payload")?;
            claimed.push(Claimed {
                id: row.try_get("", "id")?,
                attempts: row.try_get("", "attempts")?,
                created_at: row.try_get("", "created_at")?,
                event: Event {
                    topic: row.try_get("", "topic")?,
                    community: CommunityId(row.try_get("", "community_id")?),
                    subject: row.try_get("", "subject")?,
                    payload: serde_json::from_str(&payload).unwrap_or_default(),
                },
            });
        }
        // The lease: until it runs out nobody else sees the row as due. A rival that read the same row first finds
        // `due_at` changed and gets nothing.
        let mut mine = Vec::with_capacity(claimed.len());
        for row in claimed {
            let mut lease = Query::update();
            lease
                .table(name("outbox"))
                .value(name("due_at"), now.saturating_add(LEASE))
                .and_where(col("community_id").eq(row.event.community.0))
                .and_where(col("id").eq(row.id))
                .and_where(col("due_at").lte(now));
            if tx.conn().execute(&lease).await?.rows_affected() == 1 {
                mine.push(row);
            }
        }
        Ok(mine)
    }
}

/// 5 s, doubled at each attempt, six hours at most.
fn backoff(attempts: i32) -> i64 {
    let doubled = (5 * Micros::SECOND).saturating_mul(1 << attempts.clamp(0, 16));
    std::cmp::min(doubled, MAX_BACKOFF)
}

struct Settle {
    /// Other servers have open pages too: what is delivered stays a while for [`crate::LiveTail`].
    kept: bool,
    done: Vec<(i64, Uuid, i64)>,
    failed: Vec<(i64, Uuid, i32)>,
}

impl Command for Settle {
    type Output = ();
    const NAME: &'static str = "outbox.settle";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        for (community, id, created_at) in &self.done {
            if self.kept {
                let mut keep = Query::update();
                keep.table(name("outbox"))
                    .value(name("due_at"), delivered(*created_at))
                    .and_where(col("community_id").eq(*community))
                    .and_where(col("id").eq(*id));
                tx.conn().execute(&keep).await?;
                continue;
            }
            let mut delete = Query::delete();
            delete
                .from_table(name("outbox"))
                .and_where(col("community_id").eq(*community))
                .and_where(col("id").eq(*id));
            tx.conn().execute(&delete).await?;
        }
        for (community, id, attempts) in &self.failed {
            let backoff = backoff(*attempts);
            let mut update = Query::update();
            update
                .table(name("outbox"))
                .value(name("attempts"), *attempts)
                .value(name("due_at"), ctx.now().plus(backoff).0)
                .and_where(col("community_id").eq(*community))
                .and_where(col("id").eq(*id));
            tx.conn().execute(&update).await?;
        }
        Ok(())
    }
}
