//! From rows to cards: everything personal opened here is masked before it leaves.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select,
};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{AreaId, CommunityId, Result, Scope};

use super::keys::{Key, at_keys};
use super::staff::worker_among;
use crate::commands::main_home;
use crate::entities::{membership, person, person_label, person_phone, residence};
use crate::labels::LabelCatalogue;
use crate::vault::FieldPlace;
use crate::{MembershipRole, PersonCard, PersonFile, Vault};

/// What stands beside persons' rows, loaded for many at once.
struct Beside {
    phones: HashMap<Uuid, person_phone::Model>,
    labels: HashMap<Uuid, Vec<person_label::Model>>,
    homes: HashMap<Uuid, residence::Model>,
}

async fn beside(db: &impl ConnectionTrait, rows: &[person::Model]) -> Result<Beside> {
    let keys: Vec<Key> = rows.iter().map(|row| (row.community_id, row.id)).collect();
    let mut found = Beside {
        phones: HashMap::new(),
        labels: HashMap::new(),
        homes: HashMap::new(),
    };
    if keys.is_empty() {
        return Ok(found);
    }
    let phones = person_phone::Entity::find().filter(at_keys(
        person_phone::Column::CommunityId,
        person_phone::Column::PersonId,
        &keys,
    ));
    let phones = said_last_first(phones).all(db).await?;
    for phone in phones {
        found.phones.entry(phone.person_id).or_insert(phone);
    }
    let labels = person_label::Entity::find()
        .filter(at_keys(
            person_label::Column::CommunityId,
            person_label::Column::PersonId,
            &keys,
        ))
        .order_by_asc(person_label::Column::Id)
        .all(db)
        .await?;
    for label in labels {
        found.labels.entry(label.person_id).or_default().push(label);
    }
    let homes = residence::Entity::find()
        .filter(at_keys(
            residence::Column::CommunityId,
            residence::Column::PersonId,
            &keys,
        ))
        .filter(residence::current())
        .filter(main_home())
        .order_by_asc(residence::Column::ValidFrom)
        .order_by_asc(residence::Column::Id)
        .all(db)
        .await?;
    for home in homes {
        found.homes.insert(home.person_id, home);
    }
    Ok(found)
}

/// Cards in the order of the rows.
pub(crate) async fn cards_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: &[person::Model],
) -> Result<Vec<PersonCard>> {
    let beside = beside(db, rows).await?;
    let catalogue = LabelCatalogue::load(db, vault).await?;
    rows.iter()
        .map(|row| {
            let name = open_name(vault, row)?;
            let phone_masked = beside
                .phones
                .get(&row.id)
                .map(|phone| open_phone(vault, phone).map(|text| masked_phone(vault, &text)))
                .transpose()?;
            let mut labels = beside
                .labels
                .get(&row.id)
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .map(|label| open_label(vault, label))
                .collect::<Result<Vec<String>>>()?;
            // Sensitive ones are asked for by who may see them ([`sensitive_of`]).
            labels.retain(|label| !catalogue.is_sensitive(label));
            labels.sort_unstable();
            Ok(PersonCard {
                id: row.id,
                community: CommunityId(row.community_id),
                name_masked: mask::name(&name),
                phone_masked,
                place: beside
                    .homes
                    .get(&row.id)
                    .and_then(|home| vault.place(home.dwelling_id)),
                labels,
            })
        })
        .collect()
}

/// Cards of those rows the scope lets one see. A scope of grids shows who lives or works there.
pub(crate) async fn visible_cards(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    rows: Vec<person::Model>,
) -> Result<Vec<PersonCard>> {
    let cards = cards_of(db, vault, &rows).await?;
    let unsure: Vec<Uuid> = cards
        .iter()
        .filter(|card| !lives_inside(scope, card))
        .map(|card| card.id)
        .collect();
    let works = if unsure.is_empty() {
        HashMap::new()
    } else {
        work_areas(db, scope, &unsure).await?
    };
    Ok(cards
        .into_iter()
        .filter(|card| {
            lives_inside(scope, card)
                || works.get(&card.id).is_some_and(|areas| {
                    areas.iter().any(|(community, area)| {
                        scope.contains(CommunityId(*community), &[Some(AreaId(*area))])
                    })
                })
        })
        .collect())
}

/// Sensitive labels of a person the scope (of `people.sensitive`) reaches.
pub(crate) async fn sensitive_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    card: &PersonCard,
) -> Result<Vec<String>> {
    if !lives_inside(scope, card) {
        return Ok(Vec::new());
    }
    let catalogue = LabelCatalogue::load(db, vault).await?;
    let rows = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(card.community.0))
        .filter(person_label::Column::PersonId.eq(card.id))
        .all(db)
        .await?;
    let mut labels = rows
        .iter()
        .map(|row| open_label(vault, row))
        .collect::<Result<Vec<String>>>()?;
    labels.retain(|label| catalogue.is_sensitive(label));
    labels.sort_unstable();
    Ok(labels)
}

fn lives_inside(scope: &Scope, card: &PersonCard) -> bool {
    let place = card.place.as_ref();
    scope.contains(
        card.community,
        &[
            place.and_then(|place| place.grid),
            place.and_then(|place| place.neighbourhood),
        ],
    )
}

async fn work_areas(
    db: &impl ConnectionTrait,
    scope: &Scope,
    persons: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(i64, i64)>>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.is_in(scope.communities()))
        .filter(membership::Column::PersonId.is_in(persons.iter().copied()))
        .filter(membership::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let mut areas: HashMap<Uuid, Vec<(i64, i64)>> = HashMap::new();
    for row in rows {
        let list = areas.entry(row.person_id).or_default();
        list.push((row.community_id, row.area_id));
    }
    for (person, area) in crate::merchants::work_areas(db, scope, persons).await? {
        areas.entry(person).or_default().push(area);
    }
    Ok(areas)
}

/// The file around a card the caller may see.
pub(crate) async fn file_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    card: PersonCard,
) -> Result<PersonFile> {
    let household = household_of(db, vault, &card).await?;
    let grid_worker = match &card.place {
        Some(place) => {
            let areas: Vec<AreaId> = [place.neighbourhood, place.grid]
                .into_iter()
                .flatten()
                .chain([place.community.into()])
                .collect();
            worker_among(
                db,
                vault,
                place.community,
                &areas,
                MembershipRole::GridWorker,
            )
            .await?
        }
        None => None,
    };
    let phones = numbers_of(db, vault, card.community, card.id).await?;
    Ok(PersonFile {
        card,
        household,
        grid_worker,
        phones,
    })
}

async fn household_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    card: &PersonCard,
) -> Result<Vec<PersonCard>> {
    let own = residence::present(card.community.0, card.id)
        .all(db)
        .await?;
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let dwellings: Vec<Uuid> = own.iter().map(|home| home.dwelling_id).collect();
    let households: Vec<Uuid> = own.iter().filter_map(|home| home.household_id).collect();
    let mut same = Condition::any().add(residence::Column::DwellingId.is_in(dwellings));
    if !households.is_empty() {
        same = same.add(residence::Column::HouseholdId.is_in(households));
    }
    let others: Vec<Uuid> = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(card.community.0))
        .filter(residence::current())
        .filter(residence::Column::PersonId.ne(card.id))
        .filter(same)
        .all(db)
        .await?
        .into_iter()
        .map(|home| home.person_id)
        .collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(card.community.0))
        .filter(person::Column::Id.is_in(others))
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    cards_of(db, vault, &rows).await
}

/// The numbers of a person, masked, the newest first.
pub(crate) async fn numbers_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<(Uuid, String)>> {
    phones_of(db, community, person)
        .await?
        .iter()
        .map(|phone| Ok((phone.id, masked_phone(vault, &open_phone(vault, phone)?))))
        .collect()
}

/// The number said last is the one a person is called by, on cards and in forms alike; of those said together the first.
pub(crate) fn said_last_first(
    phones: Select<person_phone::Entity>,
) -> Select<person_phone::Entity> {
    phones
        .order_by_desc(person_phone::Column::CreatedAt)
        .order_by_asc(person_phone::Column::Position)
        .order_by_asc(person_phone::Column::Id)
}

pub(crate) async fn phones_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<person_phone::Model>> {
    let phones = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.eq(community.0))
        .filter(person_phone::Column::PersonId.eq(person));
    Ok(said_last_first(phones).all(db).await?)
}

pub(crate) fn open_name(vault: &Vault, row: &person::Model) -> Result<String> {
    vault.open(
        FieldPlace::new("person", "name", row.community_id, row.id),
        &row.name_sealed,
    )
}

pub(crate) fn open_phone(vault: &Vault, row: &person_phone::Model) -> Result<String> {
    vault.open(
        FieldPlace::new("person_phone", "number", row.community_id, row.id),
        &row.number_sealed,
    )
}

pub(crate) fn open_label(vault: &Vault, row: &person_label::Model) -> Result<String> {
    vault.open(
        FieldPlace::new("person_label", "label", row.community_id, row.id),
        &row.label_sealed,
    )
}

/// A stored number is canonical and always reads; should it not, nothing of it is shown.
pub(crate) fn masked_phone(vault: &Vault, canonical: &str) -> String {
    vault
        .phone("phone", canonical)
        .map_or_else(|_| "****".to_owned(), |phone| phone.masked())
}
