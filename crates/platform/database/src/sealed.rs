//! Sealed columns, so that a change of keys finds all of them: each module lists its own, a test of the house compares the
//! lists with the tables, and one job walks them batch by batch.
//!
//! A batch is one transaction of one community. Sealing anew changes no meaning, so the version of a record stays; its
//! fingerprint changes, so it stands in the audit chain like every other change. Doing a batch twice changes nothing the
//! second time: a job that dies goes on where its last noted place is.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query};
use sea_orm::{
    ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait, QueryFilter,
    QueryOrder, QuerySelect, Value,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use crate::audit::AuditEntry;
use crate::sql::{col, name};
use crate::{Command, Database, Record, Tx};

/// A sealed column and what its envelopes are bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedColumn {
    /// In the database.
    pub column: &'static str,
    /// Table and column of the associated data.
    pub bound_to: (&'static str, &'static str),
    /// The associated data names the system community whatever community the row is of.
    pub system: bool,
}

impl SealedColumn {
    /// A column `<name>_sealed` bound to its own table and `name`.
    #[must_use]
    pub const fn new(column: &'static str, table: &'static str, name: &'static str) -> Self {
        Self {
            column,
            bound_to: (table, name),
            system: false,
        }
    }

    fn place(&self, community: i64, row: Uuid) -> SealedAt {
        SealedAt {
            table: self.bound_to.0,
            column: self.bound_to.1,
            community: CommunityId(if self.system { 0 } else { community }),
            row,
        }
    }
}

/// The place an envelope is bound to.
#[derive(Clone, Copy, Debug)]
pub struct SealedAt {
    pub table: &'static str,
    pub column: &'static str,
    pub community: CommunityId,
    pub row: Uuid,
}

/// Seals anew with the active key; implemented where the keys are.
pub trait Resealer: Send + Sync {
    /// The envelope sealed anew; `None` when the active key sealed it.
    ///
    /// # Errors
    /// When it cannot be opened: the row is then left as it is.
    fn reseal(&self, ctx: &Ctx, at: SealedAt, sealed: &[u8]) -> Result<Option<Vec<u8>>>;
    /// The number of the active key.
    fn active(&self) -> u16;
    /// The key an envelope (or its first bytes) was sealed with.
    fn key_of(&self, sealed: &[u8]) -> Option<u16>;
}

/// How far a walk through a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedPlace {
    pub community: i64,
    pub row: Uuid,
}

impl SealedPlace {
    /// Before the first row: communities are never negative.
    pub const START: Self = Self {
        community: -1,
        row: Uuid::nil(),
    };
}

/// What a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedBatch {
    /// Where to go on; `None` when the table is through.
    pub next: Option<SealedPlace>,
    pub seen: u64,
    pub changed: u64,
}

type Step = for<'a> fn(
    &'a SealedTable,
    &'a Database,
    &'a Ctx,
    Arc<dyn Resealer>,
    SealedPlace,
    u64,
) -> BoxFuture<'a, Result<SealedBatch>>;

/// A table with sealed columns.
#[derive(Clone, Copy)]
pub struct SealedTable {
    pub table: &'static str,
    pub columns: &'static [SealedColumn],
    step: Step,
}

impl std::fmt::Debug for SealedTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SealedTable").field(&self.table).finish()
    }
}

/// A table of records: their fingerprints go into the audit chain.
#[must_use]
pub fn sealed_record<E>(columns: &'static [SealedColumn]) -> SealedTable
where
    E: Record,
    E::Model: Serialize
        + Clone
        + IntoActiveModel<E::ActiveModel>
        + Sync
        + sea_orm::FromQueryResult
        + ModelTrait<Entity = E>,
    E::ActiveModel: Send,
{
    SealedTable {
        table: E::TABLE,
        columns,
        step: |table, db, ctx, resealer, after, limit| {
            Box::pin(async move {
                let Some(after) = position(db, table.table, after).await? else {
                    return Ok(SealedBatch::default());
                };
                let batch = RecordBatch::<E> {
                    table: *table,
                    resealer,
                    after,
                    limit,
                    of: std::marker::PhantomData,
                };
                db.execute(ctx, batch).await
            })
        },
    }
}

/// A table whose rows are no records.
#[must_use]
pub fn sealed_rows(table: &'static str, columns: &'static [SealedColumn]) -> SealedTable {
    SealedTable {
        table,
        columns,
        step: |table, db, ctx, resealer, after, limit| {
            Box::pin(async move {
                let Some(after) = position(db, table.table, after).await? else {
                    return Ok(SealedBatch::default());
                };
                let batch = RowBatch {
                    table: *table,
                    resealer,
                    after,
                    limit,
                };
                db.execute(ctx, batch).await
            })
        },
    }
}

impl SealedTable {
    /// Seals the next rows anew, at most so many.
    ///
    /// # Errors
    /// 503 when the database cannot write now.
    pub async fn step(
        &self,
        db: &Database,
        ctx: &Ctx,
        resealer: Arc<dyn Resealer>,
        after: SealedPlace,
        limit: u64,
    ) -> Result<SealedBatch> {
        (self.step)(self, db, ctx, resealer, after, limit).await
    }

    /// How many fields of each key there are now.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn keys(
        &self,
        db: &impl ConnectionTrait,
        resealer: &dyn Resealer,
    ) -> Result<Vec<(Option<u16>, u64)>> {
        let mut found: Vec<(Option<u16>, u64)> = Vec::new();
        for column in self.columns {
            let head = Func::cust(Alias::new("substr"))
                .arg(col(column.column))
                .arg(Expr::cust("1"))
                .arg(Expr::cust("3"));
            let mut query = Query::select();
            query
                .expr_as(head, name("head"))
                .expr_as(Expr::cust("COUNT(*)"), name("fields"))
                .from(Alias::new(self.table))
                .and_where(col(column.column).is_not_null())
                .add_group_by([Expr::col(name("head"))]);
            for row in db.query_all(&query).await? {
                let head: Vec<u8> = row.try_get("", "head")?;
                let fields: i64 = row.try_get("", "fields")?;
                let (key, fields) = (resealer.key_of(&head), u64::try_from(fields).unwrap_or(0));
                match found.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sum)) => *sum += fields,
                    None => found.push((key, fields)),
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// The community to read from: the one at hand while it has rows after the place, else the next that has any.
async fn position(
    db: &Database,
    table: &'static str,
    after: SealedPlace,
) -> Result<Option<SealedPlace>> {
    let mut rest = Query::select();
    rest.column(name("id"))
        .from(name(table))
        .and_where(col("community_id").eq(after.community))
        .and_where(col("id").gt(after.row))
        .limit(1);
    if db.read().query_one(&rest).await?.is_some() {
        return Ok(Some(after));
    }
    let mut next = Query::select();
    next.column(name("community_id"))
        .from(name(table))
        .and_where(col("community_id").gt(after.community))
        .order_by(name("community_id"), Order::Asc)
        .limit(1);
    let Some(row) = db.read().query_one(&next).await? else {
        return Ok(None);
    };
    Ok(Some(SealedPlace {
        community: row.try_get("", "community_id")?,
        row: Uuid::nil(),
    }))
}

/// A field that cannot be opened stays as it is and is named in the log: the rest must not wait for it.
fn anew(resealer: &dyn Resealer, ctx: &Ctx, at: SealedAt, sealed: &[u8]) -> Option<Vec<u8>> {
    resealer.reseal(ctx, at, sealed).unwrap_or_else(|problem| {
        tracing::error!(%problem, "a field cannot be sealed anew");
        None
    })
}

struct RecordBatch<E> {
    table: SealedTable,
    resealer: Arc<dyn Resealer>,
    after: SealedPlace,
    limit: u64,
    of: std::marker::PhantomData<fn() -> E>,
}

impl<E> Command for RecordBatch<E>
where
    E: Record,
    E::Model: Serialize
        + Clone
        + IntoActiveModel<E::ActiveModel>
        + Sync
        + sea_orm::FromQueryResult
        + ModelTrait<Entity = E>,
    E::ActiveModel: Send,
{
    type Output = SealedBatch;
    const NAME: &'static str = "database.reseal-records";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<SealedBatch> {
        let key = |column: &'static str| Expr::col(Alias::new(column));
        let rows = <E as EntityTrait>::find()
            .filter(key("community_id").eq(self.after.community))
            .filter(key("id").gt(self.after.row))
            .order_by(key("id"), Order::Asc)
            .limit(self.limit)
            .all(tx.conn())
            .await?;
        let mut batch = SealedBatch {
            next: Some(self.after),
            seen: rows.len() as u64,
            changed: 0,
        };
        for mut row in rows {
            let (community, id) = (E::community(&row), E::id(&row));
            batch.next = Some(SealedPlace { community, row: id });
            let mut changed = false;
            for column in self.table.columns {
                let own = E::Column::iter()
                    .find(|known| known.as_str() == column.column)
                    .ok_or_else(|| Problem::internal(format!("no column {}", column.column)))?;
                let Value::Bytes(Some(sealed)) = row.get(own) else {
                    continue;
                };
                let at = column.place(community, id);
                if let Some(anew) = anew(&*self.resealer, ctx, at, &sealed) {
                    row.set(own, Value::Bytes(Some(anew)));
                    changed = true;
                }
            }
            // Whoever saved it meanwhile sealed what they changed; the rest is found by the next walk.
            if changed && tx.rewrite::<E>(&row).await? {
                batch.changed += 1;
            }
        }
        if batch.changed > 0 {
            tx.audit(
                ctx,
                CommunityId(self.after.community),
                AuditEntry::new("database.reseal", self.table.table, Uuid::nil())
                    .detail(json!({ "key": self.resealer.active(), "rows": batch.changed })),
            );
        }
        Ok(batch)
    }
}

struct RowBatch {
    table: SealedTable,
    resealer: Arc<dyn Resealer>,
    after: SealedPlace,
    limit: u64,
}

impl Command for RowBatch {
    type Output = SealedBatch;
    const NAME: &'static str = "database.reseal-rows";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<SealedBatch> {
        let mut query = Query::select();
        query
            .column(name("id"))
            .columns(self.table.columns.iter().map(|one| name(one.column)))
            .from(name(self.table.table))
            .and_where(col("community_id").eq(self.after.community))
            .and_where(col("id").gt(self.after.row))
            .order_by(name("id"), Order::Asc)
            .limit(self.limit);
        let rows = tx.conn().query_all(&query).await?;
        let mut batch = SealedBatch {
            next: Some(self.after),
            seen: rows.len() as u64,
            changed: 0,
        };
        for row in rows {
            let (community, id) = (self.after.community, row.try_get("", "id")?);
            batch.next = Some(SealedPlace { community, row: id });
            for column in self.table.columns {
                let sealed: Option<Vec<u8>> = row.try_get("", column.column)?;
                let Some(sealed) = sealed else {
                    continue;
                };
                let at = column.place(community, id);
                let Some(anew) = anew(&*self.resealer, ctx, at, &sealed) else {
                    continue;
                };
                let mut update = Query::update();
                update
                    .table(name(self.table.table))
                    .value(name(column.column), anew)
                    .and_where(col("community_id").eq(community))
                    .and_where(col("id").eq(id))
                    .and_where(col(column.column).eq(sealed));
                batch.changed += tx.conn().execute(&update).await?.rows_affected();
            }
        }
        Ok(batch)
    }
}
