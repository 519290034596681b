//! Enters premises or changes them. Where they stood before is kept, so that figures of the past stay.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::super::import_dwellings::square_metres;
use super::super::import_estates::{NAME_MAX, STREET_MAX};
use super::super::placing::Standing;
use super::super::save_building::{field, stand};
use super::whole;
use crate::entities::{building, premises, premises_past};
use crate::events;
use crate::permissions::PLACES_REGISTER;
use crate::premises::{PremisesKind, watts};

pub(super) const NOTE_MAX: usize = 500;

/// What is said of premises, as typed or as it stands in a file.
#[derive(Clone, Debug, Default)]
pub struct PremisesInput {
    pub kind: String,
    pub name: String,
    /// A building of the same community; `None` for a place of its own.
    pub building: Option<Uuid>,
    pub street_address: String,
    /// Square metres with up to two decimals.
    pub floor_area: String,
    pub storeys: String,
    pub built_year: String,
    /// What the supply is rated for, kilowatts with up to three decimals.
    pub circuit: String,
    pub note: String,
}

/// The same, read.
pub(super) struct Read {
    kind: PremisesKind,
    name: String,
    street_address: String,
    area_centi: Option<i64>,
    storeys: Option<i32>,
    built_year: Option<i32>,
    circuit_w: Option<i64>,
    note: String,
}

impl PremisesInput {
    pub(super) fn read(&self) -> Result<Read> {
        Ok(Read {
            kind: PremisesKind::parse(&self.kind)
                .ok_or_else(|| Problem::invalid("kind", "unknown-value"))?,
            name: field("name", &self.name, NAME_MAX, true)?,
            street_address: field("street_address", &self.street_address, STREET_MAX, false)?,
            area_centi: square_metres(self.floor_area.trim())
                .map_err(|()| Problem::invalid("floor_area", "square-metres"))?,
            storeys: whole("storeys", &self.storeys, 1..=200)?,
            built_year: whole("built_year", &self.built_year, 1000..=2200)?,
            circuit_w: watts(&self.circuit)
                .map_err(|_no_power| Problem::invalid("circuit", "kilowatts"))?,
            note: field("note", &self.note, NOTE_MAX, false)?,
        })
    }
}

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SavePremises {
    pub community: CommunityId,
    /// The premises to change and the version they were shown with; `None` enters new ones.
    pub known: Option<(Uuid, i32)>,
    pub input: PremisesInput,
    /// Degrees, WGS-84; without it and without an area they stand where their building does.
    pub position: Option<(f64, f64)>,
    pub area: Option<AreaId>,
}

impl Command for SavePremises {
    type Output = Uuid;
    const NAME: &'static str = "places.save-premises";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let read = self.input.read()?;
        let building = building_of(tx, self.community, self.input.building).await?;
        let standing = stand(ctx, tx, self.community, self.position, self.area).await?;
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                premises::Entity::find_by_id((self.community.0, id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        if old.as_ref().is_some_and(|old| old.closed_at.is_some()) {
            return Err(Problem::invalid("closed", "premises-closed"));
        }
        let model = premises::Model {
            version: self.known.map_or(1, |(_, version)| version),
            ..model(
                ctx,
                self.community,
                old.as_ref(),
                read,
                building.as_ref(),
                standing,
            )
        };
        let saved = save(ctx, tx, old, model).await?;
        let entry = AuditEntry::new(Self::NAME, "premises", saved.id)
            .detail(json!({"name": saved.name, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::premises_changed(self.community, saved.id));
        Ok(saved.id)
    }
}

/// The open building of that id.
async fn building_of(
    tx: &Tx<'_>,
    community: CommunityId,
    id: Option<Uuid>,
) -> Result<Option<building::Model>> {
    let Some(id) = id else {
        return Ok(None);
    };
    building::Entity::find_by_id((community.0, id))
        .filter(building::Column::ClosedAt.is_null())
        .one(tx.conn())
        .await?
        .map(Some)
        .ok_or_else(|| Problem::invalid("building", "place-unknown"))
}

pub(super) fn model(
    ctx: &Ctx,
    community: CommunityId,
    old: Option<&premises::Model>,
    read: Read,
    building: Option<&building::Model>,
    mut standing: Standing,
) -> premises::Model {
    if let Some(building) = building {
        if standing.lon.is_none() {
            (standing.lon, standing.lat) = (building.lon, building.lat);
        }
        if standing.grid_id.is_none() {
            standing.grid_id = building.grid_id;
            standing.neighbourhood_id = building.neighbourhood_id;
        }
    }
    premises::Model {
        community_id: community.0,
        id: old.map_or_else(|| ctx.new_id(), |old| old.id),
        version: old.map_or(1, |old| old.version),
        external_key: old.and_then(|old| old.external_key.clone()),
        kind: read.kind.as_str().to_owned(),
        name: read.name,
        building_id: building.map(|building| building.id),
        street_address: read.street_address,
        lon: standing.lon,
        lat: standing.lat,
        grid_id: standing.grid_id,
        neighbourhood_id: standing.neighbourhood_id,
        area_centi: read.area_centi,
        storeys: read.storeys,
        built_year: read.built_year,
        circuit_w: read.circuit_w,
        note: read.note,
        created_at: old.map_or(ctx.now().0, |old| old.created_at),
        closed_at: old.and_then(|old| old.closed_at),
        closed_reason: old.and_then(|old| old.closed_reason.clone()),
    }
}

/// Saves the row; where it stood until now is kept beside it.
pub(super) async fn save(
    ctx: &Ctx,
    tx: &Tx<'_>,
    old: Option<premises::Model>,
    model: premises::Model,
) -> Result<premises::Model> {
    let Some(old) = old else {
        return tx.insert::<premises::Entity>(model).await;
    };
    let stands = |row: &premises::Model| {
        (
            row.building_id,
            row.grid_id,
            row.neighbourhood_id,
            row.lon,
            row.lat,
        )
    };
    if stands(&old) != stands(&model) {
        tx.insert::<premises_past::Entity>(premises_past::Model {
            community_id: old.community_id,
            id: ctx.new_id(),
            version: 1,
            premises_id: old.id,
            building_id: old.building_id,
            area_id: old
                .neighbourhood_id
                .or(old.grid_id)
                .unwrap_or(old.community_id),
            lon: old.lon,
            lat: old.lat,
            valid_to: ctx.now().0,
        })
        .await?;
    }
    tx.update::<premises::Entity>(model).await
}

/// Premises of the community, open or not.
pub(super) async fn premises_of(
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<premises::Model> {
    premises::Entity::find()
        .filter(premises::Column::CommunityId.eq(community.0))
        .filter(premises::Column::Id.eq(id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}
