//! From rows to what is told of them.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result, Scope};

use super::view::{CheckView, EquipmentView, PremisesView, StallView};
use crate::days;
use crate::entities::{building, equipment, equipment_check, estate, premises, stall};
use crate::premises::{Due, EquipmentKind, EquipmentState, PremisesKind, StallUse};

pub(super) fn stall_view(row: stall::Model) -> StallView {
    StallView {
        id: row.id,
        version: row.version,
        community: CommunityId(row.community_id),
        premises: row.premises_id,
        section: row.section,
        number: row.number,
        area_centi: row.area_centi,
        usage: StallUse::parse(&row.usage).unwrap_or(StallUse::Other),
        ended_at: row.ended_at.map(Micros),
    }
}

pub(super) fn check_view(row: equipment_check::Model) -> CheckView {
    CheckView {
        at: Micros(row.at),
        checked_on: days::text(row.checked_on),
        state: EquipmentState::parse(&row.state).unwrap_or(EquipmentState::Working),
        due_on: row.due_on.map(days::text),
        note: row.note,
        by: row.by_name,
    }
}

/// Names of buildings with their estates, and where they stand.
struct BuildingLabel {
    name: String,
    areas: [Option<AreaId>; 2],
}

async fn building_labels(
    db: &impl ConnectionTrait,
    communities: &[i64],
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, BuildingLabel>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = building::Entity::find()
        .filter(building::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(building::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let estates: Vec<Uuid> = rows.iter().filter_map(|row| row.estate_id).collect();
    let estates: HashMap<Uuid, String> = estate::Entity::find()
        .filter(estate::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(estate::Column::Id.is_in(estates))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let label = |row: building::Model| {
        let estate = row.estate_id.and_then(|id| estates.get(&id));
        let name = format!("{}{}", estate.map_or("", String::as_str), row.name);
        let areas = [row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId)];
        (row.id, BuildingLabel { name, areas })
    };
    Ok(rows.into_iter().map(label).collect())
}

fn communities_of(communities: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut all: Vec<i64> = communities.collect();
    all.sort_unstable();
    all.dedup();
    all
}

pub(super) async fn views(
    db: &impl ConnectionTrait,
    rows: Vec<premises::Model>,
) -> Result<Vec<PremisesView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let communities = communities_of(rows.iter().map(|row| row.community_id));
    let ids = rows.iter().filter_map(|row| row.building_id).collect();
    let buildings = building_labels(db, &communities, ids).await?;
    let counts: Vec<(Uuid, i64)> = stall::Entity::find()
        .select_only()
        .column(stall::Column::PremisesId)
        .column_as(stall::Column::Id.count(), "stalls")
        .filter(stall::Column::CommunityId.is_in(communities))
        .filter(stall::Column::PremisesId.is_in(rows.iter().map(|row| row.id)))
        .filter(stall::Column::EndedAt.is_null())
        .group_by(stall::Column::PremisesId)
        .into_tuple()
        .all(db)
        .await?;
    let counts: HashMap<Uuid, i64> = counts.into_iter().collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let building = row.building_id.and_then(|id| buildings.get(&id));
            let parts = [building.map_or("", |one| &one.name), &row.street_address];
            let address: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            PremisesView {
                address: address.join(" · "),
                id: row.id,
                version: row.version,
                community: CommunityId(row.community_id),
                kind: PremisesKind::parse(&row.kind).unwrap_or(PremisesKind::Other),
                name: row.name,
                building: row.building_id,
                street_address: row.street_address,
                grid: row.grid_id.map(AreaId),
                neighbourhood: row.neighbourhood_id.map(AreaId),
                position: row.lon.zip(row.lat),
                area_centi: row.area_centi,
                storeys: row.storeys,
                built_year: row.built_year,
                circuit_w: row.circuit_w,
                note: row.note,
                stalls: counts.get(&row.id).copied().unwrap_or(0),
                closed_at: row.closed_at.map(Micros),
                closed_reason: row.closed_reason,
            }
        })
        .collect())
}

/// Equipment stands where its building or its premises do; what the scope does not hold is left out.
pub(super) async fn equipment_views(
    db: &impl ConnectionTrait,
    scope: &Scope,
    rows: Vec<equipment::Model>,
    now: Micros,
) -> Result<Vec<EquipmentView>> {
    let communities = communities_of(rows.iter().map(|row| row.community_id));
    let ids = rows.iter().filter_map(|row| row.building_id).collect();
    let buildings = building_labels(db, &communities, ids).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.premises_id).collect();
    let places: BTreeMap<Uuid, (String, [Option<AreaId>; 2])> = premises::Entity::find()
        .filter(premises::Column::CommunityId.is_in(communities))
        .filter(premises::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let areas = [row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId)];
            (row.id, (row.name, areas))
        })
        .collect();
    let today = now.local().date();
    let view = |row: equipment::Model| {
        let (of, areas) = match (row.building_id, row.premises_id) {
            (Some(id), _) => buildings
                .get(&id)
                .map(|one| (one.name.clone(), one.areas))?,
            (_, Some(id)) => places.get(&id).cloned()?,
            _ => return None,
        };
        let community = CommunityId(row.community_id);
        if !scope.contains(community, &areas) {
            return None;
        }
        Some(EquipmentView {
            id: row.id,
            version: row.version,
            community,
            building: row.building_id,
            premises: row.premises_id,
            of,
            area: areas[1].or(areas[0]).unwrap_or_else(|| community.into()),
            kind: EquipmentKind::parse(&row.kind).unwrap_or(EquipmentKind::Other),
            name: row.name,
            spot: row.spot,
            count: row.count,
            state: EquipmentState::parse(&row.state).unwrap_or(EquipmentState::Working),
            maintainer_id: row.maintainer_id,
            maintainer: row.maintainer,
            checked_on: row.checked_on.map(days::text),
            due_on: row.due_on.map(days::text),
            due: Due::on(row.due_on.and_then(days::date), today),
            note: row.note,
            ended_at: row.ended_at.map(Micros),
        })
    };
    Ok(rows.into_iter().filter_map(view).collect())
}
