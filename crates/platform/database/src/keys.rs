//! Keys of files. A record goes out and comes in under the key it came with; one that was entered by hand has none, and its
//! id stands for one, so that a file which left this house is known again when it comes back.

use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Query};
use sea_orm::{Condition, ConnectionTrait};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::sql::name;

/// Keys looked up with one statement.
pub const BATCH: usize = 500;

/// What a record is called in files.
#[must_use]
pub fn key_of(known: Option<&str>, id: Uuid) -> String {
    known.map_or_else(|| id.to_string(), str::to_owned)
}

/// Records that may be meant by these keys, by the columns of key and id.
#[must_use]
pub fn meant<C: IntoColumnRef + Clone>(
    (key, id): (C, C),
    keys: impl Iterator<Item = String>,
) -> Condition {
    let keys: Vec<String> = keys.collect();
    let ids: Vec<Uuid> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    let mut any = Condition::any().add(Expr::col(key.clone()).is_in(keys));
    if !ids.is_empty() {
        let by_hand = Condition::all().add(Expr::col(key).is_null());
        any = any.add(by_hand.add(Expr::col(id).is_in(ids)));
    }
    any
}

/// Keys of a file's column, each once and none empty.
#[must_use]
pub fn wanted<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut keys: Vec<String> = keys
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What a key of a file stands for in a table of all communities: by the table and its column of keys.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn known<'a, K: FromIterator<(String, (CommunityId, Uuid))>>(
    db: &impl ConnectionTrait,
    (table, column): (&'static str, &'static str),
    keys: impl Iterator<Item = &'a str>,
) -> Result<K> {
    let mut found = Vec::new();
    for some in wanted(keys).chunks(BATCH) {
        let mut find = Query::select();
        find.columns(["community_id", "id", column].map(name))
            .from(name(table))
            .cond_where(meant((name(column), name("id")), some.iter().cloned()));
        for row in db.query_all(&find).await? {
            let id: Uuid = row.try_get("", "id")?;
            let key: Option<String> = row.try_get("", column)?;
            let community = CommunityId(row.try_get("", "community_id")?);
            found.push((key_of(key.as_deref(), id), (community, id)));
        }
    }
    Ok(found.into_iter().collect())
}
