//! A household (一户一档): those who are entered as living together, now and earlier, and the dwellings they lived in. Many
//! entries name no household; then the dwelling's own file is the household's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};

use super::cards::visible_cards;
use super::stack::Resident;
use super::{Directory, DwellingFile};
use crate::commands::home_of;
use crate::entities::{household, person, residence};
use crate::facts::RegisterPolicy;
use crate::{PersonCard, Relation, Vault};

/// A stay of somebody in the household.
#[derive(Clone, Debug)]
pub struct HouseholdStay {
    pub dwelling: Uuid,
    /// `None`: somebody the reader may not see.
    pub card: Option<PersonCard>,
    pub relation: Relation,
    pub from: Micros,
    pub to: Option<Micros>,
}

/// See the module's text.
#[derive(Clone, Debug)]
pub struct HouseholdFile {
    pub id: Uuid,
    pub community: CommunityId,
    /// Who lives in it now, with what is missing, each since when.
    pub members: Vec<(Resident, Micros)>,
    /// Stays that ended, the newest first.
    pub former: Vec<HouseholdStay>,
    /// Where it lives or lived, the present first: from when to when.
    pub dwellings: Vec<(Uuid, Micros, Option<Micros>)>,
    /// Files of the dwellings it lives in now.
    pub files: Vec<DwellingFile>,
}

impl Directory {
    /// The household under which somebody is entered at their main home.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn household_id(
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<Option<Uuid>> {
        let home = home_of(db, community, person).await?;
        Ok(home.and_then(|home| home.household_id))
    }

    /// Households of a dwelling, by who lives there now.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn households_in(
        db: &impl ConnectionTrait,
        community: CommunityId,
        dwelling: Uuid,
    ) -> Result<HashMap<Uuid, Uuid>> {
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.eq(dwelling))
            .filter(residence::current())
            .all(db)
            .await?;
        let of = |home: residence::Model| Some((home.person_id, home.household_id?));
        Ok(homes.into_iter().filter_map(of).collect())
    }

    /// The file of a household.
    ///
    /// # Errors
    /// 404 when none of its dwellings lies in the scope.
    pub async fn household(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        policy: &RegisterPolicy,
        now: Micros,
        id: Uuid,
    ) -> Result<HouseholdFile> {
        let row = household::Entity::find()
            .filter(household::Column::CommunityId.is_in(scope.communities()))
            .filter(household::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let community = CommunityId(row.community_id);
        let stays = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::HouseholdId.eq(id))
            .order_by_desc(residence::Column::ValidFrom)
            .order_by_asc(residence::Column::Id)
            .all(db)
            .await?;
        let inside = |dwelling: Uuid| {
            let place = vault.place(dwelling);
            place.is_some_and(|place| scope.contains(community, &[place.grid, place.neighbourhood]))
        };
        let here: Vec<_> = stays
            .into_iter()
            .filter(|stay| inside(stay.dwelling_id))
            .collect();
        if here.is_empty() {
            return Err(Problem::not_found());
        }
        let dwellings = spans(&here);
        let present: Vec<Uuid> = dwellings
            .iter()
            .filter(|one| one.2.is_none())
            .map(|one| one.0)
            .collect();
        let at = (community, present.as_slice());
        let files = Self::dwelling_files(db, vault, scope, policy, now, at).await?;
        let members = members(&here, &files);
        let former = former(db, vault, scope, community, here).await?;
        Ok(HouseholdFile {
            id,
            community,
            members,
            former,
            dwellings,
            files,
        })
    }
}

/// From the first who came to the last who went.
fn spans(stays: &[residence::Model]) -> Vec<(Uuid, Micros, Option<Micros>)> {
    let mut all: BTreeMap<Uuid, (i64, Option<i64>)> = BTreeMap::new();
    for stay in stays {
        let span = all
            .entry(stay.dwelling_id)
            .or_insert((stay.valid_from, stay.valid_to));
        span.0 = span.0.min(stay.valid_from);
        span.1 = match (span.1, stay.valid_to) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
    }
    let mut all: Vec<_> = all
        .into_iter()
        .map(|(dwelling, (from, to))| (dwelling, Micros(from), to.map(Micros)))
        .collect();
    all.sort_by_key(|(_, from, to)| (to.is_some(), std::cmp::Reverse(*from)));
    all
}

fn members(stays: &[residence::Model], files: &[DwellingFile]) -> Vec<(Resident, Micros)> {
    let mut seen = BTreeSet::new();
    let mut members = Vec::new();
    // Who was there first stands first.
    for stay in stays.iter().rev().filter(|stay| stay.valid_to.is_none()) {
        let file = files.iter().find(|file| file.dwelling == stay.dwelling_id);
        let resident = file.and_then(|file| {
            let mut all = file.residents.iter();
            all.find(|one| one.card.id == stay.person_id)
        });
        if let Some(one) = resident.filter(|one| seen.insert(one.card.id)) {
            members.push((one.clone(), Micros(stay.valid_from)));
        }
    }
    members
}

async fn former(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    community: CommunityId,
    stays: Vec<residence::Model>,
) -> Result<Vec<HouseholdStay>> {
    let ended: Vec<residence::Model> = stays
        .into_iter()
        .filter(|stay| stay.valid_to.is_some())
        .collect();
    let persons: BTreeSet<Uuid> = ended.iter().map(|stay| stay.person_id).collect();
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::Id.is_in(persons))
        .all(db)
        .await?;
    let cards = visible_cards(db, vault, scope, rows).await?;
    let cards: HashMap<Uuid, PersonCard> = cards.into_iter().map(|card| (card.id, card)).collect();
    let mut former: Vec<HouseholdStay> = ended
        .into_iter()
        .map(|stay| HouseholdStay {
            dwelling: stay.dwelling_id,
            card: cards.get(&stay.person_id).cloned(),
            relation: Relation::parse(&stay.relation).unwrap_or(Relation::Other),
            from: Micros(stay.valid_from),
            to: stay.valid_to.map(Micros),
        })
        .collect();
    former.sort_by_key(|stay| std::cmp::Reverse(stay.to));
    Ok(former)
}
