//! What is in a grid, for splitting it: its open neighbourhoods, and its buildings with how many dwellings each has.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use crate::commands::Placer;
use crate::entities::{building, dwelling, estate};

/// A building of the grid.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) id: Uuid,
    /// With its estate's name.
    pub(crate) name: String,
    /// The neighbourhood, or the grid itself.
    pub(crate) area: AreaId,
    pub(crate) at: Option<(f64, f64)>,
    pub(crate) dwellings: u64,
}

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(crate) struct GridHouses {
    pub(crate) neighbourhoods: Vec<AreaId>,
    /// By name.
    pub(crate) all: Vec<House>,
}

impl GridHouses {
    pub(crate) fn get(&self, id: Uuid) -> Option<&House> {
        self.all.iter().find(|house| house.id == id)
    }
}

/// For a page.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn of_grid(
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
    grid: AreaId,
) -> Result<GridHouses> {
    let placer = Placer::load_on(ctx, db.read(), community, &[], &[]).await?;
    houses(db.read(), &placer, community, grid).await
}

pub(crate) async fn houses(
    conn: &impl ConnectionTrait,
    placer: &Placer,
    community: CommunityId,
    grid: AreaId,
) -> Result<GridHouses> {
    let estates: HashMap<Uuid, String> = estate::Entity::find()
        .select_only()
        .columns([estate::Column::Id, estate::Column::Name])
        .filter(estate::Column::CommunityId.eq(community.0))
        .into_tuple::<(Uuid, String)>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    let mut counts: HashMap<Uuid, u64> = HashMap::new();
    let dwellings: Vec<Uuid> = dwelling::Entity::find()
        .select_only()
        .column(dwelling::Column::BuildingId)
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .filter(dwelling::Column::ClosedAt.is_null())
        .into_tuple()
        .all(conn)
        .await?;
    for building in dwellings {
        *counts.entry(building).or_default() += 1;
    }
    let rows = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(building::Column::ClosedAt.is_null())
        .all(conn)
        .await?;
    let mut all: Vec<House> = rows
        .into_iter()
        .filter_map(|row| {
            let said = row.neighbourhood_id.or(row.grid_id).unwrap_or(community.0);
            let at = row.lon.zip(row.lat);
            let area = placer.settled(AreaId(said), at);
            let estate = row.estate_id.and_then(|id| estates.get(&id));
            placer.is_within(area, grid).then(|| House {
                id: row.id,
                name: format!("{}{}", estate.map_or("", String::as_str), row.name),
                area,
                at,
                dwellings: counts.get(&row.id).copied().unwrap_or(0),
            })
        })
        .collect();
    all.sort_by(|a, b| (a.name.chars().count(), &a.name).cmp(&(b.name.chars().count(), &b.name)));
    Ok(GridHouses {
        neighbourhoods: placer.open_below(grid),
        all,
    })
}
