//! Every dwelling of a community with the building and entrance it is reached by.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::parts;
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use crate::entities::{building, dwelling, entrance};

/// An open dwelling and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorLine {
    pub dwelling: Uuid,
    pub building: Uuid,
    /// Empty for dwellings without one.
    pub entrance: String,
}

/// See the module's text.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn doors_of(db: &Database, community: CommunityId) -> Result<Vec<DoorLine>> {
    doors_among(db, community, None).await
}

/// The same of these dwellings, where not all of the community are wanted.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn doors_among(
    db: &Database,
    community: CommunityId,
    wanted: Option<&[Uuid]>,
) -> Result<Vec<DoorLine>> {
    let names: Vec<(Uuid, String)> = entrance::Entity::find()
        .select_only()
        .columns([entrance::Column::Id, entrance::Column::Name])
        .filter(entrance::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let names: HashMap<Uuid, String> = names.into_iter().collect();
    let mut rows = Vec::new();
    for some in parts(wanted) {
        let find = dwelling::Entity::find()
            .select_only()
            .columns([
                dwelling::Column::Id,
                dwelling::Column::BuildingId,
                dwelling::Column::EntranceId,
            ])
            .filter(dwelling::Column::CommunityId.eq(community.0))
            .filter(dwelling::Column::ClosedAt.is_null())
            .apply_if(some, |find, some| {
                find.filter(dwelling::Column::Id.is_in(some.iter().copied()))
            });
        let some: Vec<(Uuid, Uuid, Option<Uuid>)> = find.into_tuple().all(db.read()).await?;
        rows.extend(some);
    }
    Ok(rows
        .into_iter()
        .map(|(dwelling, building, entrance)| DoorLine {
            dwelling,
            building,
            entrance: entrance
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or_default(),
        })
        .collect())
}

/// The name of the entrance a dwelling is reached by; empty for dwellings without one.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn entrance_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    dwelling: Uuid,
) -> Result<String> {
    let row = dwelling::Entity::find_by_id((community.0, dwelling))
        .one(db)
        .await?;
    let Some(entrance) = row.and_then(|row| row.entrance_id) else {
        return Ok(String::new());
    };
    let row = entrance::Entity::find_by_id((community.0, entrance))
        .one(db)
        .await?;
    Ok(row.map_or_else(String::new, |row| row.name))
}

/// Since when a dwelling that was in the register is closed, or its building is; `None` for one that is open or was never
/// there. The locator no longer knows it: whoever holds an old list is told why.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn dwelling_closed(db: &Database, scope: &Scope, id: Uuid) -> Result<Option<Micros>> {
    let row = dwelling::Entity::find()
        .filter(dwelling::Column::CommunityId.is_in(scope.communities()))
        .filter(dwelling::Column::Id.eq(id))
        .one(db.read())
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.closed_at.is_some() {
        return Ok(row.closed_at.map(Micros));
    }
    let house = building::Entity::find_by_id((row.community_id, row.building_id))
        .one(db.read())
        .await?;
    Ok(house.and_then(|house| house.closed_at).map(Micros))
}
