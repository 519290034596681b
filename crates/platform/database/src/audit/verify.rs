//! Walking the chains, and comparing the rows they attest with the rows that are there.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde::Serialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result};

use super::{AuditRow, AuditedTable, COLUMNS, DigestLoader, read};
use crate::sql::{col, name};

/// Rows read with one statement.
const AT_ONCE: usize = 500;

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
        for (table, rows) in attested {
            let Some(load) = loaders.get(table.as_str()) else {
                continue;
            };
            let rows: Vec<(Uuid, Last)> = rows.into_iter().collect();
            for some in rows.chunks(AT_ONCE) {
                let ids: Vec<Uuid> = some.iter().map(|(id, _)| *id).collect();
                let now = load(conn, community.0, &ids).await?;
                report.rows += some.len() as u64;
                let faults = some.iter().filter_map(|(id, last)| {
                    row_fault(community.0, &table, *id, last, now.get(id))
                });
                report.faults.extend(faults);
            }
        }
    }
    Ok(report)
}

/// What the last entry about a row says: its number and the row's fingerprint, none of one that was removed.
type Last = (i64, Option<String>);
/// By table and id.
type Attested = BTreeMap<String, BTreeMap<Uuid, Last>>;

fn row_fault(
    community: i64,
    table: &str,
    id: Uuid,
    (seq, then): &Last,
    now: Option<&[u8; 32]>,
) -> Option<AuditFault> {
    let (seq, table) = (*seq, table.to_owned());
    match (then, now) {
        (None, None) => None,
        (Some(then), Some(now)) if *then == hex::encode(now) => None,
        (Some(_), None) => Some(AuditFault::RowMissing {
            community,
            seq,
            table,
            id,
        }),
        _ => Some(AuditFault::RowAltered {
            community,
            seq,
            table,
            id,
        }),
    }
}

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
        let rows = attested.entry(table).or_default();
        rows.insert(id, (entry.seq, digest));
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
