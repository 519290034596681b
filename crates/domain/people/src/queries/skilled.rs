//! Neighbours with skills who agreed to be asked: part of what a community can count on. Whoever withdraws the consent is
//! gone from it at once, because nothing is copied.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result, Scope};
use youlin_places::Place;

use super::Directory;
use super::cards::visible_cards;
use super::helpers::{agreed, consents_of, helping, view};
use crate::entities::{person, person_consent};
use crate::{HelperView, Vault, consent};

impl Directory {
    /// Those of the community who help or said that they may be asked, with their skills; near `place` first where one
    /// is given.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn skilled(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        community: CommunityId,
        position: Option<(f64, f64)>,
    ) -> Result<Vec<HelperView>> {
        if !scope.contains_community(community) {
            return Ok(Vec::new());
        }
        let mut ids = helping(db, vault, community.0).await?;
        ids.extend(asked(db, community).await?);
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(person::Column::Id)
            .all(db)
            .await?;
        let consents = consents_of(db, community.0, &ids).await?;
        let place = Place {
            community,
            grid: None,
            neighbourhood: None,
            estate: None,
            building: None,
            dwelling: None,
            address: String::new(),
            position,
        };
        let cards = visible_cards(db, vault, scope, rows).await?;
        let mut found: Vec<HelperView> = cards
            .into_iter()
            .filter_map(|card| {
                let given = agreed(consents.get(&card.id).map_or(&[], Vec::as_slice));
                view(card, &place, f64::MAX, given, None)
            })
            .filter(|one| one.consents.iter().any(|given| given == consent::BE_ASKED))
            .collect();
        found.sort_by(|a, b| {
            let far = |one: &HelperView| one.distance_m.unwrap_or(f64::MAX);
            far(a).total_cmp(&far(b)).then(a.person.cmp(&b.person))
        });
        Ok(found)
    }
}

/// Those who said so themselves, without belonging to a team.
async fn asked(db: &impl ConnectionTrait, community: CommunityId) -> Result<BTreeSet<Uuid>> {
    let rows = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.eq(community.0))
        .filter(person_consent::Column::Consent.eq(consent::BE_ASKED))
        .filter(person_consent::Column::WithdrawnAt.is_null())
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}
