//! The outbox: events are rows of the command's transaction and go out afterwards, at least once, to idempotent
//! consumers. Claimed by leased polling; no triggers, no LISTEN/NOTIFY, no advisory locks (Citus has none of them).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sea_query::{Condition, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::sql::{col, insert_many, name};
use crate::tail::delivered_in_place;
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
    insert_many(conn, "outbox", &columns, rows, "").await
}

/// Takes events. Must be idempotent: an event comes again when the process died before it was marked.
pub trait Consumer: Send + Sync {
    fn name(&self) -> &'static str;
    fn wants(&self, topic: &str) -> bool;
    /// Told which wanted events come next, so that what they need can be read together. It may fail or be left out:
    /// `handle` then reads by itself.
    fn foresee<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _events: &'a [(Uuid, &'a Event)],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
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
const STEP_BACK: Duration = Duration::from_millis(400);

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
                // In a storm reports go first: what is told of them can wait, being told while they come in would
                // take the machine away from them. Open pages hear at once all the same.
                Ok(_) if self.db.is_busy() => {
                    tokio::select! {
                        _ = stop.changed() => return,
                        () = tokio::time::sleep(STEP_BACK) => continue,
                    }
                }
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
        self.foresee(ctx, &claimed).await;
        let mut done = Vec::new();
        let mut failed = Vec::new();
        for row in claimed {
            match self.deliver(ctx, &row).await {
                Ok(()) => done.push((row.event.community.0, row.id)),
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

    async fn foresee(&self, ctx: &Ctx, claimed: &[Claimed]) {
        for consumer in &self.consumers {
            let events: Vec<(Uuid, &Event)> = claimed
                .iter()
                .filter(|row| consumer.wants(&row.event.topic))
                .map(|row| (row.id, &row.event))
                .collect();
            if events.is_empty() {
                continue;
            }
            if let Err(problem) = consumer.foresee(ctx, &events).await {
                tracing::debug!(%problem, consumer = consumer.name(), "events are read one by one");
            }
        }
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
                event: Event {
                    topic: row.try_get("", "topic")?,
                    community: CommunityId(row.try_get("", "community_id")?),
                    subject: row.try_get("", "subject")?,
                    payload: serde_json::from_str(&payload).unwrap_or_default(),
                },
            });
        }
        lease(tx, claimed, now).await
    }
}

/// Until the lease runs out nobody else sees these events as due. A rival that read the same rows first finds their
/// `due_at` changed and gets none of them.
async fn lease(tx: &Tx<'_>, claimed: Vec<Claimed>, now: i64) -> Result<Vec<Claimed>> {
    if claimed.is_empty() {
        return Ok(claimed);
    }
    let mut lease = Query::update();
    lease
        .table(name("outbox"))
        .value(name("due_at"), now.saturating_add(LEASE))
        .cond_where(these(
            claimed.iter().map(|row| (row.event.community.0, row.id)),
        ))
        .and_where(col("due_at").lte(now))
        .returning_col(name("id"));
    let mut mine = HashSet::with_capacity(claimed.len());
    for row in tx.conn().query_all(&lease).await? {
        let id: Uuid = row.try_get("", "id")?;
        mine.insert(id);
    }
    Ok(claimed
        .into_iter()
        .filter(|row| mine.contains(&row.id))
        .collect())
}

/// The rows with these keys. Ids are unique by themselves; the communities lead to them by the primary key.
fn these(keys: impl Iterator<Item = (i64, Uuid)>) -> Condition {
    let (mut communities, ids): (Vec<i64>, Vec<Uuid>) = keys.unzip();
    communities.sort_unstable();
    communities.dedup();
    Condition::all()
        .add(col("community_id").is_in(communities))
        .add(col("id").is_in(ids))
}

/// 5 s, doubled at each attempt, six hours at most.
fn backoff(attempts: i32) -> i64 {
    let doubled = (5 * Micros::SECOND).saturating_mul(1 << attempts.clamp(0, 16));
    std::cmp::min(doubled, MAX_BACKOFF)
}

struct Settle {
    /// Other servers have open pages too: what is delivered stays a while for [`crate::LiveTail`].
    kept: bool,
    done: Vec<(i64, Uuid)>,
    failed: Vec<(i64, Uuid, i32)>,
}

impl Command for Settle {
    type Output = ();
    const NAME: &'static str = "outbox.settle";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        if !self.done.is_empty() {
            let done = these(self.done.iter().copied());
            if self.kept {
                let mut keep = Query::update();
                keep.table(name("outbox"))
                    .value(name("due_at"), delivered_in_place())
                    .cond_where(done);
                tx.conn().execute(&keep).await?;
            } else {
                let mut delete = Query::delete();
                delete.from_table(name("outbox")).cond_where(done);
                tx.conn().execute(&delete).await?;
            }
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
