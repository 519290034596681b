//! Add-only migrations, per module. The text is portable SQL with two type tokens, `{uuid}` and `{bytes}`. There is no
//! `{now}`: the application binds times itself. A statement that begins with `{sqlite}` or `{postgres}` is for that database
//! only; what it makes is derived from other tables and belongs to no portable backup.

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};
use sha2::{Digest, Sha256};
use youlin_kernel::{Micros, Problem, Result};

use crate::sql::{col, name};

/// One step of one module.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub module: &'static str,
    /// 1, 2, 3 … within the module; never reused, never edited once released.
    pub version: i32,
    pub name: &'static str,
    /// Statements separated by `;` at the end of a line.
    pub sql: &'static str,
}

impl Migration {
    fn statements(&self, backend: DbBackend) -> Vec<String> {
        let (uuid, bytes, other) = match backend {
            DbBackend::Postgres => ("UUID", "BYTEA", SQLITE_ONLY),
            _ => ("BLOB", "BLOB", POSTGRES_ONLY),
        };
        self.texts()
            .filter(|text| !text.starts_with(other))
            .map(|text| {
                let ours = text.trim_start_matches(SQLITE_ONLY);
                let ours = ours.trim_start_matches(POSTGRES_ONLY);
                ours.replace("{uuid}", uuid).replace("{bytes}", bytes)
            })
            .collect()
    }

    /// The statements as they are written.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'static str> {
        let statements = self.sql.split(";\n").map(str::trim);
        statements.filter(|one| !one.is_empty())
    }

    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }
}

const SQLITE_ONLY: &str = "{sqlite}";
const POSTGRES_ONLY: &str = "{postgres}";

/// Whether what a statement makes is derived, and of one kind of database.
pub(crate) fn is_derived(statement: &str) -> bool {
    statement.starts_with(SQLITE_ONLY) || statement.starts_with(POSTGRES_ONLY)
}

/// The platform's own tables.
pub const PLATFORM: &[Migration] = &[TABLES, crate::text::MIGRATION, crate::turns::MIGRATION];

const TABLES: Migration = Migration {
    module: "platform",
    version: 1,
    name: "audit chain, outbox, jobs, counters, idempotency",
    sql: r"
CREATE TABLE audit (
    community_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    request_id {uuid} NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id {uuid} NOT NULL,
    detail TEXT NOT NULL,
    row_digests TEXT NOT NULL,
    prev_hash {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (community_id, seq)
);
CREATE TABLE audit_head (
    community_id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash {bytes} NOT NULL
);
CREATE TABLE outbox (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    topic TEXT NOT NULL,
    subject {uuid} NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX outbox_due ON outbox (due_at);
CREATE TABLE job (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    message TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, kind, key)
);
CREATE INDEX job_due ON job (state, run_at);
CREATE TABLE counter (
    community_id BIGINT NOT NULL,
    family TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (community_id, family, month, area_id, key)
);
CREATE TABLE idempotency (
    community_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    body_hash {bytes} NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
",
};

pub(crate) const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    module TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL, PRIMARY KEY (module, version))";

/// Applies what is missing, each step in its own transaction, modules in the order given. Returns how many ran.
///
/// # Errors
/// When a step fails, or when a step that ran before reads differently now.
pub async fn migrate(conn: &DatabaseConnection, steps: &[Migration], now: Micros) -> Result<usize> {
    conn.execute_unprepared(LEDGER).await?;
    let mut ran = 0;
    for step in steps {
        let txn = conn.begin().await?;
        if txn.get_database_backend() == DbBackend::Postgres {
            // Two servers that start together: the second waits here and then finds the step done.
            txn.execute_unprepared("LOCK TABLE schema_migration IN EXCLUSIVE MODE")
                .await?;
        }
        let mut find = Query::select();
        find.column(name("checksum"))
            .from(name("schema_migration"))
            .and_where(col("module").eq(step.module))
            .and_where(col("version").eq(step.version));
        if let Some(row) = txn.query_one(&find).await? {
            let applied: String = row.try_get("", "checksum")?;
            if applied != step.checksum() {
                return Err(Problem::internal(format!(
                    "migration {} {} was edited after it ran",
                    step.module, step.version
                )));
            }
            txn.rollback().await?;
            continue;
        }
        for statement in step.statements(txn.get_database_backend()) {
            txn.execute_unprepared(&statement).await.map_err(|error| {
                Problem::internal(format!(
                    "migration {} {} ({}): {error}",
                    step.module, step.version, step.name
                ))
            })?;
        }
        let mut note = Query::insert();
        note.into_table(name("schema_migration"))
            .columns([
                name("module"),
                name("version"),
                name("name"),
                name("checksum"),
                name("applied_at"),
            ])
            .values_panic([
                step.module.into(),
                step.version.into(),
                step.name.into(),
                step.checksum().into(),
                now.0.into(),
            ]);
        txn.execute(&note).await?;
        txn.commit().await?;
        ran += 1;
    }
    Ok(ran)
}

/// What has been applied, in order, as `module version name`.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn applied(conn: &DatabaseConnection) -> Result<Vec<String>> {
    let mut list = Query::select();
    list.columns([name("module"), name("version"), name("name")])
        .from(name("schema_migration"))
        .order_by(name("module"), Order::Asc)
        .order_by(name("version"), Order::Asc);
    let mut lines = Vec::new();
    for row in conn.query_all(&list).await? {
        let module: String = row.try_get("", "module")?;
        let version: i32 = row.try_get("", "version")?;
        let title: String = row.try_get("", "name")?;
        lines.push(format!("{module} {version} {title}"));
    }
    Ok(lines)
}
