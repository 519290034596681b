//! The audit log: append-only, one hash chain per community, each entry with the fingerprints of the rows it saved.
//!
//! `verify` walks a chain, recomputes every hash, and then compares the last fingerprint of each row with the row as it
//! stands in the database: a byte changed anywhere, in the log or in the data, is found and named.

use std::collections::{BTreeMap, HashMap};

use futures::future::BoxFuture;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IntoActiveModel, QueryFilter,
    QueryResult, Value,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result};

use crate::sql::{col, insert_many, name};
use crate::{Record, row_digest};

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

pub(crate) async fn write(conn: &DatabaseTransaction, entries: &[PendingAudit]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut communities: Vec<i64> = entries.iter().map(|entry| entry.community).collect();
    communities.sort_unstable();
    communities.dedup();
    let mut heads = lock_heads(conn, &communities).await?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let head = heads
            .entry(entry.community)
            .or_insert_with(|| (0, vec![0; 32]));
        let row = stored(entry, head.0 + 1);
        let hash = row.hash(&head.1);
        rows.push(values(&row, &head.1, &hash));
        *head = (row.seq, hash.to_vec());
    }
    insert_many(conn, "audit", &COLUMNS, rows, |_| {}).await?;
    let heads: Vec<Vec<Value>> = heads
        .into_iter()
        .map(|(community, (seq, hash))| vec![community.into(), seq.into(), hash.into()])
        .collect();
    insert_many(
        conn,
        "audit_head",
        &["community_id", "seq", "hash"],
        heads,
        |insert| {
            insert.on_conflict(
                OnConflict::column(name("community_id"))
                    .update_columns([name("seq"), name("hash")])
                    .to_owned(),
            );
        },
    )
    .await
}

async fn lock_heads(
    conn: &DatabaseTransaction,
    communities: &[i64],
) -> Result<BTreeMap<i64, (i64, Vec<u8>)>> {
    let mut query = Query::select();
    query
        .columns([name("community_id"), name("seq"), name("hash")])
        .from(name("audit_head"))
        .and_where(col("community_id").is_in(communities.iter().copied()))
        .order_by(name("community_id"), Order::Asc)
        .lock_exclusive();
    let mut heads = BTreeMap::new();
    for row in conn.query_all(&query).await? {
        let community: i64 = row.try_get("", "community_id")?;
        heads.insert(
            community,
            (row.try_get("", "seq")?, row.try_get("", "hash")?),
        );
    }
    Ok(heads)
}

fn stored(entry: &PendingAudit, seq: i64) -> AuditRow {
    let digests: Vec<(&str, Uuid, Option<String>)> = entry
        .rows
        .iter()
        .map(|row| (row.table, row.id, row.digest.map(hex::encode)))
        .collect();
    AuditRow {
        community: entry.community,
        seq,
        at: entry.at,
        actor_kind: entry.actor_kind.to_owned(),
        actor_id: entry.actor_id,
        actor_name: entry.actor_name.clone(),
        request_id: entry.request_id,
        action: entry.entry.action.to_owned(),
        subject_kind: entry.entry.subject_kind.to_owned(),
        subject_id: entry.entry.subject_id,
        detail: entry.entry.detail.to_string(),
        row_digests: serde_json::to_string(&digests).unwrap_or_default(),
    }
}

fn values(row: &AuditRow, prev: &[u8], hash: &[u8; 32]) -> Vec<Value> {
    vec![
        row.community.into(),
        row.seq.into(),
        row.at.into(),
        row.actor_kind.clone().into(),
        row.actor_id.into(),
        row.actor_name.clone().into(),
        row.request_id.into(),
        row.action.clone().into(),
        row.subject_kind.clone().into(),
        row.subject_id.into(),
        row.detail.clone().into(),
        row.row_digests.clone().into(),
        prev.to_vec().into(),
        hash.to_vec().into(),
    ]
}

type DigestLoader =
    for<'a> fn(&'a DatabaseConnection, i64, Uuid) -> BoxFuture<'a, Result<Option<[u8; 32]>>>;

/// How `verify` fetches the present fingerprint of a row of one table.
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
        load: |conn, community, id| {
            Box::pin(async move {
                let key = |column: &'static str| Expr::col(Alias::new(column));
                let row = E::find()
                    .filter(key("community_id").eq(community).and(key("id").eq(id)))
                    .one(conn)
                    .await?;
                Ok(row.map(|model| row_digest(&model)))
            })
        },
    }
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum AuditFault {
    /// An entry is missing, or one was put in.
    Gap {
        community: i64,
        expected_seq: i64,
        found_seq: i64,
    },
    /// The entry does not follow from the one before.
    BrokenLink { community: i64, seq: i64 },
    /// The entry was changed after it was written.
    Altered {
        community: i64,
        seq: i64,
        at: String,
        action: String,
        subject: String,
    },
    /// The chain's head is not its last entry: entries at the end were removed.
    HeadMismatch {
        community: i64,
        last_seq: i64,
        head_seq: i64,
    },
    /// A row differs from what its last entry attests.
    RowAltered {
        community: i64,
        seq: i64,
        table: String,
        id: Uuid,
    },
    /// A row is gone without an entry that says so.
    RowMissing {
        community: i64,
        seq: i64,
        table: String,
        id: Uuid,
    },
}

/// The result of a verification.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuditReport {
    pub communities: usize,
    pub entries: u64,
    pub rows: u64,
    pub faults: Vec<AuditFault>,
}

/// Verifies the chains of these communities and the rows they attest. With `subject`, only rows of entries about that
/// record are compared (the chain itself is always walked whole: a chain is whole or it is not).
///
/// # Errors
/// When the database cannot be read; faults found are in the report, not errors.
pub async fn verify(
    conn: &DatabaseConnection,
    tables: &[AuditedTable],
    communities: &[CommunityId],
    subject: Option<Uuid>,
) -> Result<AuditReport> {
    let loaders: HashMap<&str, DigestLoader> = tables
        .iter()
        .map(|table| (table.table, table.load))
        .collect();
    let mut report = AuditReport {
        communities: communities.len(),
        ..AuditReport::default()
    };
    for community in communities {
        let attested = walk(conn, community.0, subject, &mut report).await?;
        for ((table, id), (seq, digest)) in attested {
            let Some(load) = loaders.get(table.as_str()) else {
                continue;
            };
            report.rows += 1;
            let now = load(conn, community.0, id).await?.map(hex::encode);
            match (digest, now) {
                (Some(then), Some(now)) if then == now => {}
                (None, None) => {}
                (Some(_), None) => report.faults.push(AuditFault::RowMissing {
                    community: community.0,
                    seq,
                    table,
                    id,
                }),
                _ => report.faults.push(AuditFault::RowAltered {
                    community: community.0,
                    seq,
                    table,
                    id,
                }),
            }
        }
    }
    Ok(report)
}

type Attested = BTreeMap<(String, Uuid), (i64, Option<String>)>;

async fn walk(
    conn: &DatabaseConnection,
    community: i64,
    subject: Option<Uuid>,
    report: &mut AuditReport,
) -> Result<Attested> {
    const STEP: u64 = 1_000;
    let mut attested = Attested::new();
    let (mut seq, mut prev) = (0i64, vec![0u8; 32]);
    loop {
        let mut page = Query::select();
        page.columns(COLUMNS.map(name))
            .from(name("audit"))
            .and_where(col("community_id").eq(community))
            .and_where(col("seq").gt(seq))
            .order_by(name("seq"), Order::Asc)
            .limit(STEP);
        let rows = conn.query_all(&page).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let (entry, stored_prev, hash) = read(&row)?;
            report.entries += 1;
            check_link(&entry, seq, &prev, &stored_prev, &hash, report);
            if subject.is_none_or(|subject| subject == entry.subject_id) {
                attest(&entry, &mut attested);
            }
            seq = entry.seq;
            prev = hash;
        }
    }
    check_head(conn, community, seq, &prev, report).await?;
    Ok(attested)
}

fn check_link(
    entry: &AuditRow,
    seq: i64,
    prev: &[u8],
    stored_prev: &[u8],
    hash: &[u8],
    report: &mut AuditReport,
) {
    let community = entry.community;
    if entry.seq != seq + 1 {
        report.faults.push(AuditFault::Gap {
            community,
            expected_seq: seq + 1,
            found_seq: entry.seq,
        });
    } else if stored_prev != prev {
        report.faults.push(AuditFault::BrokenLink {
            community,
            seq: entry.seq,
        });
    }
    if entry.hash(stored_prev) != hash {
        report.faults.push(AuditFault::Altered {
            community,
            seq: entry.seq,
            at: Micros(entry.at).rfc3339(),
            action: entry.action.clone(),
            subject: format!("{} {}", entry.subject_kind, entry.subject_id),
        });
    }
}

fn attest(entry: &AuditRow, attested: &mut Attested) {
    let digests: Vec<(String, Uuid, Option<String>)> =
        serde_json::from_str(&entry.row_digests).unwrap_or_default();
    for (table, id, digest) in digests {
        attested.insert((table, id), (entry.seq, digest));
    }
}

async fn check_head(
    conn: &DatabaseConnection,
    community: i64,
    seq: i64,
    hash: &[u8],
    report: &mut AuditReport,
) -> Result<()> {
    let mut query = Query::select();
    query
        .columns([name("seq"), name("hash")])
        .from(name("audit_head"))
        .and_where(col("community_id").eq(community));
    let (head_seq, head_hash): (i64, Vec<u8>) = match conn.query_one(&query).await? {
        Some(row) => (row.try_get("", "seq")?, row.try_get("", "hash")?),
        None => (0, vec![0; 32]),
    };
    if head_seq != seq || head_hash != hash {
        report.faults.push(AuditFault::HeadMismatch {
            community,
            last_seq: seq,
            head_seq,
        });
    }
    Ok(())
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
