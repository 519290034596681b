//! What the same rows cost without Youlin: the tables of the same database, filled in batches by the same driver.

use std::time::Instant;

use anyhow::Result;
use sea_orm::sqlx::postgres::{PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, Executor, SqliteConnection};
use uuid::Uuid;

/// Rows per transaction: about what group commit puts together at 64 connections.
const BATCH: usize = 64;

/// Cases per second that plain batched inserts of case, event, audit and outbox rows reach in SQLite with WAL and
/// synchronous=FULL: a transaction per batch, in it one prepared multi-row statement per table, and no checkpoint while it
/// is measured.
pub(crate) async fn sqlite(path: &std::path::Path, seconds: u64) -> Result<f64> {
    let rate = sqlite_rows(path, seconds, TABLES, BATCH).await?;
    Ok(rate)
}

/// People per second that plain batched inserts of the rows of an imported person reach: the same, 500 people at a time.
pub(crate) async fn residents(path: &std::path::Path, seconds: u64) -> Result<f64> {
    sqlite_rows(path, seconds, RESIDENT, 500).await
}

/// Submissions per second that plain batched inserts of their rows reach: the same, as many at a time as phones send.
pub(crate) async fn submissions(path: &std::path::Path, seconds: u64) -> Result<f64> {
    sqlite_rows(path, seconds, SUBMISSION, 16).await
}

/// The rows of a round with one case, and of the note that it was taken.
const SUBMISSION: &[(&str, &[(&str, &str)])] = &[
    ("round", &[("id", "$1")]),
    ("finding", &[("id", "$1"), ("round_id", "$1")]),
    (
        "case_record",
        &[
            ("id", "$1"),
            ("number", "$2"),
            ("tracking_code", "$2"),
            ("external_key", "$2"),
        ],
    ),
    ("case_event", &[("id", "$1")]),
    ("openrosa_submission", &[("id", "$1")]),
    ("idempotency", &[("key", "$2")]),
    ("audit", &[("seq", "$3 * 3 + 1000000000")]),
    ("audit", &[("seq", "$3 * 3 + 1000000001")]),
    ("audit", &[("seq", "$3 * 3 + 1000000002")]),
    ("outbox", &[("id", "$1")]),
    ("outbox", &[("id", "randomblob(16)")]),
];

/// The rows of an imported person; what is searched by differs from row to row, as in real ones.
const RESIDENT: &[(&str, &[(&str, &str)])] = &[
    (
        "person",
        &[
            ("id", "$1"),
            ("name_index", "randomblob(16)"),
            ("identity_index", "randomblob(16)"),
        ],
    ),
    (
        "person_phone",
        &[
            ("id", "$1"),
            ("person_id", "$1"),
            ("number_index", "randomblob(16)"),
        ],
    ),
    (
        "residence",
        &[
            ("id", "$1"),
            ("person_id", "$1"),
            ("dwelling_id", "randomblob(16)"),
        ],
    ),
    ("import_step", &[("id", "$1"), ("subject", "$1")]),
];

async fn sqlite_rows(
    path: &std::path::Path,
    seconds: u64,
    tables: &[(&str, &[(&str, &str)])],
    batch: usize,
) -> Result<f64> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "64000");
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let template = Template::of_sqlite(&mut conn, tables, batch).await?;
    let started = Instant::now();
    let mut written = 0u64;
    while started.elapsed().as_secs() < seconds {
        conn.execute("BEGIN IMMEDIATE").await?;
        for statement in &template.statements {
            let text: &'static str = statement;
            let mut query = sqlx::query(text);
            for row in 1..=batch as u64 {
                query = query
                    .bind(Uuid::now_v7())
                    .bind(format!("raw-{}", written + row))
                    .bind(i64::try_from(written + row)?);
            }
            query.execute(&mut conn).await?;
        }
        conn.execute("COMMIT").await?;
        written += batch as u64;
    }
    Ok(written as f64 / started.elapsed().as_secs_f64())
}

/// Insert statements that copy one existing row of each table under a new key.
struct Template {
    statements: Vec<&'static str>,
}

/// Table, and the columns that must differ in each copy: `$1` id, `$2` text, `$3` number.
const TABLES: &[(&str, &[(&str, &str)])] = &[
    (
        "case_record",
        &[("id", "$1"), ("number", "$2"), ("tracking_code", "$2")],
    ),
    ("case_event", &[("id", "$1")]),
    ("audit", &[("seq", "$3 + 1000000000")]),
    ("outbox", &[("id", "$1")]),
];

impl Template {
    async fn of_sqlite(
        conn: &mut SqliteConnection,
        tables: &[(&str, &[(&str, &str)])],
        batch: usize,
    ) -> Result<Self> {
        let mut statements = Vec::new();
        for (table, changed) in tables {
            let names: Vec<(String,)> = sqlx::query_as(leak(format!(
                "SELECT name FROM pragma_table_info('{table}')"
            )))
            .fetch_all(&mut *conn)
            .await?;
            let literal = literals(conn, table, &names, changed).await?;
            let columns: Vec<&str> = names.iter().map(|name| name.0.as_str()).collect();
            let row = literal.join(",");
            let rows: Vec<String> = (0..batch)
                .map(|n| {
                    let bound = |at: usize| format!("?{}", 3 * n + at);
                    let row = row
                        .replace("$1", &bound(1))
                        .replace("$2", &bound(2))
                        .replace("$3", &bound(3));
                    format!("({row})")
                })
                .collect();
            statements.push(leak(format!(
                "INSERT OR FAIL INTO {table} ({}) VALUES {}",
                columns.join(","),
                rows.join(",")
            )));
        }
        Ok(Self { statements })
    }
}

/// The values of one row as SQL literals, with placeholders where copies differ.
async fn literals(
    conn: &mut SqliteConnection,
    table: &str,
    names: &[(String,)],
    changed: &[(&str, &str)],
) -> Result<Vec<String>> {
    let mut literals = Vec::new();
    for (name,) in names {
        if let Some((_, placeholder)) = changed.iter().find(|(column, _)| column == name) {
            literals.push((*placeholder).to_owned());
            continue;
        }
        let query = leak(format!("SELECT quote({name}) FROM {table} LIMIT 1"));
        let (value,): (String,) = sqlx::query_as(query).fetch_one(&mut *conn).await?;
        literals.push(value);
    }
    Ok(literals)
}

/// The driver wants statements that live as long as the program; there are a dozen.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Cases per second that plain transactions of the same four inserts reach in PostgreSQL over so many connections,
/// each its own transaction, prepared once per connection: what pgbench does with a script.
pub(crate) async fn postgres(url: &str, connections: u32, seconds: u64) -> Result<f64> {
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .connect(url)
        .await?;
    let statements = copies_in_postgres(&mut *pool.acquire().await?).await?;
    let started = Instant::now();
    let written = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (pool, statements, written) = (
            pool.clone(),
            statements.clone(),
            std::sync::Arc::clone(&written),
        );
        tasks.spawn(async move {
            let mut conn = pool.acquire().await?;
            while started.elapsed().as_secs() < seconds {
                let n = written.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                let mut txn = conn.begin().await?;
                for (statement, kind) in &statements {
                    let query = sqlx::query(*statement);
                    let query = match kind {
                        Copied::IdAndText => query.bind(Uuid::now_v7()).bind(format!("raw-{n}")),
                        Copied::Id => query.bind(Uuid::now_v7()),
                        Copied::Number => query.bind(i64::try_from(n)?),
                    };
                    query.execute(&mut *txn).await?;
                }
                txn.commit().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let rate =
        written.load(std::sync::atomic::Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    pool.close().await;
    Ok(rate)
}

#[derive(Clone, Copy)]
enum Copied {
    IdAndText,
    Id,
    Number,
}

async fn copies_in_postgres(conn: &mut PgConnection) -> Result<Vec<(&'static str, Copied)>> {
    let mut statements = Vec::new();
    for (table, changed) in TABLES {
        let columns: Vec<(String,)> = sqlx::query_as(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1 \
             AND table_schema = 'public' ORDER BY ordinal_position",
        )
        .bind(*table)
        .fetch_all(&mut *conn)
        .await?;
        let (kind, number) = match *table {
            "case_record" => (Copied::IdAndText, ""),
            "audit" => (Copied::Number, "$1::bigint + 1000000000"),
            _ => (Copied::Id, ""),
        };
        let mut literal = Vec::new();
        for (name,) in &columns {
            if let Some((_, placeholder)) = changed.iter().find(|(column, _)| column == name) {
                literal.push(if number.is_empty() {
                    (*placeholder).to_owned()
                } else {
                    number.to_owned()
                });
                continue;
            }
            let query = leak(format!(
                "SELECT quote_nullable({name}::text) FROM {table} LIMIT 1"
            ));
            let (value,): (String,) = sqlx::query_as(query).fetch_one(&mut *conn).await?;
            literal.push(value);
        }
        let names: Vec<&str> = columns.iter().map(|column| column.0.as_str()).collect();
        let insert = format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            names.join(","),
            literal.join(",")
        );
        statements.push((leak(insert), kind));
    }
    Ok(statements)
}
