//! What the forms of the register start from.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Problem, Result, Scope};

use crate::entities::{dwelling, entrance, estate};

/// An estate as its form shows it.
#[derive(Clone, Debug)]
pub(crate) struct EstateDetail {
    pub(crate) community: CommunityId,
    pub(crate) version: i32,
    pub(crate) name: String,
    pub(crate) aliases: String,
    pub(crate) street_address: String,
    pub(crate) built_year: Option<i32>,
    pub(crate) position: Option<(f64, f64)>,
    pub(crate) area: Option<AreaId>,
    pub(crate) closed: bool,
}

/// An estate of the scope's communities.
pub(crate) async fn estate_detail(db: &Database, scope: &Scope, id: Uuid) -> Result<EstateDetail> {
    let row = estate::Entity::find()
        .filter(estate::Column::CommunityId.is_in(scope.communities()))
        .filter(estate::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(EstateDetail {
        community: CommunityId(row.community_id),
        version: row.version,
        name: row.name,
        aliases: row.aliases,
        street_address: row.street_address,
        built_year: row.built_year,
        position: row.lon.zip(row.lat),
        area: row.neighbourhood_id.or(row.grid_id).map(AreaId),
        closed: row.closed_at.is_some(),
    })
}

/// A dwelling as its form shows it.
#[derive(Clone, Debug)]
pub(crate) struct DwellingDetail {
    pub(crate) version: i32,
    pub(crate) building: Uuid,
    pub(crate) entrance: String,
    pub(crate) room: String,
    pub(crate) floor: Option<i32>,
    pub(crate) usage: String,
    pub(crate) area_centi: Option<i64>,
    pub(crate) closed: bool,
}

/// A dwelling of the scope's communities.
pub(crate) async fn dwelling_detail(
    db: &Database,
    scope: &Scope,
    id: Uuid,
) -> Result<DwellingDetail> {
    let row = dwelling::Entity::find()
        .filter(dwelling::Column::CommunityId.is_in(scope.communities()))
        .filter(dwelling::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let entrance = match row.entrance_id {
        None => None,
        Some(entrance) => {
            entrance::Entity::find_by_id((row.community_id, entrance))
                .one(db.read())
                .await?
        }
    };
    Ok(DwellingDetail {
        version: row.version,
        building: row.building_id,
        entrance: entrance.map_or_else(String::new, |row| row.name),
        room: row.room,
        floor: row.floor,
        usage: row.usage,
        area_centi: row.area_centi,
        closed: row.closed_at.is_some(),
    })
}
