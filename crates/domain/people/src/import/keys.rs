//! From keys of the files to records ([`youlin_database::keys`]).

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::keys::{self, BATCH, key_of, meant, wanted};
use youlin_kernel::{CommunityId, Result};

use crate::entities::person;

/// What a key stands for: the community and the id.
pub(crate) type Keys = HashMap<String, (CommunityId, Uuid)>;

/// Persons of all communities; of those who were merged, whom they were merged into.
pub(crate) async fn persons<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    persons_of(db, None, keys).await
}

/// As [`persons`], of these communities.
pub(super) async fn persons_of<'a>(
    db: &impl ConnectionTrait,
    communities: Option<&[i64]>,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    let mut found = Keys::new();
    for batch in wanted(keys).chunks(BATCH) {
        let mut find = person::Entity::find().filter(meant(
            (person::Column::ExtKey, person::Column::Id),
            batch.iter().cloned(),
        ));
        if let Some(communities) = communities {
            find = find.filter(person::Column::CommunityId.is_in(communities.iter().copied()));
        }
        for row in find.all(db).await? {
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
    keys::known(db, ("organisation", "ext_key"), keys).await
}

/// Dwellings by the key they were imported under, or the id of those entered by hand.
pub(super) async fn dwellings<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a str>,
) -> Result<Keys> {
    keys::known(db, ("dwelling", "external_key"), keys).await
}
