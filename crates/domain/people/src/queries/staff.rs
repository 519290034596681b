//! People on duty. Their names are public within the house.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Result};

use super::Directory;
use super::cards::open_name;
use super::lists::persons_by_id;
use crate::entities::{account, membership};
use crate::merge::Signposts;
use crate::rosters::Away;
use crate::vault::FieldPlace;
use crate::{Contact, MembershipRole, Vault};

impl Directory {
    /// The grid worker of an area: the most specific membership from there upwards, the one longest in office first.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn grid_worker_of(
        db: &impl ConnectionTrait,
        vault: &Vault,
        areas: &AreaTree,
        community: CommunityId,
        area: Option<AreaId>,
    ) -> Result<Option<Contact>> {
        let path = upwards(areas, community, area);
        worker_among(db, vault, community, &path, MembershipRole::GridWorker).await
    }

    /// The micro-grid worker of an area, found the same way.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn micro_grid_worker_of(
        db: &impl ConnectionTrait,
        vault: &Vault,
        areas: &AreaTree,
        community: CommunityId,
        area: Option<AreaId>,
    ) -> Result<Option<Contact>> {
        let path = upwards(areas, community, area);
        worker_among(db, vault, community, &path, MembershipRole::MicroGridWorker).await
    }

    /// Those in office in a community, with one of these roles (none given: every role on duty).
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn staff(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
        roles: &[MembershipRole],
    ) -> Result<Vec<Contact>> {
        let roles: Vec<&str> = MembershipRole::ALL
            .iter()
            .filter(|role| {
                if roles.is_empty() {
                    role.on_duty()
                } else {
                    roles.contains(role)
                }
            })
            .map(|role| role.as_str())
            .collect();
        let mut rows = membership::Entity::find()
            .filter(membership::Column::CommunityId.eq(community.0))
            .filter(membership::Column::Role.is_in(roles))
            .filter(membership::Column::ValidTo.is_null())
            .all(db)
            .await?;
        rows.sort_by_key(|row| (row.area_id, row.begun(), row.id));
        let away = Away::now(db, vault, community).await?;
        contacts(db, vault, rows, &away).await
    }
}

/// The area and what is above it, down to the community.
fn upwards(areas: &AreaTree, community: CommunityId, area: Option<AreaId>) -> Vec<AreaId> {
    let start = area.unwrap_or_else(|| community.into());
    let mut path: Vec<AreaId> = areas
        .upwards(start)
        .map(|node| node.id)
        .take_while(|id| *id != AreaId::from(community))
        .collect();
    path.push(community.into());
    path
}

/// The one in office in the first of these areas (most specific first) that has anybody.
pub(crate) async fn worker_among(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    areas: &[AreaId],
    role: MembershipRole,
) -> Result<Option<Contact>> {
    let mut rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::Role.eq(role.as_str()))
        .filter(membership::Column::AreaId.is_in(areas.iter().map(|area| area.0)))
        .filter(membership::Column::ValidTo.is_null())
        .all(db)
        .await?;
    rows.sort_by_key(|row| (row.begun(), row.id));
    nearest(db, vault, community, areas, &rows).await
}

/// The first who is there, or somebody stands in for; where everybody is away, the first after all.
pub(crate) async fn nearest(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    areas: &[AreaId],
    rows: &[membership::Model],
) -> Result<Option<Contact>> {
    if rows.is_empty() {
        return Ok(None);
    }
    let away = Away::now(db, vault, community).await?;
    let ordered: Vec<&membership::Model> = areas
        .iter()
        .flat_map(|area| rows.iter().filter(move |row| row.area_id == area.0))
        .collect();
    let there =
        |row: &&&membership::Model| away.reached(row.person_community, row.person_id).is_some();
    let chosen = ordered.iter().find(there).or(ordered.first());
    match chosen {
        Some(row) => Ok(contacts(db, vault, vec![(**row).clone()], &away)
            .await?
            .pop()),
        None => Ok(None),
    }
}

async fn contacts(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: Vec<membership::Model>,
    away: &Away,
) -> Result<Vec<Contact>> {
    let reached = |row: &membership::Model| {
        let own = (row.person_community, row.person_id);
        away.reached(own.0, own.1).unwrap_or(own)
    };
    let mut ids: Vec<(i64, Uuid)> = rows
        .iter()
        .map(|row| (row.person_community, row.person_id))
        .collect();
    ids.extend(rows.iter().map(reached));
    let persons = persons_by_id(db, &ids).await?;
    let accounts = accounts_of(db, &ids).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (_, id) = reached(&row);
        let (Some(person), Some(owner), Some(role)) = (
            persons.get(&id),
            persons.get(&row.person_id),
            MembershipRole::parse(&row.role),
        ) else {
            continue;
        };
        let substituted = id != row.person_id;
        let own_number = match substituted {
            true => own_duty_phone(db, vault, row.community_id, id).await?,
            false => None,
        };
        found.push(Contact {
            person: id,
            account: accounts.get(&id).copied(),
            name: open_name(vault, person)?,
            role,
            area: AreaId(row.area_id),
            duty_phone: match own_number {
                Some(number) => Some(number),
                None => duty_phone(vault, &row)?,
            },
            stands_in_for: substituted.then(|| open_name(vault, owner)).transpose()?,
        });
    }
    Ok(found)
}

/// The number a substitute is reached at by a duty of their own.
async fn own_duty_phone(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: i64,
    person: Uuid,
) -> Result<Option<String>> {
    let row = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community))
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::Column::ValidTo.is_null())
        .filter(membership::Column::DutyPhoneSealed.is_not_null())
        .order_by_asc(membership::Column::Id)
        .one(db)
        .await?;
    row.map_or(Ok(None), |row| duty_phone(vault, &row))
}

pub(crate) fn duty_phone(vault: &Vault, row: &membership::Model) -> Result<Option<String>> {
    row.duty_phone_sealed
        .as_deref()
        .map(|sealed| {
            let at = FieldPlace::new("membership", "duty_phone", row.community_id, row.id);
            Ok(display_number(vault, &vault.open(at, sealed)?))
        })
        .transpose()
}

/// A stored number as people write it.
pub(crate) fn display_number(vault: &Vault, canonical: &str) -> String {
    vault
        .phone("phone", canonical)
        .map_or_else(|_| canonical.to_owned(), |phone| phone.display())
}

/// The open account of each person that has one (the first made, should there be several), also one that was made for an
/// entry which was merged into theirs since.
pub(crate) async fn accounts_of(
    db: &impl ConnectionTrait,
    persons: &[(i64, Uuid)],
) -> Result<HashMap<Uuid, Uuid>> {
    let mut communities: Vec<i64> = persons.iter().map(|one| one.0).collect();
    communities.sort_unstable();
    communities.dedup();
    let signposts = Signposts::of(db, &communities).await?;
    let mut ids: BTreeSet<Uuid> = persons.iter().map(|one| one.1).collect();
    let former: Vec<Uuid> = signposts
        .all()
        .filter(|id| ids.contains(&signposts.led(*id)))
        .collect();
    ids.extend(former);
    let rows = account::Entity::find()
        .filter(account::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(account::Column::PersonId.is_in(ids))
        .filter(account::Column::ClosedAt.is_null())
        .order_by_asc(account::Column::Id)
        .all(db)
        .await?;
    let mut found = HashMap::new();
    for row in rows {
        if let Some(person) = row.person_id {
            found.entry(signposts.led(person)).or_insert(row.id);
        }
    }
    Ok(found)
}
