//! Premises, stalls and equipment as pages and upper floors read them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::sql::in_scope;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};

use crate::entities::{building, equipment, equipment_check, estate, premises, stall};
use crate::premises::{Due, EquipmentKind, EquipmentState, PremisesKind, StallUse};
use crate::{Place, days, words};

/// Premises with where they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PremisesView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub kind: PremisesKind,
    pub name: String,
    pub building: Option<Uuid>,
    /// 中原公寓1号楼, the street address, or both.
    pub address: String,
    /// As it was entered.
    pub street_address: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    /// Longitude and latitude, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Floor area in 0.01 m².
    pub area_centi: Option<i64>,
    pub storeys: Option<i32>,
    pub built_year: Option<i32>,
    /// What the electrical supply is rated for, watts.
    pub circuit_w: Option<i64>,
    pub note: String,
    pub stalls: i64,
    pub closed_at: Option<Micros>,
    pub closed_reason: Option<String>,
}

impl PremisesView {
    /// The most specific area.
    #[must_use]
    pub fn area(&self) -> AreaId {
        self.neighbourhood
            .or(self.grid)
            .unwrap_or_else(|| self.community.into())
    }

    /// As the place every other record is filed under.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            community: self.community,
            grid: self.grid,
            neighbourhood: self.neighbourhood,
            estate: None,
            building: self.building,
            dwelling: None,
            address: self.name.clone(),
            position: self.position,
        }
    }
}

/// A stall.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StallView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub premises: Uuid,
    pub section: String,
    pub number: String,
    pub area_centi: Option<i64>,
    pub usage: StallUse,
    pub ended_at: Option<Micros>,
}

impl StallView {
    /// `C-12`, or the number alone.
    #[must_use]
    pub fn label(&self) -> String {
        if self.section.is_empty() {
            self.number.clone()
        } else {
            format!("{}-{}", self.section, self.number)
        }
    }
}

/// Equipment with its next look.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EquipmentView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub building: Option<Uuid>,
    pub premises: Option<Uuid>,
    /// The name of what it belongs to.
    pub of: String,
    pub area: AreaId,
    pub kind: EquipmentKind,
    pub name: String,
    pub spot: String,
    pub count: i32,
    pub state: EquipmentState,
    pub maintainer_id: Option<Uuid>,
    pub maintainer: String,
    /// Day of the last look, `2026-11-26`.
    pub checked_on: Option<String>,
    /// Day of the next look.
    pub due_on: Option<String>,
    pub due: Due,
    pub note: String,
    pub ended_at: Option<Micros>,
}

/// A look at equipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckView {
    pub at: Micros,
    pub checked_on: String,
    pub state: EquipmentState,
    pub due_on: Option<String>,
    pub note: String,
    pub by: String,
}

/// Which premises.
#[derive(Clone, Debug, Default)]
pub struct PremisesFilter {
    pub kind: Option<PremisesKind>,
    /// Part of the name or the address.
    pub text: String,
    pub building: Option<Uuid>,
    /// The closed ones instead of the open ones.
    pub closed: bool,
}

/// Which equipment.
#[derive(Clone, Debug, Default)]
pub struct EquipmentFilter {
    pub kind: Option<EquipmentKind>,
    pub state: Option<EquipmentState>,
    /// Overdue, or coming up too.
    pub due: Option<Due>,
    pub building: Option<Uuid>,
    pub premises: Option<Uuid>,
    /// These only, taken away or not; all when empty.
    pub ids: Vec<Uuid>,
    /// What was taken away, instead.
    pub ended: bool,
}

/// Questions about premises. A namespace: it holds nothing.
#[derive(Clone, Copy, Debug)]
pub struct Premises;

/// Rows of premises within a scope of communities and grids.
fn within(scope: &Scope) -> Condition {
    use premises::Column::{CommunityId, GridId, NeighbourhoodId};
    in_scope(scope, (CommunityId, GridId, NeighbourhoodId))
}

fn as_on_the_plan(mut rows: Vec<stall::Model>) -> Vec<StallView> {
    rows.sort_by_cached_key(|row| (words::natural(&row.section), words::natural(&row.number)));
    rows.into_iter().map(stall_view).collect()
}

impl Premises {
    /// Premises of the scope by name, at most so many.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn list(
        db: &impl ConnectionTrait,
        scope: &Scope,
        filter: &PremisesFilter,
        limit: u64,
    ) -> Result<Vec<PremisesView>> {
        let mut find = premises::Entity::find().filter(within(scope));
        if let Some(kind) = filter.kind {
            find = find.filter(premises::Column::Kind.eq(kind.as_str()));
        }
        if let Some(building) = filter.building {
            find = find.filter(premises::Column::BuildingId.eq(building));
        }
        let text = words::clean(&filter.text);
        if !text.is_empty() {
            find = find.filter(
                Condition::any()
                    .add(premises::Column::Name.contains(&text))
                    .add(premises::Column::StreetAddress.contains(&text)),
            );
        }
        find = if filter.closed {
            find.filter(premises::Column::ClosedAt.is_not_null())
        } else {
            find.filter(premises::Column::ClosedAt.is_null())
        };
        let rows = find
            .order_by_asc(premises::Column::Name)
            .order_by_asc(premises::Column::Id)
            .limit(limit)
            .all(db)
            .await?;
        views(db, rows).await
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn one(db: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<PremisesView> {
        let row = premises::Entity::find()
            .filter(within(scope))
            .filter(premises::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        views(db, vec![row])
            .await?
            .pop()
            .ok_or_else(Problem::not_found)
    }

    /// Those of the communities by their ids, closed ones too; for floors that keep the ids.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn named(
        db: &impl ConnectionTrait,
        communities: &[i64],
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, PremisesView>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let rows = premises::Entity::find()
                .filter(premises::Column::CommunityId.is_in(communities.iter().copied()))
                .filter(premises::Column::Id.is_in(some.iter().copied()))
                .all(db)
                .await?;
            found.extend(views(db, rows).await?.into_iter().map(|one| (one.id, one)));
        }
        Ok(found)
    }

    /// The stalls of premises one may see, in the order of the plan; ended ones too when asked for.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls(
        db: &impl ConnectionTrait,
        of: &PremisesView,
        ended: bool,
    ) -> Result<Vec<StallView>> {
        let mut find = stall::Entity::find()
            .filter(stall::Column::CommunityId.eq(of.community.0))
            .filter(stall::Column::PremisesId.eq(of.id));
        if !ended {
            find = find.filter(stall::Column::EndedAt.is_null());
        }
        Ok(as_on_the_plan(find.all(db).await?))
    }

    /// The same of several premises, with one query.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls_of(
        db: &impl ConnectionTrait,
        of: &[&PremisesView],
    ) -> Result<HashMap<Uuid, Vec<StallView>>> {
        let communities: BTreeSet<i64> = of.iter().map(|one| one.community.0).collect();
        let rows = stall::Entity::find()
            .filter(stall::Column::CommunityId.is_in(communities))
            .filter(stall::Column::PremisesId.is_in(of.iter().map(|one| one.id)))
            .filter(stall::Column::EndedAt.is_null())
            .all(db)
            .await?;
        let mut by: HashMap<Uuid, Vec<stall::Model>> = HashMap::new();
        for row in rows {
            by.entry(row.premises_id).or_default().push(row);
        }
        let by = by.into_iter();
        Ok(by.map(|(id, rows)| (id, as_on_the_plan(rows))).collect())
    }

    /// A stall with its premises.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn stall(
        db: &impl ConnectionTrait,
        scope: &Scope,
        id: Uuid,
    ) -> Result<(PremisesView, StallView)> {
        let row = stall::Entity::find()
            .filter(stall::Column::CommunityId.is_in(scope.communities()))
            .filter(stall::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let of = Self::one(db, scope, row.premises_id).await?;
        Ok((of, stall_view(row)))
    }

    /// Stalls of the communities by their ids, ended ones too.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls_named(
        db: &impl ConnectionTrait,
        communities: &[i64],
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, StallView>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let rows = stall::Entity::find()
                .filter(stall::Column::CommunityId.is_in(communities.iter().copied()))
                .filter(stall::Column::Id.is_in(some.iter().copied()))
                .all(db)
                .await?;
            found.extend(rows.into_iter().map(|row| (row.id, stall_view(row))));
        }
        Ok(found)
    }

    /// Equipment of the scope, what is due first; at most so many.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn equipment(
        db: &impl ConnectionTrait,
        scope: &Scope,
        filter: &EquipmentFilter,
        now: Micros,
        limit: u64,
    ) -> Result<Vec<EquipmentView>> {
        use equipment::Column as C;
        let mut find = equipment::Entity::find().filter(C::CommunityId.is_in(scope.communities()));
        if let Some(kind) = filter.kind {
            find = find.filter(C::Kind.eq(kind.as_str()));
        }
        if let Some(state) = filter.state {
            find = find.filter(C::State.eq(state.as_str()));
        }
        if let Some(id) = filter.building {
            find = find.filter(C::BuildingId.eq(id));
        }
        if let Some(id) = filter.premises {
            find = find.filter(C::PremisesId.eq(id));
        }
        find = match filter.due {
            Some(Due::Overdue) => find.filter(C::DueOn.lt(days::of(now))),
            Some(Due::Soon) => {
                let soon = now.plus(i64::from(crate::premises::SOON_DAYS) * Micros::DAY);
                find.filter(C::DueOn.lte(days::of(soon)))
            }
            Some(Due::Unknown) => find.filter(C::DueOn.is_null()),
            Some(Due::Later) | None => find,
        };
        find = match (filter.ids.is_empty(), filter.ended) {
            (false, _) => find.filter(C::Id.is_in(filter.ids.iter().copied())),
            (true, true) => find.filter(C::EndedAt.is_not_null()),
            (true, false) => find.filter(C::EndedAt.is_null()),
        };
        let rows = find
            .order_by_with_nulls(
                C::DueOn,
                sea_orm::Order::Asc,
                sea_orm::sea_query::NullOrdering::Last,
            )
            .order_by_asc(C::Id)
            .limit(limit)
            .all(db)
            .await?;
        equipment_views(db, scope, rows, now).await
    }

    /// One piece of it with the looks at it, the latest first.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn equipment_one(
        db: &impl ConnectionTrait,
        scope: &Scope,
        id: Uuid,
        now: Micros,
    ) -> Result<(EquipmentView, Vec<CheckView>)> {
        let row = equipment::Entity::find()
            .filter(equipment::Column::CommunityId.is_in(scope.communities()))
            .filter(equipment::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let community = row.community_id;
        let view = equipment_views(db, scope, vec![row], now)
            .await?
            .pop()
            .ok_or_else(Problem::not_found)?;
        let checks = equipment_check::Entity::find()
            .filter(equipment_check::Column::CommunityId.eq(community))
            .filter(equipment_check::Column::EquipmentId.eq(id))
            .order_by_desc(equipment_check::Column::CheckedOn)
            .order_by_desc(equipment_check::Column::At)
            .all(db)
            .await?;
        Ok((view, checks.into_iter().map(check_view).collect()))
    }
}

fn stall_view(row: stall::Model) -> StallView {
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

fn check_view(row: equipment_check::Model) -> CheckView {
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

async fn views(db: &impl ConnectionTrait, rows: Vec<premises::Model>) -> Result<Vec<PremisesView>> {
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
async fn equipment_views(
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
