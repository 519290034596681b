//! Reads for pages and the interface. Areas and boundaries are common knowledge; the register is read within a scope.

mod buildings;
mod doors;
mod entry;
mod parts;
pub(crate) mod premises;
pub(crate) mod split;

use std::collections::HashSet;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Micros, Problem, Result, Scope};

use crate::entities::{area, area_code, boundary, building, dwelling, entrance, estate};
use crate::{days, words};

pub use buildings::{BuildingSpot, buildings_in};
pub use doors::{DoorLine, doors_among, doors_of, dwelling_closed, entrance_of};
pub(crate) use entry::{EstateDetail, dwelling_detail, estate_detail};
pub(crate) use parts::building_names;
pub use parts::{DwellingParts, dwelling_parts};

/// A code an area has or had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaCode {
    pub code: String,
    /// Whose code it is.
    pub scheme: String,
    pub scheme_version: String,
    /// When another took its place; absent for the present one.
    pub replaced_at: Option<Micros>,
}

/// One boundary of an area and its days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoundarySpan {
    pub id: Uuid,
    /// First day, `2024-01-01`.
    pub valid_from: String,
    /// First day it no longer holds; the same day for one that was replaced before it held.
    pub valid_to: Option<String>,
    /// Square metres.
    pub area_m2: f64,
    /// Drawn for an example, not surveyed.
    pub illustrative: bool,
}

/// All there is to say about an area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaDetail {
    pub id: AreaId,
    pub parent: Option<AreaId>,
    pub level: AreaLevel,
    pub name: String,
    pub name_en: String,
    pub short_name: String,
    pub version: i32,
    pub closed_at: Option<Micros>,
    pub closed_reason: Option<String>,
    /// The present code first.
    pub codes: Vec<AreaCode>,
    /// Newest first.
    pub boundaries: Vec<BoundarySpan>,
}

/// An area with its codes and the history of its boundary.
///
/// # Errors
/// 404 when there is none.
pub async fn area_detail(db: &Database, id: AreaId) -> Result<AreaDetail> {
    let system = CommunityId::SYSTEM.0;
    let row = area::Entity::find()
        .filter(area::Column::CommunityId.eq(system))
        .filter(area::Column::AreaId.eq(id.0))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let former = area_code::Entity::find()
        .filter(area_code::Column::CommunityId.eq(system))
        .filter(area_code::Column::AreaId.eq(id.0))
        .order_by_desc(area_code::Column::ReplacedAt)
        .all(db.read())
        .await?;
    let boundaries = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(system))
        .filter(boundary::Column::AreaId.eq(id.0))
        .order_by_desc(boundary::Column::ValidFrom)
        .order_by_desc(boundary::Column::Id)
        .all(db.read())
        .await?;
    let mut codes = vec![AreaCode {
        code: row.code,
        scheme: row.scheme,
        scheme_version: row.scheme_version,
        replaced_at: None,
    }];
    codes.extend(former.into_iter().map(|former| AreaCode {
        code: former.code,
        scheme: former.scheme,
        scheme_version: former.scheme_version,
        replaced_at: Some(Micros(former.replaced_at)),
    }));
    Ok(AreaDetail {
        id,
        parent: row.parent_id.map(AreaId),
        level: AreaLevel::from_number(row.level)
            .ok_or_else(|| Problem::internal("an area of no level"))?,
        name: row.name,
        name_en: row.name_en,
        short_name: row.short_name,
        version: row.version,
        closed_at: row.closed_at.map(Micros),
        closed_reason: row.closed_reason,
        codes,
        boundaries: boundaries.into_iter().map(span).collect(),
    })
}

fn span(row: boundary::Model) -> BoundarySpan {
    BoundarySpan {
        id: row.id,
        valid_from: days::text(row.valid_from),
        valid_to: row.valid_to.map(days::text),
        area_m2: row.area_m2,
        illustrative: row.illustrative,
    }
}

/// More areas are not named one by one.
const NAMED_AREAS: usize = 2_000;

/// The GeoJSON geometry text of each of these areas in force on that day.
pub(crate) async fn shapes_on(
    db: &Database,
    areas: &[AreaId],
    day: i32,
) -> Result<Vec<(AreaId, String)>> {
    // Of many areas few have boundaries: all are read then.
    let few = areas.len() <= NAMED_AREAS;
    let named = few.then(|| boundary::Column::AreaId.is_in(areas.iter().map(|id| id.0)));
    let named = Condition::all().add_option(named);
    let wanted: HashSet<i64> = areas.iter().map(|id| id.0).collect();
    let rows = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(named)
        .filter(boundary::Column::ValidFrom.lte(day))
        .filter(
            Condition::any()
                .add(boundary::Column::ValidTo.is_null())
                .add(boundary::Column::ValidTo.gt(day)),
        )
        .order_by_asc(boundary::Column::AreaId)
        .all(db.read())
        .await?;
    let shapes = rows
        .into_iter()
        .filter(|row| wanted.contains(&row.area_id))
        .map(|row| (AreaId(row.area_id), row.shape));
    Ok(shapes.collect())
}

/// The GeoJSON geometry of each of these areas in force at that moment, for maps.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn outlines(
    db: &Database,
    areas: &[AreaId],
    at: Micros,
) -> Result<Vec<(AreaId, String)>> {
    shapes_on(db, areas, days::of(at)).await
}

/// A building in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BuildingLine {
    pub id: Uuid,
    pub name: String,
    /// Separated by `;`.
    pub aliases: String,
    pub floors: Option<i32>,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub dwellings: i64,
}

/// An estate with its buildings; the last of a community may be the buildings of no estate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EstateLine {
    pub id: Option<Uuid>,
    pub name: String,
    pub aliases: String,
    pub street_address: String,
    pub built_year: Option<i32>,
    pub buildings: Vec<BuildingLine>,
    pub dwellings: i64,
}

/// The register of one community as far as the scope reaches, in the order of names.
///
/// # Errors
/// 404 outside the scope.
pub async fn register_of(
    db: &Database,
    scope: &Scope,
    community: CommunityId,
) -> Result<Vec<EstateLine>> {
    if !scope.contains_community(community) {
        return Err(Problem::not_found());
    }
    let estates = estate::Entity::find()
        .filter(estate::Column::CommunityId.eq(community.0))
        .filter(estate::Column::ClosedAt.is_null())
        .all(db.read())
        .await?;
    let buildings = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(building::Column::ClosedAt.is_null())
        .all(db.read())
        .await?;
    let counts = dwelling_counts(db, community).await?;
    let mut lines: Vec<EstateLine> = estates
        .into_iter()
        .map(|row| EstateLine {
            id: Some(row.id),
            name: row.name,
            aliases: row.aliases,
            street_address: row.street_address,
            built_year: row.built_year,
            buildings: Vec::new(),
            dwellings: 0,
        })
        .collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    lines.push(EstateLine {
        id: None,
        name: String::new(),
        aliases: String::new(),
        street_address: String::new(),
        built_year: None,
        buildings: Vec::new(),
        dwellings: 0,
    });
    for row in buildings {
        let areas = [row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId)];
        if !scope.contains(community, &areas) {
            continue;
        }
        let dwellings = counts.get(&row.id).copied().unwrap_or(0);
        let Some(line) = lines
            .iter_mut()
            .find(|line| line.id == row.estate_id || line.id.is_none())
        else {
            continue;
        };
        line.dwellings += dwellings;
        line.buildings.push(BuildingLine {
            id: row.id,
            name: row.name,
            aliases: row.aliases,
            floors: row.floors,
            grid: areas[0],
            neighbourhood: areas[1],
            dwellings,
        });
    }
    for line in &mut lines {
        line.buildings.sort_by_key(|one| words::natural(&one.name));
    }
    lines.retain(|line| {
        !line.buildings.is_empty() || (line.id.is_some() && sees_all(scope, community))
    });
    Ok(lines)
}

fn sees_all(scope: &Scope, community: CommunityId) -> bool {
    scope
        .parts()
        .iter()
        .any(|part| part.community == community && part.areas.is_none())
}

async fn dwelling_counts(
    db: &Database,
    community: CommunityId,
) -> Result<std::collections::HashMap<Uuid, i64>> {
    use sea_orm::QuerySelect;
    let rows: Vec<(Uuid, i64)> = dwelling::Entity::find()
        .select_only()
        .column(dwelling::Column::BuildingId)
        .column_as(dwelling::Column::Id.count(), "dwellings")
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .filter(dwelling::Column::ClosedAt.is_null())
        .group_by(dwelling::Column::BuildingId)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// A dwelling in the stack of its building.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DwellingCell {
    pub id: Uuid,
    pub room: String,
    pub floor: Option<i32>,
    /// `owned`, `let`, `empty`, `shop`, `office` or `other`.
    pub usage: String,
}

/// An entrance with its dwellings, highest floor first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntranceStack {
    /// Empty for dwellings without one.
    pub name: String,
    pub floors: Vec<FloorRow>,
}

/// The dwellings of one floor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorRow {
    pub floor: Option<i32>,
    pub dwellings: Vec<DwellingCell>,
}

/// A building with everything in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BuildingDetail {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub name: String,
    pub aliases: String,
    pub estate: String,
    pub estate_id: Option<Uuid>,
    pub street_address: String,
    pub floors: Option<i32>,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    /// Longitude and latitude, WGS-84.
    pub position: Option<(f64, f64)>,
    pub dwellings: usize,
    pub entrances: Vec<EntranceStack>,
    /// Torn down, or entered by mistake.
    pub closed: bool,
    pub closed_at: Option<Micros>,
    pub closed_reason: Option<String>,
}

impl BuildingDetail {
    /// The most specific area it stands in.
    #[must_use]
    pub fn area(&self) -> Option<AreaId> {
        self.neighbourhood.or(self.grid)
    }
}

/// A building within the scope.
///
/// # Errors
/// 404 when there is none, or none for this caller.
pub async fn building_detail(db: &Database, scope: &Scope, id: Uuid) -> Result<BuildingDetail> {
    let row = building::Entity::find()
        .filter(building::Column::CommunityId.is_in(scope.communities()))
        .filter(building::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let community = CommunityId(row.community_id);
    let areas = [row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId)];
    if !scope.contains(community, &areas) {
        return Err(Problem::not_found());
    }
    let estate = match row.estate_id {
        None => None,
        Some(id) => {
            estate::Entity::find_by_id((community.0, id))
                .one(db.read())
                .await?
        }
    };
    let entrances = entrance::Entity::find()
        .filter(entrance::Column::CommunityId.eq(community.0))
        .filter(entrance::Column::BuildingId.eq(id))
        .all(db.read())
        .await?;
    let homes = dwelling::Entity::find()
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .filter(dwelling::Column::BuildingId.eq(id))
        .filter(dwelling::Column::ClosedAt.is_null())
        .all(db.read())
        .await?;
    Ok(BuildingDetail {
        id,
        community,
        version: row.version,
        name: row.name,
        aliases: row.aliases,
        estate: estate.map_or(String::new(), |estate| estate.name),
        estate_id: row.estate_id,
        closed: row.closed_at.is_some(),
        closed_at: row.closed_at.map(Micros),
        closed_reason: row.closed_reason,
        street_address: row.street_address,
        floors: row.floors,
        grid: areas[0],
        neighbourhood: areas[1],
        position: row.lon.zip(row.lat),
        dwellings: homes.len(),
        entrances: stacks(&entrances, homes),
    })
}

fn stacks(entrances: &[entrance::Model], homes: Vec<dwelling::Model>) -> Vec<EntranceStack> {
    let mut ordered: Vec<(Option<Uuid>, &str)> = entrances
        .iter()
        .map(|row| (Some(row.id), row.name.as_str()))
        .collect();
    ordered.sort_by_key(|(_, name)| words::natural(name));
    ordered.insert(0, (None, ""));
    let mut left = homes;
    let mut all = Vec::new();
    for (id, name) in ordered {
        let (mut own, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|home| home.entrance_id == id);
        left = others;
        own.sort_by_key(|home| (std::cmp::Reverse(home.floor), words::natural(&home.room)));
        if own.is_empty() {
            continue;
        }
        let mut floors: Vec<FloorRow> = Vec::new();
        for home in own {
            let cell = DwellingCell {
                id: home.id,
                room: home.room,
                floor: home.floor,
                usage: home.usage,
            };
            match floors.last_mut() {
                Some(row) if row.floor == cell.floor => row.dwellings.push(cell),
                _ => floors.push(FloorRow {
                    floor: cell.floor,
                    dwellings: vec![cell],
                }),
            }
        }
        all.push(EntranceStack {
            name: name.to_owned(),
            floors,
        });
    }
    all
}

/// Open dwellings of a community by building.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn dwellings_of(
    db: &Database,
    community: CommunityId,
) -> Result<std::collections::BTreeMap<Uuid, Vec<Uuid>>> {
    use sea_orm::QuerySelect;
    let rows: Vec<(Uuid, Uuid)> = dwelling::Entity::find()
        .select_only()
        .columns([dwelling::Column::BuildingId, dwelling::Column::Id])
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .filter(dwelling::Column::ClosedAt.is_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let mut of: std::collections::BTreeMap<Uuid, Vec<Uuid>> = std::collections::BTreeMap::new();
    for (building, id) in rows {
        of.entry(building).or_default().push(id);
    }
    Ok(of)
}
