//! Live pages of several servers on one PostgreSQL: each server tells its own events to its open pages at once, and
//! looks every second for what the others wrote (no triggers, no LISTEN/NOTIFY: Citus has neither).
//!
//! A transaction that began earlier may commit later, and clocks differ a little; therefore each look goes back
//! [`OVERLAP`] behind the newest event seen, and what was told before is not told again. Delivered events stay in the
//! outbox for [`KEPT`] so that slower servers still find them; on SQLite, one process, they are deleted at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::sql::{col, name};
use crate::{Command, Database, Event, Tx};

const PAUSE: Duration = Duration::from_secs(1);
const OVERLAP: i64 = 10 * Micros::SECOND;
const KEPT: i64 = 2 * Micros::MINUTE;
/// More than this in one look: only the newest are told. A page that hears of one looks at its whole list anyway.
const MOST: u64 = 5_000;
/// Looks from one tidying of delivered events to the next.
const TIDY: u32 = 60;

/// `due_at` of a delivered event is this plus the time of its making: never due, and found by the same index.
const DELIVERED: i64 = 1 << 62;

/// `due_at` of an event that was delivered.
fn delivered(created_at: i64) -> i64 {
    DELIVERED.saturating_add(created_at)
}

/// [`delivered`], worked out by the database.
pub(crate) fn delivered_in_place() -> Expr {
    col("created_at").add(DELIVERED)
}

/// Events that this process has told its open pages, for as long as they can be met again.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<HashMap<Uuid, i64>>);

impl Told {
    /// Whether it is the first time.
    pub(crate) fn note(&self, id: Uuid, created_at: i64) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert(id, created_at).is_none()
    }

    fn forget(&self, before: i64) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, created_at| *created_at >= before);
    }
}

/// Tells this server's open pages what other servers on the same database wrote.
#[derive(Debug)]
pub struct LiveTail {
    db: Database,
    /// The newest event seen, or the start of this server.
    newest: i64,
    looks: u32,
}

impl LiveTail {
    #[must_use]
    pub fn new(db: Database, now: Micros) -> Self {
        Self {
            db,
            newest: now.0,
            looks: 0,
        }
    }

    /// Runs until told to stop; ends at once on SQLite, where there are no other servers.
    pub async fn run(
        mut self,
        ctx: impl Fn() -> Ctx + Send + Sync,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        if !self.db.is_postgres() {
            return;
        }
        loop {
            if let Err(problem) = self.look(&ctx()).await {
                tracing::warn!(%problem, "events of other servers could not be read; trying again");
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Looks once; returns how many events it told.
    ///
    /// # Errors
    /// When the database cannot answer; the next look finds the same events.
    pub async fn look(&mut self, ctx: &Ctx) -> Result<usize> {
        let after = self.newest.saturating_sub(OVERLAP);
        let mut found = self.written_after(after).await?;
        found.reverse();
        let mut told = 0;
        for (id, created_at, event) in found {
            // A server whose clock is ahead must not make this one overlook the others.
            let seen = std::cmp::min(created_at, ctx.now().0);
            self.newest = std::cmp::max(self.newest, seen);
            if self.db.tell(id, created_at, event) {
                told += 1;
            }
        }
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(TIDY) {
            self.db.told().forget(self.newest.saturating_sub(KEPT));
            self.db.execute(ctx, PruneOutbox).await?;
        }
        Ok(told)
    }

    /// The newest first.
    async fn written_after(&self, after: i64) -> Result<Vec<(Uuid, i64, Event)>> {
        let waiting = Cond::all()
            .add(col("due_at").lt(DELIVERED))
            .add(col("created_at").gt(after));
        let mut find = Query::select();
        find.columns(
            [
                "community_id",
                "id",
                "topic",
                "subject",
                "payload",
                "created_at",
            ]
            .map(name),
        )
        .from(name("outbox"))
        .cond_where(
            Cond::any()
                .add(waiting)
                .add(col("due_at").gt(delivered(after))),
        )
        .order_by(name("created_at"), Order::Desc)
        .order_by(name("id"), Order::Desc)
        .limit(MOST);
        let mut found = Vec::new();
        for row in self.db.read().query_all(&find).await? {
            let payload: String = row.try_get("", "payload")?;
            let event = Event {
                topic: row.try_get("", "topic")?,
                community: CommunityId(row.try_get("", "community_id")?),
                subject: row.try_get("", "subject")?,
                payload: serde_json::from_str(&payload).unwrap_or_default(),
            };
            found.push((
                row.try_get("", "id")?,
                row.try_get("", "created_at")?,
                event,
            ));
        }
        Ok(found)
    }
}

/// Forgets delivered events that every server has seen. Also for SQLite, where a restored backup may hold some.
#[derive(Debug)]
pub struct PruneOutbox;

impl Command for PruneOutbox {
    type Output = u64;
    const NAME: &'static str = "outbox.prune";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let mut delete = Query::delete();
        delete
            .from_table(name("outbox"))
            .and_where(col("due_at").gte(DELIVERED))
            .and_where(col("due_at").lt(delivered(ctx.now().plus(-KEPT).0)));
        Ok(tx.conn().execute(&delete).await?.rows_affected())
    }
}
