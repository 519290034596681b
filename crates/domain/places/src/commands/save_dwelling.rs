//! Opens a dwelling or changes it, from the page of its building.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::import_dwellings::{USAGES, new_entrance, square_metres};
use super::save_building::{closed_at, field};
use crate::entities::{building, dwelling, entrance};
use crate::events;
use crate::locator::mark;
use crate::permissions::PLACES_REGISTER;
use crate::premises::{Occupants, Spots};

pub(super) const ROOM_MAX: usize = 20;

/// See the module's text. A building has each entrance and room once.
#[derive(Clone, Debug)]
pub struct SaveDwelling {
    pub community: CommunityId,
    /// The dwelling to change and the version it was shown with; `None` opens a new one.
    pub known: Option<(Uuid, i32)>,
    pub building: Uuid,
    /// Empty for a building with one entrance.
    pub entrance: String,
    pub room: String,
    pub floor: Option<i32>,
    /// `owned`, `let`, `empty`, `shop`, `office` or `other`.
    pub usage: String,
    /// Square metres with up to two decimals, empty when not known.
    pub area: String,
    /// Joined with another, or entered by mistake; nobody may live in it.
    pub closed: bool,
    /// Who may still be there.
    pub occupants: Occupants,
}

impl Command for SaveDwelling {
    type Output = Uuid;
    const NAME: &'static str = "places.save-dwelling";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let room = field("room", &self.room, ROOM_MAX, true)?;
        let entrance = field("entrance", &self.entrance, ROOM_MAX, false)?;
        if !USAGES.contains(&self.usage.as_str()) {
            return Err(Problem::invalid("usage", "unknown-value"));
        }
        if self
            .floor
            .is_some_and(|floor| !(-10..=200).contains(&floor))
        {
            return Err(Problem::invalid("floor", "unknown-value"));
        }
        let area_centi = square_metres(self.area.trim())
            .map_err(|()| Problem::invalid("area", "square-metres"))?;
        building::Entity::find_by_id((self.community.0, self.building))
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::invalid("building", "place-unknown"))?;
        let entrance_id = entrance_of(ctx, tx, self.community, self.building, entrance).await?;
        let siblings = dwelling::Entity::find()
            .filter(dwelling::Column::CommunityId.eq(self.community.0))
            .filter(dwelling::Column::BuildingId.eq(self.building))
            .all(tx.conn())
            .await?;
        let own = self.known.map(|(id, _)| id);
        let taken = !self.closed
            && siblings.iter().any(|row| {
                Some(row.id) != own
                    && row.closed_at.is_none()
                    && row.room == room
                    && row.entrance_id == entrance_id
            });
        if taken {
            return Err(Problem::invalid("room", "room-taken"));
        }
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                dwelling::Entity::find_by_id((self.community.0, id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        if self.closed
            && let Some((id, _)) = self.known
        {
            let spots = Spots {
                dwellings: vec![id],
                ..Spots::default()
            };
            self.occupants
                .refuse(tx.conn(), self.community, &spots, None)
                .await?;
        }
        let model = dwelling::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            external_key: old.as_ref().and_then(|old| old.external_key.clone()),
            building_id: self.building,
            entrance_id,
            room,
            floor: self.floor,
            usage: self.usage.clone(),
            area_centi,
            closed_at: closed_at(ctx, self.closed, old.as_ref().and_then(|old| old.closed_at)),
        };
        let saved = match old {
            None => tx.insert::<dwelling::Entity>(model).await?,
            Some(_) => tx.update::<dwelling::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "dwelling", saved.id)
            .detail(json!({"building": saved.building_id, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::addresses_changed(self.community, saved.id));
        mark(tx, self.community);
        Ok(saved.id)
    }
}

/// The entrance of that name, made where it is missing; `None` without a name.
pub(super) async fn entrance_of(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    building: Uuid,
    name: String,
) -> Result<Option<Uuid>> {
    if name.is_empty() {
        return Ok(None);
    }
    let held = entrance::Entity::find()
        .filter(entrance::Column::CommunityId.eq(community.0))
        .filter(entrance::Column::BuildingId.eq(building))
        .filter(entrance::Column::Name.eq(name.as_str()))
        .one(tx.conn())
        .await?;
    if let Some(row) = held {
        return Ok(Some(row.id));
    }
    let row = new_entrance(ctx, community, building, name);
    Ok(Some(tx.insert::<entrance::Entity>(row).await?.id))
}
