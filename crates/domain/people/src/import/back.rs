//! What may go when an import is taken back: rows nobody changed since, and people who are in use nowhere.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{New, Record, Tx, words_digest};
use youlin_kernel::{CommunityId, Result, Scope};

/// Another floor that keeps people by their ids: who is in use there is not removed when an import is taken back.
pub trait InUse: Send + Sync {
    /// Those of the people who are.
    fn used<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        people: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Uuid>>>;
}

/// People of a community who have a role, an account or a consent by now, belong to a merchant, or are in use on another
/// floor.
pub(crate) async fn used(
    tx: &Tx<'_>,
    scope: &Scope,
    community: CommunityId,
    ids: &[Uuid],
    floors: &[Arc<dyn InUse>],
) -> Result<HashSet<Uuid>> {
    let mut used = HashSet::new();
    let (own, system) = (community.0, CommunityId::SYSTEM.0);
    // Whoever belongs to a merchant may belong to one of another community.
    let mut trading = scope.communities();
    trading.push(own);
    let of = [
        ("membership", Some("person_community"), vec![own, system]),
        ("merchant_person", Some("person_community"), trading),
        ("account", Some("person_community"), vec![system]),
        ("person_consent", None, vec![own, system]),
    ];
    for (table, person_community, filed) in of {
        let mut find = Query::select();
        find.column(name("person_id"))
            .from(name(table))
            .and_where(col("person_id").is_in(ids.iter().map(|id| Value::from(*id))))
            .and_where(col("community_id").is_in(filed));
        if let Some(column) = person_community {
            find.and_where(col(column).eq(own));
        }
        for row in tx.conn().query_all(&find).await? {
            used.insert(row.try_get("", "person_id")?);
        }
    }
    for floor in floors {
        used.extend(floor.used(tx.conn(), community, ids).await?);
    }
    Ok(used)
}

/// The rows an import made, as long as nobody changed them. `same`: a row that was written since and is as it was made all
/// the same, as one is that a later row of the file ended and whose end was taken back.
pub(crate) fn own<E: Record>(
    rows: &[E::Model],
    made: &[Uuid],
    same: impl Fn(&E::Model) -> bool,
) -> Vec<E::Model>
where
    E::Model: serde::Serialize + Clone + sea_orm::IntoActiveModel<E::ActiveModel> + Sync,
{
    let rows = rows.iter();
    rows.filter(|row| made.contains(&E::id(row)) && (E::version(row) == 1 || same(row)))
        .cloned()
        .collect()
}

/// What a record says, whatever its version: taking a later row of a file back leaves it with another version and the same
/// words.
pub(crate) fn print(row: &impl serde::Serialize) -> String {
    shown(&words_digest(row))
}

/// A new record made ready, and what it says.
pub(crate) fn printed<E: Record>(model: E::Model) -> (New<E>, String)
where
    E::Model: serde::Serialize + Clone + sea_orm::IntoActiveModel<E::ActiveModel> + Sync,
{
    let (new, words) = New::with_words(model);
    (new, shown(&words))
}

fn shown(digest: &[u8; 32]) -> String {
    hex::encode(&digest[..16])
}
