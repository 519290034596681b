//! Enters equipment of a building or of premises, or changes what is said of it. Its state changes by a look at it
//! ([`super::CheckEquipment`]), so that none is overwritten.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::super::import_estates::NAME_MAX;
use super::super::save_building::field;
use super::check_equipment::note_check;
use super::close_premises::open;
use super::save_premises::{NOTE_MAX, premises_of};
use super::{day, whole};
use crate::entities::{building, equipment};
use crate::permissions::PLACES_CHECK;
use crate::premises::{EquipmentKind, EquipmentState, Maintainers};
use crate::{days, events};

/// What is said of equipment, as typed or as it stands in a file.
#[derive(Clone, Debug, Default)]
pub struct EquipmentInput {
    pub kind: String,
    pub name: String,
    /// Where exactly, in words.
    pub spot: String,
    pub count: String,
    /// Of something new only; else a look says it.
    pub state: String,
    /// The organisation that looks after it.
    pub maintainer_id: Option<Uuid>,
    /// The same in words; of an organisation of the register its name there.
    pub maintainer: String,
    /// Days.
    pub checked_on: String,
    pub due_on: String,
    pub note: String,
}

/// The same, read.
pub(super) struct Read {
    pub(super) kind: EquipmentKind,
    pub(super) name: String,
    pub(super) spot: String,
    pub(super) count: i32,
    pub(super) state: EquipmentState,
    pub(super) maintainer_id: Option<Uuid>,
    pub(super) maintainer: String,
    pub(super) checked_on: Option<i32>,
    pub(super) due_on: Option<i32>,
    pub(super) note: String,
}

impl EquipmentInput {
    pub(super) fn read(&self, ctx: &Ctx) -> Result<Read> {
        let read = Read {
            kind: EquipmentKind::parse(&self.kind)
                .ok_or_else(|| Problem::invalid("kind", "unknown-value"))?,
            name: field("name", &self.name, NAME_MAX, false)?,
            spot: field("spot", &self.spot, NAME_MAX, true)?,
            count: whole("count", &self.count, 1..=10_000)?.unwrap_or(1),
            state: match self.state.as_str() {
                "" => EquipmentState::Working,
                text => EquipmentState::parse(text)
                    .ok_or_else(|| Problem::invalid("state", "unknown-value"))?,
            },
            maintainer_id: self.maintainer_id,
            maintainer: field("maintainer", &self.maintainer, NAME_MAX, false)?,
            checked_on: day("checked_on", &self.checked_on)?,
            due_on: day("due_on", &self.due_on)?,
            note: field("note", &self.note, NOTE_MAX, false)?,
        };
        if read.checked_on.is_some_and(|day| day > days::of(ctx.now())) {
            return Err(Problem::invalid("checked_on", "check-in-the-future"));
        }
        if read
            .due_on
            .zip(read.checked_on)
            .is_some_and(|(due, checked)| due <= checked)
        {
            return Err(Problem::invalid("due_on", "due-before-check"));
        }
        Ok(read)
    }
}

/// What equipment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Building(Uuid),
    Premises(Uuid),
}

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SaveEquipment {
    pub community: CommunityId,
    /// The equipment to change and the version it was shown with; `None` enters something new.
    pub known: Option<(Uuid, i32)>,
    /// Of something new: exactly one of the two.
    pub building: Option<Uuid>,
    pub premises: Option<Uuid>,
    pub input: EquipmentInput,
    /// Who may look after it.
    pub maintainers: Maintainers,
    /// Taken away for good.
    pub ended: bool,
}

impl Command for SaveEquipment {
    type Output = Uuid;
    const NAME: &'static str = "places.save-equipment";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let mut read = self.input.read(ctx)?;
        if let Some(id) = read.maintainer_id {
            let known = self.maintainers.name(tx.conn(), self.community, id);
            read.maintainer = known.await?;
        }
        let saved = match self.known {
            None => {
                let of = match (self.building, self.premises) {
                    (Some(id), None) => Of::Building(id),
                    (None, Some(id)) => Of::Premises(id),
                    _ => return Err(Problem::invalid("building", "required")),
                };
                let area = area_of(tx, self.community, of).await?;
                ctx.authorize(&PLACES_CHECK, area)?;
                let row = fresh(ctx, self.community, of, read);
                insert(ctx, tx, row).await?
            }
            Some((id, version)) => {
                let old = equipment_of(tx, self.community, id).await?;
                let area = area_of(tx, self.community, of(&old)?).await;
                ctx.authorize(&PLACES_CHECK, area.unwrap_or(self.community.into()))?;
                let ended_at = self.ended.then(|| old.ended_at.unwrap_or(ctx.now().0));
                let row = changed(&old, read);
                tx.update::<equipment::Entity>(equipment::Model {
                    version,
                    ended_at,
                    ..row
                })
                .await?
            }
        };
        let entry = AuditEntry::new(Self::NAME, "equipment", saved.id)
            .detail(json!({"kind": saved.kind, "ended": self.ended, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::equipment_changed(self.community, saved.id));
        Ok(saved.id)
    }
}

pub(super) fn of(row: &equipment::Model) -> Result<Of> {
    match (row.building_id, row.premises_id) {
        (Some(id), _) => Ok(Of::Building(id)),
        (_, Some(id)) => Ok(Of::Premises(id)),
        _ => Err(Problem::internal("equipment of nothing")),
    }
}

/// Where it stands, for the caller's rights; refuses what is closed.
pub(super) async fn area_of(tx: &Tx<'_>, community: CommunityId, of: Of) -> Result<AreaId> {
    let (neighbourhood, grid) = match of {
        Of::Building(id) => {
            let row = building::Entity::find_by_id((community.0, id))
                .one(tx.conn())
                .await?
                .filter(|row| row.closed_at.is_none())
                .ok_or_else(|| Problem::invalid("building", "place-unknown"))?;
            (row.neighbourhood_id, row.grid_id)
        }
        Of::Premises(id) => {
            let row = premises_of(tx, community, id).await?;
            open(&row)?;
            (row.neighbourhood_id, row.grid_id)
        }
    };
    Ok(AreaId(neighbourhood.or(grid).unwrap_or(community.0)))
}

pub(super) fn fresh(ctx: &Ctx, community: CommunityId, of: Of, read: Read) -> equipment::Model {
    let (building_id, premises_id) = match of {
        Of::Building(id) => (Some(id), None),
        Of::Premises(id) => (None, Some(id)),
    };
    equipment::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        external_key: None,
        building_id,
        premises_id,
        kind: read.kind.as_str().to_owned(),
        name: read.name,
        spot: read.spot,
        count: read.count,
        state: read.state.as_str().to_owned(),
        maintainer_id: read.maintainer_id,
        maintainer: read.maintainer,
        checked_on: read.checked_on,
        due_on: read.due_on,
        note: read.note,
        created_at: ctx.now().0,
        ended_at: None,
    }
}

/// What a form may change: state and last look stay, they are told by looks.
fn changed(old: &equipment::Model, read: Read) -> equipment::Model {
    equipment::Model {
        kind: read.kind.as_str().to_owned(),
        name: read.name,
        spot: read.spot,
        count: read.count,
        maintainer_id: read.maintainer_id,
        maintainer: read.maintainer,
        due_on: read.due_on,
        note: read.note,
        ..old.clone()
    }
}

/// Saves something new, with the look it came with.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: equipment::Model,
) -> Result<equipment::Model> {
    if let Some(checked_on) = row.checked_on {
        note_check(ctx, tx, &row, checked_on, String::new()).await?;
    }
    tx.insert::<equipment::Entity>(row).await
}

pub(super) async fn equipment_of(
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<equipment::Model> {
    equipment::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}
