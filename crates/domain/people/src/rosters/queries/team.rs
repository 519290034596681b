//! The team of an area, from memberships.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Micros, Problem, Result, Scope};

use super::names;
use crate::entities::organisation;
use crate::queries::{cards_of, duty_phone, open_name, persons_by_id};
use crate::rosters::coverage::Share;
use crate::rosters::entities::roster_share;
use crate::rosters::load::{InOffice, in_office};
use crate::rosters::substitutes::Away;
use crate::{MembershipRole, Vault};

/// Somebody of a team.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TeamMember {
    pub membership: Uuid,
    pub person: Uuid,
    /// In the clear for those on duty, else masked.
    pub name: String,
    pub role: MembershipRole,
    pub area: AreaId,
    pub organisation: Option<String>,
    /// Published number of the duty.
    pub duty_phone: Option<String>,
    /// The private one, masked.
    pub phone_masked: Option<String>,
    pub since: Micros,
    /// Away just now.
    pub away: bool,
    /// Who stands in.
    pub substitute: Option<String>,
    /// Id and words of each building or entrance; none: the whole area.
    pub shares: Vec<(Uuid, String)>,
}

/// The team of an area: those of the area and below it, and those on duty above it up to the community.
///
/// # Errors
/// 404 outside the scope.
pub async fn team(
    db: &Database,
    vault: &Vault,
    scope: &Scope,
    tree: &AreaTree,
    now: Micros,
    area: AreaId,
) -> Result<Vec<TeamMember>> {
    let community = tree.community_of(area).ok_or_else(Problem::not_found)?;
    if !scope.contains(community, &[Some(area)]) {
        return Err(Problem::not_found());
    }
    let belongs = |one: &InOffice| {
        let at = AreaId(one.row.area_id);
        tree.is_within(at, area) || (one.role.on_duty() && tree.is_within(area, at))
    };
    let mut office = in_office(db.read(), community).await?;
    office.retain(belongs);
    // The nearest first, then as roles are listed.
    office.sort_by_key(|one| {
        let at = AreaId(one.row.area_id);
        let depth = tree.upwards(at).count();
        (
            at != area,
            std::cmp::Reverse(depth),
            at,
            one.role,
            one.row.id,
        )
    });
    members(db, vault, community, now, office).await
}

async fn members(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
    now: Micros,
    office: Vec<InOffice>,
) -> Result<Vec<TeamMember>> {
    let db = db.read();
    let ids: Vec<(i64, Uuid)> = office
        .iter()
        .map(|one| (one.row.person_community, one.row.person_id))
        .collect();
    let persons = persons_by_id(db, &ids).await?;
    let rows: Vec<_> = persons.values().cloned().collect();
    let cards: HashMap<Uuid, _> = cards_of(db, vault, &rows)
        .await?
        .into_iter()
        .map(|card| (card.id, card))
        .collect();
    let away = Away::at(db, community, now).await?;
    let stand_ins: Vec<(i64, Uuid)> = ids
        .iter()
        .filter_map(|(home, id)| away.reached(*home, *id))
        .collect();
    let substitutes = names(db, vault, stand_ins).await?;
    let organisations = organisation_names(db, community, &office).await?;
    let mut shares = share_words(db, vault, community).await?;
    let mut found = Vec::with_capacity(office.len());
    for one in office {
        let id = one.row.person_id;
        let (Some(person), Some(card)) = (persons.get(&id), cards.get(&id)) else {
            continue;
        };
        let reached = away.reached(one.row.person_community, id).map(|who| who.1);
        found.push(TeamMember {
            membership: one.row.id,
            person: id,
            name: match one.role.on_duty() {
                true => open_name(vault, person)?,
                false => card.name_masked.clone(),
            },
            role: one.role,
            area: AreaId(one.row.area_id),
            organisation: one
                .row
                .organisation_id
                .and_then(|id| organisations.get(&id).cloned()),
            duty_phone: duty_phone(vault, &one.row)?,
            phone_masked: card.phone_masked.clone(),
            since: Micros(one.row.begun()),
            away: reached != Some(id),
            substitute: reached
                .filter(|other| *other != id)
                .and_then(|other| substitutes.get(&other).cloned()),
            shares: shares.remove(&one.row.id).unwrap_or_default(),
        });
    }
    Ok(found)
}

async fn organisation_names(
    db: &impl ConnectionTrait,
    community: CommunityId,
    office: &[InOffice],
) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = office
        .iter()
        .filter_map(|one| one.row.organisation_id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = organisation::Entity::find()
        .filter(organisation::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
        .filter(organisation::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// 光明东村12号楼 1单元, by membership.
async fn share_words(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
) -> Result<HashMap<Uuid, Vec<(Uuid, String)>>> {
    let rows = roster_share::Entity::find()
        .filter(roster_share::Column::CommunityId.eq(community.0))
        .filter(roster_share::Column::ValidTo.is_null())
        .order_by_asc(roster_share::Column::Id)
        .all(db)
        .await?;
    let mut shares: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
    for row in rows {
        let building = vault.building(row.building_id);
        let mut words = building.map_or_else(String::new, |place| place.address);
        words.push_str(&row.entrance);
        let list = shares.entry(row.membership_id).or_default();
        list.push((row.id, words));
    }
    Ok(shares)
}

/// Each share that holds now, by its id.
pub(crate) async fn share_doors(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<HashMap<Uuid, Share>> {
    let rows = roster_share::Entity::find()
        .filter(roster_share::Column::CommunityId.eq(community.0))
        .filter(roster_share::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let share = |row: roster_share::Model| {
        let share = Share {
            building: row.building_id,
            entrance: row.entrance,
        };
        (row.id, share)
    };
    Ok(rows.into_iter().map(share).collect())
}

/// Everybody who may be put on a duty or asked to stand in: those in office, each once, by name. Where each is filed,
/// who, and the name.
pub(crate) async fn people_in_office(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
) -> Result<Vec<(CommunityId, Uuid, String)>> {
    let office = in_office(db, community).await?;
    let mut homes: HashMap<Uuid, i64> = HashMap::new();
    for one in office.iter().filter(|one| one.role.on_duty()) {
        homes.insert(one.row.person_id, one.row.person_community);
    }
    let ids: Vec<(i64, Uuid)> = homes.iter().map(|(id, home)| (*home, *id)).collect();
    let mut people: Vec<(CommunityId, Uuid, String)> = names(db, vault, ids)
        .await?
        .into_iter()
        .filter_map(|(id, name)| Some((CommunityId(*homes.get(&id)?), id, name)))
        .collect();
    people.sort_by(|a, b| a.2.cmp(&b.2).then(a.1.cmp(&b.1)));
    Ok(people)
}
