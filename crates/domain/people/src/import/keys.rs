//! From keys of the files to records. One that was entered by hand has no key; its id stands for one, so that a file which
//! left this house is known again when it comes back.

use std::collections::HashMap;

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Result};

use crate::entities::{organisation, person};

/// What a key stands for: the community and the id.
pub(crate) type Keys = HashMap<String, (CommunityId, Uuid)>;

/// Keys looked up with one statement.
const BATCH: usize = 500;

fn wanted<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut keys: Vec<String> = keys
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Records that may be meant by these keys, by the columns of key and id.
pub(crate) fn meant<C: ColumnTrait>((key, id): (C, C), keys: &[String]) -> Condition {
    let ids: Vec<Uuid> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    let mut any = Condition::any().add(key.is_in(keys.iter().cloned()));
    if !ids.is_empty() {
        any = any.add(Condition::all().add(key.is_null()).add(id.is_in(ids)));
    }
    any
}

/// What a record is called in files.
pub(crate) fn key_of(known: Option<&str>, id: Uuid) -> String {
    known.map_or_else(|| id.to_string(), str::to_owned)
}

pub(crate) async fn persons<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    let mut found = Keys::new();
    for batch in wanted(keys).chunks(BATCH) {
        let rows = person::Entity::find()
            .filter(meant((person::Column::ExtKey, person::Column::Id), batch))
            .all(db)
            .await?;
        for row in rows {
            let community = CommunityId(row.community_id);
            let id = match row.merged_into {
                Some(kept) => crate::merge::led_to(db, community, kept).await?,
                None => row.id,
            };
            found.insert(key_of(row.ext_key.as_deref(), row.id), (community, id));
        }
    }
    Ok(found)
}

pub(super) async fn organisations<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    let mut found = Keys::new();
    for batch in wanted(keys).chunks(BATCH) {
        let rows = organisation::Entity::find()
            .filter(meant(
                (organisation::Column::ExtKey, organisation::Column::Id),
                batch,
            ))
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| {
            let at = (CommunityId(row.community_id), row.id);
            (key_of(row.ext_key.as_deref(), row.id), at)
        }));
    }
    Ok(found)
}

/// Dwellings by the key they were imported under.
pub(super) async fn dwellings<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    let mut found = Keys::new();
    for batch in wanted(keys).chunks(BATCH) {
        let mut query = Query::select();
        query
            .columns(["community_id", "id", "external_key"].map(name))
            .from(name("dwelling"))
            .and_where(col("external_key").is_in(batch.iter().cloned()));
        for row in db.query_all(&query).await? {
            let community: i64 = row.try_get("", "community_id")?;
            let id: Uuid = row.try_get("", "id")?;
            found.insert(
                row.try_get("", "external_key")?,
                (CommunityId(community), id),
            );
        }
    }
    Ok(found)
}
