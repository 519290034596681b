//! Who is away just now and who stands in. The directory asks here, so that whatever is addressed to a role reaches
//! somebody who is there.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result};
use youlin_places::Place;
use youlin_places::queries::entrance_of;

use super::Consent;
use super::coverage::{Door, Share, Worker, workers_of};
use super::entities::{absence, roster_share};
use crate::entities::membership;
use crate::queries::nearest;
use crate::{Contact, MembershipRole, Vault};

/// A person and where they are filed.
type Who = (i64, Uuid);

/// Absences in force at a moment, by who is away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Away(HashMap<Uuid, Leave>);

#[derive(Clone, Copy, Debug)]
struct Leave {
    until: Micros,
    /// Who agreed to stand in.
    substitute: Option<Who>,
}

impl Away {
    /// By the clock of the house; nobody is away where there is none.
    pub(crate) async fn now(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
    ) -> Result<Self> {
        match vault.now() {
            Some(now) => Self::at(db, community, now).await,
            None => Ok(Self::default()),
        }
    }

    pub(crate) async fn at(
        db: &impl ConnectionTrait,
        community: CommunityId,
        now: Micros,
    ) -> Result<Self> {
        let rows = absence::Entity::find()
            .filter(absence::Column::CommunityId.eq(community.0))
            .filter(absence::Column::EndsAt.gt(now.0))
            .filter(absence::Column::StartsAt.lte(now.0))
            .filter(absence::Column::WithdrawnAt.is_null())
            .order_by_asc(absence::Column::Id)
            .all(db)
            .await?;
        let mut away = HashMap::new();
        for row in rows {
            let agreed = row.state == Consent::Accepted.as_str();
            let who = row
                .substitute_community
                .zip(row.substitute_id)
                .filter(|_| agreed);
            let until = Micros(row.ends_at);
            let one = away.entry(row.person_id).or_insert(Leave {
                until,
                substitute: None,
            });
            one.until = one.until.max(until);
            one.substitute = one.substitute.or(who);
        }
        Ok(Self(away))
    }

    #[cfg(test)]
    pub(super) fn of(all: impl Iterator<Item = (Uuid, Option<Who>)>) -> Self {
        let leave = |(who, substitute)| {
            let until = Micros(0);
            (who, Leave { until, substitute })
        };
        Self(all.map(leave).collect())
    }

    /// When this person is back; none when they are not away.
    pub(crate) fn until(&self, person: Uuid) -> Option<Micros> {
        self.0.get(&person).map(|leave| leave.until)
    }

    /// Who is there when this person is called: the person, or the substitute, or the substitute's; `None` when nobody is.
    pub(crate) fn reached(&self, community: i64, person: Uuid) -> Option<Who> {
        let mut who = (community, person);
        for _hop in 0..=self.0.len() {
            match self.0.get(&who.1) {
                None => return Some(who),
                Some(leave) => who = leave.substitute?,
            }
        }
        // They stand in for one another in a circle, and all are away.
        None
    }
}

/// The micro-grid worker of a place: whose share the building is, else who has the whole area.
pub(crate) async fn micro_grid_worker_at(
    db: &impl ConnectionTrait,
    vault: &Vault,
    place: &Place,
) -> Result<Option<Contact>> {
    let community = place.community;
    let areas: Vec<AreaId> = [place.neighbourhood, place.grid]
        .into_iter()
        .flatten()
        .chain([community.into()])
        .collect();
    let mut rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::Role.eq(MembershipRole::MicroGridWorker.as_str()))
        .filter(membership::Column::AreaId.is_in(areas.iter().map(|area| area.0)))
        .filter(membership::Column::ValidTo.is_null())
        .all(db)
        .await?;
    rows.sort_by_key(|row| (row.begun(), row.id));
    let Some(building) = place.building else {
        return nearest(db, vault, community, &areas, &rows).await;
    };
    let shares = shares_in_force(db, community).await?;
    let workers: Vec<Worker> = rows
        .iter()
        .map(|row| Worker {
            membership: row.id,
            area: AreaId(row.area_id),
            shares: shares.get(&row.id).cloned().unwrap_or_default(),
        })
        .collect();
    let entrance = match place.dwelling {
        Some(dwelling) => entrance_of(db, community, dwelling).await?,
        None => String::new(),
    };
    let door = Door {
        dwelling: place.dwelling.unwrap_or_default(),
        building,
        entrance,
        areas: areas.clone(),
    };
    let theirs: Vec<Uuid> = workers_of(&door, &workers)
        .into_iter()
        .map(|one| one.membership)
        .collect();
    let chosen: Vec<membership::Model> = rows
        .into_iter()
        .filter(|row| theirs.contains(&row.id))
        .collect();
    nearest(db, vault, community, &areas, &chosen).await
}

/// Shares of each membership that hold now.
pub(crate) async fn shares_in_force(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<HashMap<Uuid, Vec<Share>>> {
    let rows = roster_share::Entity::find()
        .filter(roster_share::Column::CommunityId.eq(community.0))
        .filter(roster_share::Column::ValidTo.is_null())
        .order_by_asc(roster_share::Column::Id)
        .all(db)
        .await?;
    let mut shares: HashMap<Uuid, Vec<Share>> = HashMap::new();
    for row in rows {
        shares.entry(row.membership_id).or_default().push(Share {
            building: row.building_id,
            entrance: row.entrance,
        });
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever is reached is not away, however people stand in for one another.
        #[test]
        fn whoever_is_reached_is_there(away in prop::collection::hash_map(0u128..8, prop::option::of(0u128..12), 0..8)) {
            let away = Away::of(away.into_iter()
                .map(|(who, other)| (Uuid::from_u128(who), other.map(|one| (1, Uuid::from_u128(one))))));
            for n in 0..12 {
                if let Some((_, reached)) = away.reached(1, Uuid::from_u128(n)) {
                    prop_assert!(!away.0.contains_key(&reached));
                }
            }
        }
    }
}
