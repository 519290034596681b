//! Neighbours who may be asked to help. Order and exclusion are the matching engine's; here is only what is known.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{Result, Scope};
use youlin_places::Place;

use super::Directory;
use super::cards::visible_cards;
use crate::consent;
use crate::entities::{membership, person, person_consent, person_label};
use crate::{HelperView, MembershipRole, PersonCard, Vault};

/// The label of somebody who offered to help without belonging to a team.
const VOLUNTEER: &str = "volunteer";

impl Directory {
    /// Volunteers and micro-grid workers of the place's community within `radius_m` metres; people whose position (or
    /// the place's) is unknown are kept. Somebody who joined as a helper agreed to be asked until that is withdrawn.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn helpers(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        place: &Place,
        radius_m: f64,
    ) -> Result<Vec<HelperView>> {
        if !scope.contains_community(place.community) {
            return Ok(Vec::new());
        }
        let community = place.community.0;
        let ids = helping(db, vault, community).await?;
        let rows = person::Entity::find()
            .filter(person::Column::MergedInto.is_null())
            .filter(person::Column::CommunityId.eq(community))
            .filter(person::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(person::Column::Id)
            .all(db)
            .await?;
        let languages: HashMap<Uuid, String> = rows
            .iter()
            .filter_map(|row| Some((row.id, row.language.clone()?)))
            .collect();
        let consents = consents_of(db, community, &ids).await?;
        let cards = visible_cards(db, vault, scope, rows).await?;
        Ok(cards
            .into_iter()
            .filter_map(|card| {
                let given = agreed(consents.get(&card.id).map_or(&[], Vec::as_slice));
                let language = languages.get(&card.id).cloned();
                view(card, place, radius_m, given, language)
            })
            .collect())
    }
}

pub(super) async fn helping(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: i64,
) -> Result<BTreeSet<Uuid>> {
    let roles = MembershipRole::ALL
        .iter()
        .filter(|role| role.helps())
        .map(|role| role.as_str());
    let members = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community))
        .filter(membership::Column::Role.is_in(roles))
        .filter(membership::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let labelled = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community))
        .filter(person_label::Column::LabelIndex.eq(vault.label_index(VOLUNTEER)))
        .all(db)
        .await?;
    Ok(members
        .into_iter()
        .map(|row| row.person_id)
        .chain(labelled.into_iter().map(|row| row.person_id))
        .collect())
}

pub(super) async fn consents_of(
    db: &impl ConnectionTrait,
    community: i64,
    ids: &BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, Vec<person_consent::Model>>> {
    let rows = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.eq(community))
        .filter(person_consent::Column::PersonId.is_in(ids.iter().copied()))
        .order_by_asc(person_consent::Column::Consent)
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Vec<person_consent::Model>> = HashMap::new();
    for row in rows {
        found.entry(row.person_id).or_default().push(row);
    }
    Ok(found)
}

pub(super) fn agreed(rows: &[person_consent::Model]) -> Vec<String> {
    let mut given: Vec<String> = rows
        .iter()
        .filter(|row| row.withdrawn_at.is_none())
        .map(|row| row.consent.clone())
        .collect();
    // Joining as a helper is the consent to be asked; only a withdrawal takes it back.
    if rows.iter().all(|row| row.consent != consent::BE_ASKED) {
        given.insert(0, consent::BE_ASKED.to_owned());
    }
    given
}

pub(super) fn view(
    card: PersonCard,
    place: &Place,
    radius_m: f64,
    consents: Vec<String>,
    language: Option<String>,
) -> Option<HelperView> {
    let home = card.place.as_ref().and_then(|home| home.position);
    let distance_m = match (home, place.position) {
        (Some(from), Some(to)) => Some(youlin_locate::distance_m(from, to)),
        _ => None,
    };
    if distance_m.is_some_and(|metres| metres > radius_m) {
        return None;
    }
    let with_prefix = |prefix: &str| -> Vec<String> {
        card.labels
            .iter()
            .filter_map(|label| label.strip_prefix(prefix))
            .map(str::to_owned)
            .collect()
    };
    let may = |key: &str| consents.iter().any(|given| given == key);
    Some(HelperView {
        skills: with_prefix("talent:"),
        languages: language
            .filter(|_| may(consent::MATCH_LANGUAGE))
            .into_iter()
            .collect(),
        home_town: with_prefix("hometown:")
            .into_iter()
            .next()
            .filter(|_| may(consent::MATCH_HOME_TOWN)),
        person: card.id,
        community: card.community,
        name_masked: card.name_masked,
        place: card.place,
        distance_m,
        consents,
    })
}
