//! What whoever stands in may do: the work of the absent one, in the absent one's area, while the absence that both agreed to
//! lasts; not a day longer, and nothing is written down that would have to be taken back. Found out anew with every session
//! that is looked at (they are remembered for five seconds).
//!
//! It is lent only among those who hold the same post anyhow: a grid worker who stands in for a grid worker of the same
//! community. Naming a neighbour as one's substitute opens no register to them.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Grant, Micros, Result, Role};
use youlin_places::Locator;

use super::Consent;
use super::entities::absence;
use super::load::{InOffice, in_office};
use super::substitutes::Away;
use crate::MembershipRole;

/// Posts whose work can be lent, and the role each needs.
const POSTS: [(MembershipRole, Role); 2] = [
    (MembershipRole::GridWorker, Role::GridWorker),
    (MembershipRole::MicroGridWorker, Role::MicroGridWorker),
];

/// Grants a person has just now because somebody is away; `own` are those of the account itself.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn stands_in(
    db: &impl ConnectionTrait,
    locator: &Locator,
    person: Uuid,
    own: &[Grant],
) -> Result<Vec<Grant>> {
    let tree = locator.tree();
    let community_of = |grant: &Grant| tree.community_of(grant.area);
    let communities: BTreeSet<CommunityId> = own
        .iter()
        .filter(|grant| POSTS.iter().any(|(_, role)| *role == grant.role))
        .filter_map(community_of)
        .collect();
    if communities.is_empty() {
        return Ok(Vec::new());
    }
    let now = locator.now();
    let mut lent = Vec::new();
    for community in asked(db, &communities, person, now).await? {
        let held: Vec<Role> = own
            .iter()
            .filter(|grant| community_of(grant) == Some(community))
            .map(|grant| grant.role)
            .collect();
        let away = Away::at(db, community, now).await?;
        let office = in_office(db, community).await?;
        lent.extend(office.iter().filter_map(|one| {
            let role = lent_role(one, &held)?;
            let reached = away.reached(one.row.person_community, one.row.person_id)?;
            let stands_in = reached.1 == person && one.row.person_id != person;
            stands_in.then_some(Grant {
                role,
                area: AreaId(one.row.area_id),
                organisation: None,
            })
        }));
    }
    lent.retain(|grant| !own.contains(grant));
    Ok(lent)
}

/// Communities in which somebody counts on this person now: mostly none, and then nothing more is read.
async fn asked(
    db: &impl ConnectionTrait,
    communities: &BTreeSet<CommunityId>,
    person: Uuid,
    now: Micros,
) -> Result<BTreeSet<CommunityId>> {
    let homes: Vec<i64> = absence::Entity::find()
        .select_only()
        .column(absence::Column::CommunityId)
        .filter(absence::Column::CommunityId.is_in(communities.iter().map(|one| one.0)))
        .filter(absence::Column::SubstituteId.eq(person))
        .filter(absence::Column::State.eq(Consent::Accepted.as_str()))
        .filter(absence::Column::StartsAt.lte(now.0))
        .filter(absence::Column::EndsAt.gt(now.0))
        .filter(absence::Column::WithdrawnAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(homes.into_iter().map(CommunityId).collect())
}

/// The role a post lends to somebody who holds these roles there.
fn lent_role(one: &InOffice, held: &[Role]) -> Option<Role> {
    let of_post = POSTS.iter().find(|(post, _)| *post == one.role);
    of_post
        .map(|(_, role)| *role)
        .filter(|role| held.contains(role))
}
