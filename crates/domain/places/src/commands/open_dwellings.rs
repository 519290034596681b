//! Opens the dwellings of a staircase at once: floors by room endings, as they stand on the doors.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::import_dwellings::USAGES;
use super::save_building::field;
use super::save_dwelling::{ROOM_MAX, entrance_of};
use crate::entities::{building, dwelling};
use crate::events;
use crate::locator::mark;
use crate::permissions::PLACES_REGISTER;

/// Opened at once at most.
const MOST: usize = 500;

/// See the module's text. Rooms that are there already are left alone; answers how many are new.
#[derive(Clone, Debug)]
pub struct OpenDwellings {
    pub community: CommunityId,
    pub building: Uuid,
    /// Empty for a building with one entrance.
    pub entrance: String,
    /// First and last floor.
    pub floors: (i32, i32),
    /// Endings of the room numbers, separated by blanks or commas: `01 02` on floor 3 makes 301 and 302.
    pub endings: String,
    pub usage: String,
}

impl Command for OpenDwellings {
    type Output = usize;
    const NAME: &'static str = "places.open-dwellings";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let wanted = self.wanted()?;
        let entrance = field("entrance", &self.entrance, ROOM_MAX, false)?;
        building::Entity::find_by_id((self.community.0, self.building))
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::invalid("building", "place-unknown"))?;
        let entrance_id =
            entrance_of(ctx, tx, self.community, self.building, entrance.clone()).await?;
        let held: HashSet<String> = dwelling::Entity::find()
            .filter(dwelling::Column::CommunityId.eq(self.community.0))
            .filter(dwelling::Column::BuildingId.eq(self.building))
            .filter(dwelling::Column::ClosedAt.is_null())
            .all(tx.conn())
            .await?
            .into_iter()
            .filter(|row| row.entrance_id == entrance_id)
            .map(|row| row.room)
            .collect();
        let mut opened = 0;
        for (floor, room) in wanted {
            if held.contains(&room) {
                continue;
            }
            tx.insert::<dwelling::Entity>(dwelling::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                external_key: None,
                building_id: self.building,
                entrance_id,
                room,
                floor: Some(floor),
                usage: self.usage.clone(),
                area_centi: None,
                closed_at: None,
            })
            .await?;
            opened += 1;
        }
        if opened == 0 {
            return Err(Problem::invalid("endings", "rooms-there"));
        }
        let entry = AuditEntry::new(Self::NAME, "building", self.building)
            .detail(json!({"entrance": entrance, "dwellings": opened}));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            events::addresses_changed(self.community, self.building),
        );
        mark(tx, self.community);
        Ok(opened)
    }
}

impl OpenDwellings {
    /// Floor and room of each door.
    fn wanted(&self) -> Result<Vec<(i32, String)>> {
        let (first, last) = self.floors;
        if !(-10..=200).contains(&first) || !(-10..=200).contains(&last) || first > last {
            return Err(Problem::invalid("last", "floors-order"));
        }
        if !USAGES.contains(&self.usage.as_str()) {
            return Err(Problem::invalid("usage", "unknown-value"));
        }
        let endings: Vec<&str> = self
            .endings
            .split(|c: char| c.is_whitespace() || ",，;；、".contains(c))
            .filter(|ending| !ending.is_empty())
            .collect();
        let fine = |ending: &&str| {
            ending.chars().count() <= 4 && ending.chars().all(char::is_alphanumeric)
        };
        if endings.is_empty() || !endings.iter().all(fine) {
            return Err(Problem::invalid("endings", "room-endings"));
        }
        let mut wanted = Vec::new();
        // There is no floor 0 on any door.
        for floor in (first..=last).filter(|floor| *floor != 0) {
            for ending in &endings {
                let room = format!("{floor}{ending}");
                if !wanted.iter().any(|(_, known)| *known == room) {
                    wanted.push((floor, room));
                }
            }
        }
        if wanted.len() > MOST {
            return Err(Problem::invalid("endings", "too-many-rooms").field_arg("max", MOST));
        }
        Ok(wanted)
    }
}
