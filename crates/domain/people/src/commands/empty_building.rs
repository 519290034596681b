//! A building is emptied: everybody who lives there moves away on one day, before it is pulled down or rebuilt. One note for
//! each of them, as if they had gone one by one; taken back together where nobody went on with one of them since.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::move_out::{Leaving, taken_back};
use crate::Vault;
use crate::entities::{move_out, residence};
use crate::permissions::PEOPLE_WRITE;

/// See the module's text. Permission `people.write` where the building is.
#[derive(Debug)]
pub struct EmptyBuilding {
    pub vault: Arc<Vault>,
    pub building: Uuid,
    /// Its dwellings.
    pub dwellings: Vec<Uuid>,
    /// The day they left; `None` is today.
    pub on: Option<Date>,
    /// Where to, for all of them.
    pub whereto: Option<String>,
}

impl Command for EmptyBuilding {
    /// How many moved away.
    type Output = usize;
    const NAME: &'static str = "people.empty-building";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        let community = placed(ctx, &self.vault, self.building)?;
        let here = |dwelling: &Uuid| {
            let place = self.vault.place(*dwelling);
            place.is_some_and(|place| place.building == Some(self.building))
        };
        let dwellings: BTreeSet<Uuid> = self.dwellings.iter().copied().filter(here).collect();
        let living = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.is_in(dwellings.iter().copied()))
            .filter(residence::current())
            .all(tx.conn())
            .await?;
        let persons: BTreeSet<Uuid> = living.into_iter().map(|home| home.person_id).collect();
        let leaving = Leaving {
            vault: &self.vault,
            community,
            on: self.on,
            whereto: self.whereto.as_deref(),
            building: Some(self.building),
            now: ctx.now(),
        };
        for person in &persons {
            let given_up = |home: Uuid| dwellings.contains(&home);
            leaving.note(ctx, tx, *person, given_up).await?;
        }
        if !persons.is_empty() {
            let entry = AuditEntry::new(Self::NAME, "building", self.building)
                .detail(json!({ "people": persons.len() }));
            tx.audit(ctx, community, entry);
        }
        Ok(persons.len())
    }
}

/// That the building was emptied was a mistake: everybody whose home nobody touched since lives there again.
#[derive(Debug)]
pub struct RefillBuilding {
    pub vault: Arc<Vault>,
    pub building: Uuid,
    /// When it was noted.
    pub noted_at: Micros,
}

/// What became of the notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refilled {
    pub back: usize,
    /// Whose home was changed since; their notes stay.
    pub left: usize,
}

impl Command for RefillBuilding {
    type Output = Refilled;
    const NAME: &'static str = "people.refill-building";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Refilled> {
        let community = placed(ctx, &self.vault, self.building)?;
        let notes = move_out::Entity::find()
            .filter(move_out::Column::CommunityId.eq(community.0))
            .filter(move_out::Column::BuildingId.eq(self.building))
            .filter(move_out::Column::NotedAt.eq(self.noted_at.0))
            .filter(move_out::Column::UndoneAt.is_null())
            .all(tx.conn())
            .await?;
        let mut refilled = Refilled::default();
        for note in notes {
            match taken_back(ctx, tx, &self.vault, note).await {
                Ok(_person) => refilled.back += 1,
                // Died, or lives elsewhere by now.
                Err(problem)
                    if matches!(problem.kind(), ProblemKind::Conflict | ProblemKind::Invalid) =>
                {
                    refilled.left += 1;
                }
                Err(problem) => return Err(problem),
            }
        }
        let entry = AuditEntry::new(Self::NAME, "building", self.building)
            .detail(json!({ "back": refilled.back, "left": refilled.left }));
        tx.audit(ctx, community, entry);
        Ok(refilled)
    }
}

/// The community of the building, where the caller may write people.
fn placed(ctx: &Ctx, vault: &Vault, building: Uuid) -> Result<CommunityId> {
    let place = vault.building(building).ok_or_else(Problem::not_found)?;
    ctx.authorize(&PEOPLE_WRITE, place.area())?;
    Ok(place.community)
}
