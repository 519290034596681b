//! What the pure parts need, read from the registers: dwellings with their areas, those in office, the policy.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Result, Scope};
use youlin_places::queries::doors_of;

use super::coverage::{Coverage, Door, Worker, coverage};
use super::entities::roster_setting;
use super::model::RosterPolicy;
use super::substitutes::shares_in_force;
use crate::entities::membership;
use crate::{MembershipRole, Vault};

/// Codes of the settings.
pub(crate) const WORKER_MOST: &str = "worker_most";
pub(crate) const GRID_MOST: &str = "grid_most";
pub(crate) const GRID_ROLES: &str = "grid_roles";
pub(crate) const HOOD_ROLES: &str = "neighbourhood_roles";

/// Somebody in office.
#[derive(Clone, Debug)]
pub(crate) struct InOffice {
    pub(crate) row: membership::Model,
    pub(crate) role: MembershipRole,
}

/// One community as its rosters see it.
#[derive(Clone, Debug)]
pub struct Ground {
    pub community: CommunityId,
    pub policy: RosterPolicy,
    pub doors: HashMap<Uuid, Door>,
    pub coverage: Coverage,
    pub(crate) office: Vec<InOffice>,
}

impl Ground {
    /// Nobody looks after it.
    pub(crate) fn is_bare(&self, door: &Door) -> bool {
        let by = self.coverage.by.get(&door.dwelling);
        by.is_none_or(Vec::is_empty)
    }
}

/// What a community asks for; the usual where nothing was set.
pub(crate) async fn policy(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<RosterPolicy> {
    let rows = roster_setting::Entity::find()
        .filter(roster_setting::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    let mut policy = RosterPolicy::default();
    let roles = |text: &str| {
        text.split(',')
            .filter_map(MembershipRole::parse)
            .collect::<Vec<_>>()
    };
    for row in rows {
        match row.code.as_str() {
            WORKER_MOST => policy.worker_most = row.value.parse().unwrap_or(policy.worker_most),
            GRID_MOST => policy.grid_most = row.value.parse().unwrap_or(policy.grid_most),
            GRID_ROLES => policy.grid_roles = roles(&row.value),
            HOOD_ROLES => policy.neighbourhood_roles = roles(&row.value),
            _ => {}
        }
    }
    Ok(policy)
}

/// Everybody in office in a community, longest first.
pub(crate) async fn in_office(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<Vec<InOffice>> {
    let mut rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::ValidTo.is_null())
        .all(db)
        .await?;
    rows.sort_by_key(|row| (row.begun(), row.id));
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let role = MembershipRole::parse(&row.role)?;
            Some(InOffice { row, role })
        })
        .collect())
}

/// The ground of one community as far as the scope reaches.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn ground(
    db: &Database,
    vault: &Vault,
    scope: &Scope,
    community: CommunityId,
) -> Result<Ground> {
    let office = in_office(db.read(), community).await?;
    let shares = shares_in_force(db.read(), community).await?;
    let workers: Vec<Worker> = office
        .iter()
        .filter(|one| one.role == MembershipRole::MicroGridWorker)
        .map(|one| Worker {
            membership: one.row.id,
            area: AreaId(one.row.area_id),
            shares: shares.get(&one.row.id).cloned().unwrap_or_default(),
        })
        .collect();
    let doors: Vec<Door> = doors_of(db, community)
        .await?
        .into_iter()
        .filter_map(|line| {
            let place = vault.building(line.building)?;
            let seen = scope.contains(community, &[place.grid, place.neighbourhood]);
            seen.then(|| Door {
                dwelling: line.dwelling,
                building: line.building,
                entrance: line.entrance,
                areas: [place.neighbourhood, place.grid]
                    .into_iter()
                    .flatten()
                    .chain([community.into()])
                    .collect(),
            })
        })
        .collect();
    Ok(Ground {
        community,
        policy: policy(db.read(), community).await?,
        coverage: coverage(&doors, &workers),
        doors: doors
            .into_iter()
            .map(|door| (door.dwelling, door))
            .collect(),
        office,
    })
}
