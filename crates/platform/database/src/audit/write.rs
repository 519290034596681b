//! Appending entries at the end of a transaction.

use std::collections::BTreeMap;

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use uuid::Uuid;
use youlin_kernel::Result;

use super::{AuditRow, COLUMNS, PendingAudit};
use crate::sql::{col, insert_many, name};

/// Where each community's chain ends: its last entry's number and hash.
pub(crate) type Heads = BTreeMap<i64, (i64, Vec<u8>)>;

/// Appends the entries. `known` are the ends of chains a single writer remembers (and nobody else can have moved); it
/// holds the new ends afterwards. Without it they are read and locked until the commit.
pub(crate) async fn write(
    conn: &DatabaseTransaction,
    entries: &[PendingAudit],
    known: Option<&mut Heads>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut own = Heads::new();
    let remembered = known.is_some();
    let heads = known.unwrap_or(&mut own);
    let mut communities: Vec<i64> = entries.iter().map(|entry| entry.community).collect();
    communities.sort_unstable();
    communities.dedup();
    let missing: Vec<i64> = communities
        .iter()
        .copied()
        .filter(|community| !heads.contains_key(community))
        .collect();
    if !missing.is_empty() {
        heads.extend(read_heads(conn, &missing, !remembered).await?);
    }
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let head = heads
            .entry(entry.community)
            .or_insert_with(|| (0, vec![0; 32]));
        let row = stored(entry, head.0 + 1);
        let hash = row.hash(&head.1);
        let seq = row.seq;
        rows.push(values(row, &head.1, &hash));
        *head = (seq, hash.to_vec());
    }
    insert_many(conn, "audit", &COLUMNS, rows, "").await?;
    let moved: Vec<Vec<Value>> = communities
        .into_iter()
        .filter_map(|community| heads.get(&community).map(|head| (community, head)))
        .map(|(community, (seq, hash))| vec![community.into(), (*seq).into(), hash.clone().into()])
        .collect();
    let columns = ["community_id", "seq", "hash"];
    let moves = "ON CONFLICT (community_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
    insert_many(conn, "audit_head", &columns, moved, moves).await
}

async fn read_heads(conn: &DatabaseTransaction, communities: &[i64], lock: bool) -> Result<Heads> {
    let mut query = Query::select();
    query
        .columns([name("community_id"), name("seq"), name("hash")])
        .from(name("audit_head"))
        .and_where(col("community_id").is_in(communities.iter().copied()))
        .order_by(name("community_id"), Order::Asc);
    if lock {
        query.lock_exclusive();
    }
    let mut heads = Heads::new();
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

fn values(row: AuditRow, prev: &[u8], hash: &[u8; 32]) -> Vec<Value> {
    vec![
        row.community.into(),
        row.seq.into(),
        row.at.into(),
        row.actor_kind.into(),
        row.actor_id.into(),
        row.actor_name.into(),
        row.request_id.into(),
        row.action.into(),
        row.subject_kind.into(),
        row.subject_id.into(),
        row.detail.into(),
        row.row_digests.into(),
        prev.to_vec().into(),
        hash.to_vec().into(),
    ]
}
