//! From keys of the files to records ([`youlin_database::keys`]).

use std::collections::HashMap;

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::keys::{key_of, meant};
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

pub(crate) async fn persons<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    let mut found = Keys::new();
    for batch in wanted(keys).chunks(BATCH) {
        let rows = person::Entity::find()
            .filter(meant(
                (person::Column::ExtKey, person::Column::Id),
                batch.iter().cloned(),
            ))
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
                batch.iter().cloned(),
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
