//! Copying a whole database into another one, of whichever kind: the way of a backup out of PostgreSQL and back, and of
//! a community that outgrows its SQLite file.
//!
//! Rows are read as one snapshot and written in one transaction: either everything arrives or nothing.

use std::collections::HashSet;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SimpleExpr};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbErr, IsolationLevel, QueryResult,
    TransactionTrait, Value,
};
use uuid::Uuid;
use youlin_kernel::{Problem, Result};

use crate::Database;
use crate::schema::{ColumnKind, Table};
use crate::sql::{col, name};

/// Rows of one INSERT: with fifty columns still far from the 32,766 values SQLite takes.
const RUN: usize = 128;
/// Rows of one SELECT.
const PAGE: usize = 1_024;

/// Those of the tables that the database has: a new one has none.
///
/// # Errors
/// When the database cannot answer.
pub async fn present(db: &Database, tables: &[Table]) -> Result<Vec<Table>> {
    let mut list = Query::select();
    if db.is_postgres() {
        list.expr_as(col("table_name").cast_as(Alias::new("text")), name("name"))
            .from((name("information_schema"), name("tables")))
            .and_where(col("table_schema").eq(Expr::cust("current_schema()")));
    } else {
        list.column(name("name"))
            .from(name("sqlite_master"))
            .and_where(col("type").eq("table"));
    }
    let mut there = HashSet::new();
    for row in db.read().query_all(&list).await? {
        let table: String = row.try_get("", "name")?;
        there.insert(table);
    }
    let known = tables.iter();
    Ok(known
        .filter(|table| there.contains(&table.name))
        .cloned()
        .collect())
}

/// Names of the tables that hold rows, apart from the ledger of migrations.
///
/// # Errors
/// When the database cannot answer.
pub async fn filled(db: &Database, tables: &[Table]) -> Result<Vec<String>> {
    let conn = db.read();
    let mut filled = Vec::new();
    for table in tables.iter().filter(|table| table.name != LEDGER) {
        let mut any = Query::select();
        any.expr(SimpleExpr::from(1i32))
            .from(Alias::new(&table.name))
            .limit(1);
        if conn.query_one(&any).await?.is_some() {
            filled.push(table.name.clone());
        }
    }
    Ok(filled)
}

/// Copies every row of these tables from one migrated database into another, which must hold none; returns how many.
///
/// # Errors
/// When either database cannot go on; then nothing was written.
pub async fn transfer(from: &Database, to: &Database, tables: &[Table]) -> Result<u64> {
    let source = snapshot(from).await?;
    let target = to.raw_write().begin().await?;
    let copied = copy_all(&source, &target, tables).await;
    // Nothing was changed there; how the reading ends matters to nobody.
    let _ended = source.rollback().await;
    match copied {
        Ok(rows) => {
            target.commit().await.map_err(Problem::unavailable)?;
            Ok(rows)
        }
        Err(problem) => {
            if let Err(error) = target.rollback().await {
                tracing::debug!(%error, "the transaction was gone already");
            }
            Err(problem)
        }
    }
}

/// Everything that is read through it was there at the same moment.
async fn snapshot(db: &Database) -> Result<DatabaseTransaction> {
    let (isolation, access) = if db.is_postgres() {
        (
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        )
    } else {
        // A read transaction of SQLite is a snapshot by itself.
        (None, None)
    };
    Ok(db.read().begin_with_config(isolation, access).await?)
}

async fn copy_all(
    source: &DatabaseTransaction,
    target: &DatabaseTransaction,
    tables: &[Table],
) -> Result<u64> {
    let mut rows = 0;
    for table in tables {
        if table.name == LEDGER {
            // The target's own, written when it was migrated: the source tells when each step really ran.
            let mut clear = Query::delete();
            clear.from_table(Alias::new(LEDGER));
            target.execute(&clear).await?;
        }
        let copied = copy(source, target, table).await;
        rows += copied
            .map_err(|error| Problem::unavailable(format!("table {}: {error}", table.name)))?;
    }
    Ok(rows)
}

const LEDGER: &str = "schema_migration";

/// Page by page in the order of the primary key, so that no table has to fit into memory.
async fn copy(
    source: &DatabaseTransaction,
    target: &DatabaseTransaction,
    table: &Table,
) -> Result<u64, DbErr> {
    let key: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| table.primary_key.contains(&column.name).then_some(at))
        .collect();
    let key_columns = || {
        let columns = key.iter().map(|at| &table.columns[*at].name);
        columns.map(|column| Expr::col(Alias::new(column)))
    };
    let mut copied = 0;
    let mut last: Option<Vec<Value>> = None;
    loop {
        let mut page = Query::select();
        page.columns(table.columns.iter().map(|column| Alias::new(&column.name)))
            .from(Alias::new(&table.name))
            .limit(PAGE as u64);
        for column in key_columns() {
            page.order_by_expr(column, Order::Asc);
        }
        if let Some(last) = last {
            let after = Expr::tuple(last.into_iter().map(SimpleExpr::from));
            page.and_where(Expr::tuple(key_columns()).gt(after));
        }
        let rows = source.query_all(&page).await?;
        for run in rows.chunks(RUN) {
            copied += write(target, table, run).await?;
        }
        let Some(end) = rows.last().filter(|_| rows.len() == PAGE) else {
            return Ok(copied);
        };
        let values = key
            .iter()
            .map(|at| value(end, *at, table.columns[*at].kind));
        last = Some(values.collect::<Result<_, _>>()?);
    }
}

async fn write(
    target: &DatabaseTransaction,
    table: &Table,
    run: &[QueryResult],
) -> Result<u64, DbErr> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(&table.name))
        .columns(table.columns.iter().map(|column| Alias::new(&column.name)));
    let mut count = 0;
    for row in run {
        let values = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| value(row, at, column.kind).map(SimpleExpr::from));
        insert.values_panic(values.collect::<Result<Vec<_>, _>>()?);
        count += 1;
    }
    target.execute(&insert).await?;
    Ok(count)
}

fn value(row: &QueryResult, at: usize, kind: ColumnKind) -> Result<Value, DbErr> {
    Ok(match kind {
        ColumnKind::BigInt => row.try_get_by_index::<Option<i64>>(at)?.into(),
        ColumnKind::Integer => row.try_get_by_index::<Option<i32>>(at)?.into(),
        ColumnKind::Double => row.try_get_by_index::<Option<f64>>(at)?.into(),
        ColumnKind::Boolean => row.try_get_by_index::<Option<bool>>(at)?.into(),
        ColumnKind::Text => row.try_get_by_index::<Option<String>>(at)?.into(),
        ColumnKind::Uuid => row.try_get_by_index::<Option<Uuid>>(at)?.into(),
        ColumnKind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.into(),
    })
}
