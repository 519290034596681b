//! Buildings of many communities at once, for floors that plan over them.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Result, Scope};

use crate::entities::{building, estate};
use crate::words;

/// A building that stands, by its whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildingSpot {
    pub id: Uuid,
    pub community: CommunityId,
    /// With the estate's: 中原公寓1号楼.
    pub name: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
}

/// Every building of the scope in the order of names, in two queries however many communities there are.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn buildings_in(db: &Database, scope: &Scope) -> Result<Vec<BuildingSpot>> {
    let estates: Vec<(Uuid, String)> = estate::Entity::find()
        .select_only()
        .columns([estate::Column::Id, estate::Column::Name])
        .filter(estate::Column::CommunityId.is_in(scope.communities()))
        .into_tuple()
        .all(db.read())
        .await?;
    let estates: HashMap<Uuid, String> = estates.into_iter().collect();
    let rows = building::Entity::find()
        .filter(building::Column::CommunityId.is_in(scope.communities()))
        .filter(building::Column::ClosedAt.is_null())
        .all(db.read())
        .await?;
    let spot = |row: building::Model| {
        let community = CommunityId(row.community_id);
        let (grid, neighbourhood) = (row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId));
        let estate = row.estate_id.and_then(|id| estates.get(&id));
        scope
            .contains(community, &[grid, neighbourhood])
            .then(|| BuildingSpot {
                id: row.id,
                community,
                name: format!("{}{}", estate.map_or("", String::as_str), row.name),
                grid,
                neighbourhood,
            })
    };
    let mut all: Vec<BuildingSpot> = rows.into_iter().filter_map(spot).collect();
    all.sort_by_cached_key(|one| (one.community, words::natural(&one.name)));
    Ok(all)
}
