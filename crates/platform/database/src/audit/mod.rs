//! The audit log: append-only, one hash chain per community, each entry with the fingerprints of the rows it saved.
//!
//! `verify` walks a chain, recomputes every hash, and then compares the last fingerprint of each row with the row as it
//! stands in the database: a byte changed anywhere, in the log or in the data, is found and named.

mod verify;
mod write;

use std::collections::HashMap;

use futures::future::BoxFuture;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, IntoActiveModel, QueryFilter, QueryResult};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::sql::{col, name};
use crate::{Record, row_digest};

pub use verify::{AuditFault, AuditReport, verify};
pub(crate) use write::{Heads, write};

/// What happened to what. `detail` holds codes and ids, never personal data in the clear.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// `module.verb`.
    pub action: &'static str,
    pub subject_kind: &'static str,
    pub subject_id: Uuid,
    pub detail: serde_json::Value,
}

impl AuditEntry {
    #[must_use]
    pub fn new(action: &'static str, subject_kind: &'static str, subject_id: Uuid) -> Self {
        Self {
            action,
            subject_kind,
            subject_id,
            detail: serde_json::Value::Null,
        }
    }

    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}

#[derive(Debug)]
pub(crate) struct TouchedRow {
    pub(crate) table: &'static str,
    pub(crate) id: Uuid,
    /// `None`: the row was removed.
    pub(crate) digest: Option<[u8; 32]>,
}

#[derive(Debug)]
pub(crate) struct PendingAudit {
    pub(crate) community: i64,
    pub(crate) at: i64,
    pub(crate) actor_kind: &'static str,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) actor_name: String,
    pub(crate) request_id: Uuid,
    pub(crate) entry: AuditEntry,
    pub(crate) rows: Vec<TouchedRow>,
}

/// One entry as it is stored; what the hash covers.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRow {
    pub community: i64,
    pub seq: i64,
    pub at: i64,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub request_id: Uuid,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub detail: String,
    pub row_digests: String,
}

impl AuditRow {
    /// SHA-256 over the hash before and every field with its length, so that no two entries share a text.
    fn hash(&self, prev: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(prev);
        for number in [self.community, self.seq, self.at] {
            hash.update(number.to_be_bytes());
        }
        hash.update(self.actor_id.unwrap_or_default());
        hash.update(self.request_id);
        hash.update(self.subject_id);
        for text in [
            &self.actor_kind,
            &self.actor_name,
            &self.action,
            &self.subject_kind,
            &self.detail,
            &self.row_digests,
        ] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().into()
    }
}

const COLUMNS: [&str; 14] = [
    "community_id",
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "request_id",
    "action",
    "subject_kind",
    "subject_id",
    "detail",
    "row_digests",
    "prev_hash",
    "hash",
];

type DigestLoader =
    for<'a> fn(&'a DatabaseConnection, i64, &'a [Uuid]) -> BoxFuture<'a, Result<Digests>>;
/// Present fingerprints by the rows' ids.
type Digests = HashMap<Uuid, [u8; 32]>;

/// How `verify` fetches the present fingerprints of rows of one table, those of one community with one statement.
#[derive(Clone, Copy)]
pub struct AuditedTable {
    pub table: &'static str,
    load: DigestLoader,
}

impl std::fmt::Debug for AuditedTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AuditedTable").field(&self.table).finish()
    }
}

/// Makes the entity's table verifiable; modules list theirs.
#[must_use]
pub fn audited_table<E>() -> AuditedTable
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
{
    AuditedTable {
        table: E::TABLE,
        load: |conn, community, ids| {
            Box::pin(async move {
                let key = |column: &'static str| Expr::col(Alias::new(column));
                let these = key("id").is_in(ids.iter().copied());
                let rows = E::find()
                    .filter(key("community_id").eq(community).and(these))
                    .all(conn)
                    .await?;
                let rows = rows.iter();
                Ok(rows.map(|row| (E::id(row), row_digest(row))).collect())
            })
        },
    }
}

fn read(row: &QueryResult) -> Result<(AuditRow, Vec<u8>, Vec<u8>)> {
    let entry = AuditRow {
        community: row.try_get("", "community_id")?,
        seq: row.try_get("", "seq")?,
        at: row.try_get("", "at")?,
        actor_kind: row.try_get("", "actor_kind")?,
        actor_id: row.try_get("", "actor_id")?,
        actor_name: row.try_get("", "actor_name")?,
        request_id: row.try_get("", "request_id")?,
        action: row.try_get("", "action")?,
        subject_kind: row.try_get("", "subject_kind")?,
        subject_id: row.try_get("", "subject_id")?,
        detail: row.try_get("", "detail")?,
        row_digests: row.try_get("", "row_digests")?,
    };
    Ok((
        entry,
        row.try_get("", "prev_hash")?,
        row.try_get("", "hash")?,
    ))
}

/// Entries about one record, newest first, for "who did what" pages.
///
/// # Errors
/// When the database cannot be read.
pub async fn entries_about(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    subject: Uuid,
    limit: u64,
) -> Result<Vec<AuditRow>> {
    let mut query = Query::select();
    query
        .columns(COLUMNS.map(name))
        .from(name("audit"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("subject_id").eq(subject))
        .order_by(name("seq"), Order::Desc)
        .limit(limit);
    conn.query_all(&query)
        .await?
        .iter()
        .map(|row| Ok(read(row)?.0))
        .collect()
}
