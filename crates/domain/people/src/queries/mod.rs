//! Reads. Each takes a [`Scope`] or a community; what lies outside does not exist.

mod cards;
mod doorstep;
mod entry;
mod factor;
mod held;
mod helpers;
mod households;
mod keys;
mod known;
mod lists;
mod looks;
mod maintainers;
mod moved_away;
mod parties;
mod responsible;
mod search;
mod skilled;
mod stack;
mod staff;
mod visiting;

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{Problem, Result, Scope};

use crate::{PersonCard, PersonFile, Vault};

pub(crate) use cards::{
    cards_of, file_of, masked_phone, numbers_of, open_label, open_name, open_phone, phones_of,
    said_last_first, sensitive_of, visible_cards,
};
pub use doorstep::{DoorFacts, DoorsOf, LivesThere, OpenQuestion};
pub(crate) use factor::pending_enrolment;
pub use held::HeldOf;
pub use households::{HouseholdFile, HouseholdStay};
pub use known::{KnownFact, KnownOf};
pub(crate) use lists::{find_membership, find_person, find_person_row, persons_by_id};
pub(crate) use looks::looks as looks_of;
pub use looks::{looks_at_me, who_looked};
pub use maintainers::OrganisationsAtWork;
pub(crate) use moved_away::{Emptied, MovedAway, emptied, moved_away, moved_away_from};
pub use responsible::{OnDuty, Responsible};
pub(crate) use responsible::{responsible_at, responsible_for};
pub use stack::{DwellingFile, Freshness, Resident};
pub(crate) use staff::{display_number, duty_phone, nearest};
pub use visiting::{ListedOn, VisitingEntry, VisitingLine};

/// The register's questions. A namespace: it holds nothing.
#[derive(Clone, Copy, Debug)]
pub struct Directory;

impl Directory {
    /// Everybody with this number, with their files: what the desk sees while the telephone rings. A number of any
    /// usual shape is read; an extension does not count.
    ///
    /// # Errors
    /// 422 on `phone` when it is no telephone number.
    pub async fn by_phone(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        phone: &str,
    ) -> Result<Vec<PersonFile>> {
        let phone = vault.phone("phone", phone)?;
        let found = search::with_phone(db, vault, scope, &phone).await?;
        let mut files = Vec::with_capacity(found.len());
        for card in visible_cards(db, vault, scope, found).await? {
            files.push(cards::file_of(db, vault, card).await?);
        }
        Ok(files)
    }

    /// One person's file.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn person(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        id: Uuid,
    ) -> Result<PersonFile> {
        let card = Self::card(db, vault, scope, id).await?;
        cards::file_of(db, vault, card).await
    }

    /// The version of a person's entry, for whoever compares two before merging them.
    ///
    /// # Errors
    /// 404 when there is no such entry.
    pub async fn version(
        db: &impl ConnectionTrait,
        community: youlin_kernel::CommunityId,
        id: Uuid,
    ) -> Result<i32> {
        let row = find_person_row(db, community, id).await?;
        row.map(|row| row.version).ok_or_else(Problem::not_found)
    }

    /// One person's card.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn card(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        id: Uuid,
    ) -> Result<PersonCard> {
        let row = find_person(db, &scope.communities(), id)
            .await?
            .ok_or_else(Problem::not_found)?;
        visible_cards(db, vault, scope, vec![row])
            .await?
            .pop()
            .ok_or_else(Problem::not_found)
    }
}
