//! The transaction a command works in. Saving a record without an audit entry is a fault of the command, found at once;
//! so is a blind command ([`crate::Command::blind`]) that reads.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, IntoActiveModel, QueryFilter,
};
use serde::Serialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use crate::audit::{AuditEntry, PendingAudit, TouchedRow};
use crate::counters::CounterKey;
use crate::group::{NewRows, Pending};
use crate::idempotency::{self, Answer, NewAnswer};
use crate::kept::{self, Kept, Series};
use crate::new::{New, columns};
use crate::sql::insert_many;
use crate::{Event, NewJob, Record, row_digest, turns};

/// Keys in one statement.
const MOST_KEYS: usize = 500;

/// See the module's text.
#[derive(Debug)]
pub struct Tx<'a> {
    conn: &'a DatabaseTransaction,
    /// Of the single writer on SQLite.
    kept: Option<&'a Kept>,
    blind: bool,
    /// A blind command touched the database, or the database failed it.
    tainted: AtomicBool,
    pending: Mutex<Pending>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a DatabaseTransaction, kept: Option<&'a Kept>, blind: bool) -> Self {
        Self {
            conn,
            kept,
            blind,
            tainted: AtomicBool::new(false),
            pending: Mutex::default(),
        }
    }

    /// For reads inside the command and for rows that are no records (relations, caches). Not for blind commands.
    #[must_use]
    pub fn conn(&self) -> &DatabaseTransaction {
        if self.blind {
            self.taint();
        }
        self.conn
    }

    /// The next running number of a community in `table` (columns `community_id`, `day`, `last`), counted anew for
    /// each `day`. Numbers of commands that fail may be skipped.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn next_number(
        &self,
        table: &'static str,
        community: CommunityId,
        day: i32,
    ) -> Result<i32> {
        let series = Series {
            table,
            community: community.0,
            period: day,
        };
        let next = match self.kept {
            Some(kept) => kept.next(self.conn, series).await,
            None => kept::next_in_table(self.conn, &series).await,
        };
        next.inspect_err(|_| self.taint())
    }

    /// Waits until whoever is at the same thing in the community has ended; whoever comes later waits for this transaction.
    /// What is read from then on is what they left. The key says what it is about.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn in_turn(&self, community: CommunityId, key: &[u8]) -> Result<()> {
        // One writer is always alone.
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        turns::take(self.conn, community.0, key)
            .await
            .inspect_err(|_| self.taint())
    }

    fn taint(&self) {
        self.tainted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_tainted(&self) -> bool {
        self.tainted.load(Ordering::Relaxed)
    }

    /// The answer kept under an idempotency key.
    pub(crate) async fn answer(&self, key: &(i64, String)) -> Result<Option<Answer>> {
        if let Some(known) = self.kept.and_then(|kept| kept.answer(key)) {
            return Ok(known);
        }
        let found = idempotency::find_all(self.conn, std::slice::from_ref(key))
            .await
            .inspect_err(|_| self.taint())?;
        Ok(found.into_values().next())
    }

    pub(crate) fn keep_answer(&self, new: NewAnswer) {
        self.with(|pending| pending.answers.push(new));
    }

    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }

    /// Saves a new record.
    ///
    /// # Errors
    /// 503 when the database cannot write now, 500 for a broken constraint the command should have checked.
    pub async fn insert<E>(&self, model: E::Model) -> Result<E::Model>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send,
    {
        if self.blind {
            self.insert_new::<E>(vec![New::of(model.clone())]).await?;
            return Ok(model);
        }
        self.touch(E::TABLE, E::id(&model), Some(row_digest(&model)));
        E::insert(model.clone().into_active_model())
            .exec_without_returning(self.conn)
            .await?;
        Ok(model)
    }

    /// Saves a changed record if nobody saved it since it was loaded: `model.version` is the version it was loaded
    /// with; the saved row, with the next version, is returned.
    ///
    /// # Errors
    /// 409 `stale` with the newer row when the race is lost.
    pub async fn update<E>(&self, mut model: E::Model) -> Result<E::Model>
    where
        E: Record,
        E::Model:
            Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + sea_orm::FromQueryResult,
        E::ActiveModel: Send,
    {
        let loaded = E::version(&model);
        E::set_version(&mut model, loaded.saturating_add(1));
        let key = |column: &'static str| Expr::col(Alias::new(column));
        let row = key("community_id")
            .eq(E::community(&model))
            .and(key("id").eq(E::id(&model)));
        let conn = self.conn();
        let done = E::update_many()
            .set(model.clone().into_active_model().reset_all())
            .filter(row.clone().and(key("version").eq(loaded)))
            .exec(conn)
            .await?;
        if done.rows_affected == 1 {
            self.touch(E::TABLE, E::id(&model), Some(row_digest(&model)));
            return Ok(model);
        }
        let newer = E::find().filter(row).one(conn).await?;
        match newer {
            Some(newer) => Err(Problem::stale(readable(
                serde_json::to_value(newer).unwrap_or_default(),
            ))),
            None => Err(Problem::not_found()),
        }
    }

    /// Writes a record whose meaning did not change (fields sealed anew): the version stays, so nobody who has the
    /// record open is told that somebody else saved it. Says whether it was written: not when somebody saved it since
    /// it was loaded.
    ///
    /// # Errors
    /// 503 when the database cannot write now.
    pub async fn rewrite<E>(&self, model: &E::Model) -> Result<bool>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send,
    {
        let key = |column: &'static str| Expr::col(Alias::new(column));
        let done = E::update_many()
            .set(model.clone().into_active_model().reset_all())
            .filter(
                key("community_id")
                    .eq(E::community(model))
                    .and(key("id").eq(E::id(model)))
                    .and(key("version").eq(E::version(model))),
            )
            .exec(self.conn())
            .await?;
        if done.rows_affected == 0 {
            return Ok(false);
        }
        self.touch(E::TABLE, E::id(model), Some(row_digest(model)));
        Ok(true)
    }

    /// Removes a record; the audit chain remembers that it went.
    ///
    /// # Errors
    /// 404 when it is not there.
    pub async fn delete<E>(&self, model: &E::Model) -> Result<()>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
    {
        let key = |column: &'static str| Expr::col(Alias::new(column));
        let done = E::delete_many()
            .filter(
                key("community_id")
                    .eq(E::community(model))
                    .and(key("id").eq(E::id(model)))
                    .and(key("version").eq(E::version(model))),
            )
            .exec(self.conn())
            .await?;
        if done.rows_affected == 0 {
            return Err(Problem::not_found());
        }
        self.touch(E::TABLE, E::id(model), None);
        Ok(())
    }

    /// Saves many new records of one table in few statements, for imports. After a failure the command must fail.
    ///
    /// # Errors
    /// 503 when the database cannot write now, 500 for a broken constraint the command should have checked.
    pub async fn insert_all<E>(&self, models: Vec<E::Model>) -> Result<()>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send,
    {
        self.insert_new::<E>(models.into_iter().map(New::of).collect())
            .await
    }

    /// [`Tx::insert_all`] of records that were made ready before.
    ///
    /// # Errors
    /// As [`Tx::insert_all`].
    pub async fn insert_new<E>(&self, records: Vec<New<E>>) -> Result<()>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send,
    {
        if records.is_empty() {
            return Ok(());
        }
        let touched: Vec<TouchedRow> = records.iter().map(New::touched).collect();
        self.with(|pending| pending.touched.extend(touched));
        let rows = records.into_iter().map(|new| new.values).collect();
        if self.blind {
            let (table, columns) = (E::TABLE, columns::<E>());
            self.with(|pending| {
                pending.record(NewRows {
                    table,
                    columns,
                    rows,
                });
            });
            return Ok(());
        }
        self.insert_rows(E::TABLE, &columns::<E>(), rows).await
    }

    /// Inserts rows that are no records (journals, caches) in few statements.
    ///
    /// # Errors
    /// As [`Tx::insert_all`].
    pub async fn insert_rows(
        &self,
        table: &'static str,
        columns: &[&str],
        rows: Vec<Vec<sea_orm::Value>>,
    ) -> Result<()> {
        insert_many(self.conn(), table, columns, rows, "").await
    }

    /// Removes many records of one table and community that were loaded in this transaction.
    ///
    /// # Errors
    /// 409 when one of them is no longer as it was loaded.
    pub async fn delete_all<E>(&self, models: &[E::Model]) -> Result<()>
    where
        E: Record,
        E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
    {
        let key = |column: &'static str| Expr::col(Alias::new(column));
        for some in models.chunks(MOST_KEYS) {
            let Some(first) = some.first() else { break };
            let ids = some.iter().map(|model| E::id(model));
            let done = E::delete_many()
                .filter(
                    key("community_id")
                        .eq(E::community(first))
                        .and(key("id").is_in(ids)),
                )
                .exec(self.conn())
                .await?;
            if done.rows_affected != some.len() as u64 {
                return Err(Problem::stale(serde_json::Value::Null));
            }
            for model in some {
                self.touch(E::TABLE, E::id(model), None);
            }
        }
        Ok(())
    }

    fn touch(&self, table: &'static str, id: Uuid, digest: Option<[u8; 32]>) {
        self.with(|pending| pending.touched.push(TouchedRow { table, id, digest }));
    }

    /// Writes the audit entry of what was saved so far; all rows saved since the last entry belong to this one.
    pub fn audit(&self, ctx: &Ctx, community: CommunityId, entry: AuditEntry) {
        self.with(|pending| {
            let rows = std::mem::take(&mut pending.touched);
            pending.audit.push(PendingAudit {
                community: community.0,
                at: ctx.now().0,
                actor_kind: ctx.actor().kind(),
                actor_id: ctx.actor().id(),
                actor_name: ctx.actor().name().to_owned(),
                request_id: ctx.request_id(),
                entry,
                rows,
            });
        });
    }

    /// Puts an event in the outbox; it goes to the live pages and to the consumers after the commit.
    pub fn emit(&self, ctx: &Ctx, event: Event) {
        self.with(|pending| pending.outbox.push((ctx.new_id(), ctx.now().0, event)));
    }

    /// Plans a job. A job with the same community, kind and key is moved to the new time.
    pub fn schedule(&self, ctx: &Ctx, job: NewJob) {
        self.with(|pending| pending.jobs.push((ctx.new_id(), ctx.now().0, job)));
    }

    /// Adds to a counter. `month` is 0 for current figures, else year × 100 + month.
    pub fn count(
        &self,
        community: CommunityId,
        area: AreaId,
        family: &'static str,
        month: i32,
        key: &str,
        delta: i64,
    ) {
        let counter = CounterKey {
            community: community.0,
            family,
            area: area.0,
            month,
            key: key.to_owned(),
        };
        self.with(|pending| {
            let counters: &mut BTreeMap<CounterKey, i64> = &mut pending.counters;
            *counters.entry(counter).or_default() += delta;
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut Pending) -> T) -> T {
        match self.pending.lock() {
            Ok(mut pending) => change(&mut pending),
            Err(poisoned) => change(&mut poisoned.into_inner()),
        }
    }

    pub(crate) fn into_pending(self) -> Result<Pending> {
        if self.blind && self.is_tainted() {
            return Err(Problem::internal("a command called blind reads or changes"));
        }
        let pending = match self.pending.into_inner() {
            Ok(pending) => pending,
            Err(poisoned) => poisoned.into_inner(),
        };
        match pending.touched.first() {
            Some(row) => Err(Problem::internal(format!(
                "a row of {} was saved without an audit entry",
                row.table
            ))),
            None => Ok(pending),
        }
    }
}

/// The row as it goes into an answer: without columns of bytes, which are sealed or made to be searched by.
fn readable(mut row: serde_json::Value) -> serde_json::Value {
    if let Some(columns) = row.as_object_mut() {
        columns.retain(|_, value| !value.is_array());
    }
    row
}
