//! Registers as files that [`crate::import`] reads: what is in force, under the keys it came with. A record that was entered by
//! hand has no key; its id stands for one.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_imports::write_csv;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Result};

use crate::entities::{
    area, building, dwelling, entrance, estate, premises as premises_table, stall,
};
use crate::premises::{kilowatts, square_metres as short_metres};
use youlin_database::keys::key_of;

/// Open areas, parents before children.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn areas(db: &Database) -> Result<String> {
    let rows = area::Entity::find()
        .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(area::Column::ClosedAt.is_null())
        .order_by_asc(area::Column::Level)
        .order_by_asc(area::Column::AreaId)
        .all(db.read())
        .await?;
    let codes: HashMap<i64, &str> = rows
        .iter()
        .map(|row| (row.area_id, row.code.as_str()))
        .collect();
    let lines = rows.iter().map(|row| {
        let parent = row.parent_id.and_then(|id| codes.get(&id));
        [
            row.code.clone(),
            row.scheme.clone(),
            row.scheme_version.clone(),
            AreaLevel::from_number(row.level)
                .map_or_else(String::new, |level| level.as_str().to_owned()),
            parent.map_or_else(String::new, |code| (*code).to_owned()),
            row.name.clone(),
            row.name_en.clone(),
            row.short_name.clone(),
        ]
    });
    let header = [
        "code",
        "scheme",
        "scheme_version",
        "level",
        "parent_code",
        "name",
        "name_en",
        "short",
    ];
    write_csv(&header, lines)
}

/// Estates of all communities.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn estates(db: &Database, tree: &AreaTree) -> Result<String> {
    let rows = estate::Entity::find()
        .filter(estate::Column::ClosedAt.is_null())
        .order_by_asc(estate::Column::CommunityId)
        .order_by_asc(estate::Column::Id)
        .all(db.read())
        .await?;
    let lines = rows.into_iter().map(|row| {
        [
            key_of(row.external_key.as_deref(), row.id),
            code(tree, Some(row.community_id)),
            row.name,
            row.aliases,
            row.street_address,
            text(row.built_year),
            text(row.lon),
            text(row.lat),
            code(tree, row.neighbourhood_id.or(row.grid_id)),
        ]
    });
    let header = [
        "key",
        "community_code",
        "name",
        "aliases",
        "street_address",
        "built_year",
        "lon",
        "lat",
        "neighbourhood_code",
    ];
    write_csv(&header, lines)
}

/// Buildings of the estates; one that stands in no estate has no way into a file.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn buildings(db: &Database, tree: &AreaTree) -> Result<String> {
    let estates: HashMap<Uuid, String> = estate::Entity::find()
        .filter(estate::Column::ClosedAt.is_null())
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, key_of(row.external_key.as_deref(), row.id)))
        .collect();
    let rows = open_buildings(db).await?;
    let lines = rows.into_iter().filter_map(|row| {
        Some([
            key_of(row.external_key.as_deref(), row.id),
            estates.get(&row.estate_id?)?.clone(),
            row.name,
            row.aliases,
            row.street_address,
            text(row.floors),
            text(row.lon),
            text(row.lat),
            code(tree, row.neighbourhood_id.or(row.grid_id)),
        ])
    });
    let header = [
        "key",
        "estate_key",
        "name",
        "aliases",
        "street_address",
        "floors",
        "lon",
        "lat",
        "neighbourhood_code",
    ];
    write_csv(&header, lines)
}

/// Dwellings of the buildings.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn dwellings(db: &Database) -> Result<String> {
    let buildings: HashMap<Uuid, String> = open_buildings(db)
        .await?
        .into_iter()
        .map(|row| (row.id, key_of(row.external_key.as_deref(), row.id)))
        .collect();
    let entrances: HashMap<Uuid, String> = entrance::Entity::find()
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let rows = dwelling::Entity::find()
        .filter(dwelling::Column::ClosedAt.is_null())
        .order_by_asc(dwelling::Column::CommunityId)
        .order_by_asc(dwelling::Column::Id)
        .all(db.read())
        .await?;
    let lines = rows.into_iter().filter_map(|row| {
        let entrance = row.entrance_id.and_then(|id| entrances.get(&id));
        Some([
            key_of(row.external_key.as_deref(), row.id),
            buildings.get(&row.building_id)?.clone(),
            entrance.cloned().unwrap_or_default(),
            row.room,
            text(row.floor),
            row.usage,
            row.area_centi.map_or_else(String::new, square_metres),
        ])
    });
    let header = [
        "key",
        "building_key",
        "entrance",
        "room",
        "floor",
        "use",
        "area",
    ];
    write_csv(&header, lines)
}

/// Open premises, each under its community.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn premises(db: &Database, tree: &AreaTree) -> Result<String> {
    let buildings: HashMap<Uuid, String> = open_buildings(db)
        .await?
        .into_iter()
        .map(|row| (row.id, key_of(row.external_key.as_deref(), row.id)))
        .collect();
    let lines = open_premises(db).await?.into_iter().map(|row| {
        let building = row.building_id.and_then(|id| buildings.get(&id));
        [
            key_of(row.external_key.as_deref(), row.id),
            code(tree, Some(row.community_id)),
            row.kind,
            row.name,
            building.cloned().unwrap_or_default(),
            row.street_address,
            text(row.lon),
            text(row.lat),
            code(tree, row.neighbourhood_id.or(row.grid_id)),
            row.area_centi.map_or_else(String::new, short_metres),
            text(row.storeys),
            text(row.built_year),
            row.circuit_w.map_or_else(String::new, kilowatts),
            row.note,
        ]
    });
    let header = [
        "key",
        "community_code",
        "kind",
        "name",
        "building_key",
        "street_address",
        "lon",
        "lat",
        "neighbourhood_code",
        "floor_area",
        "storeys",
        "built_year",
        "circuit",
        "note",
    ];
    write_csv(&header, lines)
}

/// Stalls of open premises.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn stalls(db: &Database) -> Result<String> {
    let premises: HashMap<Uuid, String> = open_premises(db)
        .await?
        .into_iter()
        .map(|row| (row.id, key_of(row.external_key.as_deref(), row.id)))
        .collect();
    let rows = stall::Entity::find()
        .filter(stall::Column::EndedAt.is_null())
        .order_by_asc(stall::Column::CommunityId)
        .order_by_asc(stall::Column::Id)
        .all(db.read())
        .await?;
    let lines = rows.into_iter().filter_map(|row| {
        Some([
            key_of(row.external_key.as_deref(), row.id),
            premises.get(&row.premises_id)?.clone(),
            row.section,
            row.number,
            row.area_centi.map_or_else(String::new, short_metres),
            row.usage,
        ])
    });
    let header = [
        "key",
        "premises_key",
        "section",
        "number",
        "floor_area",
        "use",
    ];
    write_csv(&header, lines)
}

async fn open_premises(db: &Database) -> Result<Vec<premises_table::Model>> {
    Ok(premises_table::Entity::find()
        .filter(premises_table::Column::ClosedAt.is_null())
        .order_by_asc(premises_table::Column::CommunityId)
        .order_by_asc(premises_table::Column::Id)
        .all(db.read())
        .await?)
}

async fn open_buildings(db: &Database) -> Result<Vec<building::Model>> {
    Ok(building::Entity::find()
        .filter(building::Column::ClosedAt.is_null())
        .order_by_asc(building::Column::CommunityId)
        .order_by_asc(building::Column::Id)
        .all(db.read())
        .await?)
}

fn code(tree: &AreaTree, area: Option<i64>) -> String {
    area.and_then(|id| tree.get(AreaId(id)))
        .map_or_else(String::new, |node| node.code.clone())
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn square_metres(centi: i64) -> String {
    format!("{}.{:02}", centi / 100, centi % 100)
}
