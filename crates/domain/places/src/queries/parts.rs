//! The parts of an address apart, for tables that have a column for each of them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::entities::{building, dwelling, entrance, estate};

/// A dwelling by the parts of its address; what it has none of is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DwellingParts {
    pub estate: String,
    /// `12号楼`, without the estate.
    pub building: String,
    pub entrance: String,
    pub room: String,
    pub floor: Option<i32>,
    /// See [`crate::entities::dwelling::Model::usage`].
    pub usage: String,
    /// 0.01 m²
    pub area_centi: Option<i64>,
}

/// The parts of these dwellings, closed ones too.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn dwelling_parts(
    db: &impl ConnectionTrait,
    community: CommunityId,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, DwellingParts>> {
    let mut found = HashMap::new();
    for some in ids.chunks(500) {
        let rows = dwelling::Entity::find()
            .filter(dwelling::Column::CommunityId.eq(community.0))
            .filter(dwelling::Column::Id.is_in(some.iter().copied()))
            .all(db)
            .await?;
        let buildings =
            building_names(db, community, rows.iter().map(|row| row.building_id)).await?;
        let entrances: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.entrance_id).collect();
        let entrances: Vec<(Uuid, String)> = entrance::Entity::find()
            .select_only()
            .columns([entrance::Column::Id, entrance::Column::Name])
            .filter(entrance::Column::CommunityId.eq(community.0))
            .filter(entrance::Column::Id.is_in(entrances))
            .into_tuple()
            .all(db)
            .await?;
        let entrances: HashMap<Uuid, String> = entrances.into_iter().collect();
        for row in rows {
            let (estate, building) = buildings.get(&row.building_id).cloned().unwrap_or_default();
            let entrance = row.entrance_id.and_then(|id| entrances.get(&id).cloned());
            let parts = DwellingParts {
                estate,
                building,
                entrance: entrance.unwrap_or_default(),
                room: row.room,
                floor: row.floor,
                usage: row.usage,
                area_centi: row.area_centi,
            };
            found.insert(row.id, parts);
        }
    }
    Ok(found)
}

/// Names of the estate and of the building, by building.
pub(crate) async fn building_names(
    db: &impl ConnectionTrait,
    community: CommunityId,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, (String, String)>> {
    let ids: BTreeSet<Uuid> = ids.collect();
    let rows: Vec<(Uuid, Option<Uuid>, String)> = building::Entity::find()
        .select_only()
        .columns([
            building::Column::Id,
            building::Column::EstateId,
            building::Column::Name,
        ])
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(building::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    let estates: BTreeSet<Uuid> = rows.iter().filter_map(|(_, estate, _)| *estate).collect();
    let estates: Vec<(Uuid, String)> = estate::Entity::find()
        .select_only()
        .columns([estate::Column::Id, estate::Column::Name])
        .filter(estate::Column::CommunityId.eq(community.0))
        .filter(estate::Column::Id.is_in(estates))
        .into_tuple()
        .all(db)
        .await?;
    let estates: HashMap<Uuid, String> = estates.into_iter().collect();
    let named = |(id, estate, name): (Uuid, Option<Uuid>, String)| {
        let estate = estate.and_then(|id| estates.get(&id).cloned());
        (id, (estate.unwrap_or_default(), name))
    };
    Ok(rows.into_iter().map(named).collect())
}
