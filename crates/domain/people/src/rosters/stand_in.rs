//! What whoever stands in may do: the work of the absent one, in the absent one's area, while the absence that both agreed to
//! lasts; not a day longer, and nothing is written down that would have to be taken back. Found out anew with every session
//! that is looked at (they are remembered for five seconds). Whoever took somebody's shift stands in in the same way for the
//! day of that shift, and until it ends where it lasts into the next.
//!
//! It is lent only among those who hold the same post anyhow: a grid worker who stands in for a grid worker of the same
//! community. Naming a neighbour as one's substitute opens no register to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::ToSpan;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Grant, Micros, Result, Role};
use youlin_places::Locator;

use super::Consent;
use super::entities::{absence, duty_shift, duty_swap};
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
    let mut asked: BTreeMap<CommunityId, BTreeSet<Uuid>> =
        swapped(db, &communities, person, now).await?;
    for community in counted_on(db, &communities, person, now).await? {
        asked.entry(community).or_default();
    }
    let mut lent = Vec::new();
    for (community, swapped) in asked {
        let held: Vec<Role> = own
            .iter()
            .filter(|grant| community_of(grant) == Some(community))
            .map(|grant| grant.role)
            .collect();
        let away = Away::at(db, community, now).await?;
        let office = in_office(db, community).await?;
        lent.extend(office.iter().filter_map(|one| {
            let role = lent_role(one, &held)?;
            let owner = one.row.person_id;
            let reached = away.reached(one.row.person_community, owner);
            // Also the work of whom the other one stood in for when the shift was taken.
            let of = |who: Uuid| who == person || swapped.contains(&who);
            let stands_in = swapped.contains(&owner) || reached.is_some_and(|(_, who)| of(who));
            (stands_in && owner != person).then_some(Grant {
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
async fn counted_on(
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

/// Whose shifts of today this person took, by community. The shift must still be theirs: handed on, it is the next one's, and
/// it is always the one who had it by the plan whose work is meant.
async fn swapped(
    db: &impl ConnectionTrait,
    communities: &BTreeSet<CommunityId>,
    person: Uuid,
    now: Micros,
) -> Result<BTreeMap<CommunityId, BTreeSet<Uuid>>> {
    let mut taken: BTreeMap<CommunityId, BTreeSet<Uuid>> = BTreeMap::new();
    let ids = communities.iter().map(|one| one.0);
    let (from, to) = around(now);
    let shifts: Vec<(Uuid, i64, i64)> = duty_shift::Entity::find()
        .select_only()
        .columns([
            duty_shift::Column::Id,
            duty_shift::Column::StartsAt,
            duty_shift::Column::EndsAt,
        ])
        .filter(duty_shift::Column::CommunityId.is_in(ids.clone()))
        .filter(duty_shift::Column::PersonId.eq(person))
        .filter(duty_shift::Column::StartsAt.gte(from.0))
        .filter(duty_shift::Column::StartsAt.lt(to.0))
        .into_tuple()
        .all(db)
        .await?;
    let today: Vec<Uuid> = shifts
        .into_iter()
        .filter(|(_, from, to)| is_its_day(Micros(*from), Micros(*to), now))
        .map(|(id, ..)| id)
        .collect();
    if today.is_empty() {
        return Ok(taken);
    }
    let swaps = duty_swap::Entity::find()
        .filter(duty_swap::Column::CommunityId.is_in(ids))
        .filter(duty_swap::Column::ShiftId.is_in(today))
        .filter(duty_swap::Column::State.eq(Consent::Accepted.as_str()))
        .order_by_asc(duty_swap::Column::AnsweredAt)
        .order_by_asc(duty_swap::Column::Id)
        .all(db)
        .await?;
    let mut first: HashMap<Uuid, (i64, Uuid)> = HashMap::new();
    for swap in swaps {
        let planned = (swap.community_id, swap.from_person);
        first.entry(swap.shift_id).or_insert(planned);
    }
    for (community, planned) in first.into_values().filter(|(_, who)| *who != person) {
        taken
            .entry(CommunityId(community))
            .or_default()
            .insert(planned);
    }
    Ok(taken)
}

/// When a shift that may count today begins: none lasts longer than a day.
fn around(now: Micros) -> (Micros, Micros) {
    let today = now.date();
    let tomorrow = Micros::start_of(today.saturating_add(1.day()));
    (Micros::start_of(today).plus(-Micros::DAY), tomorrow)
}

/// Whether this is the day of a shift: the whole day it begins on, and until it ends.
fn is_its_day(from: Micros, to: Micros, now: Micros) -> bool {
    let day = from.date();
    Micros::start_of(day) <= now && (now.date() == day || now < to)
}

/// The role a post lends to somebody who holds these roles there.
fn lent_role(one: &InOffice, held: &[Role]) -> Option<Role> {
    let of_post = POSTS.iter().find(|(post, _)| *post == one.role);
    of_post
        .map(|(_, role)| *role)
        .filter(|role| held.contains(role))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A shift counts from the midnight before it to the later of the midnight after it began and its end, and whatever
        /// counts is among those looked at.
        #[test]
        fn a_shift_counts_for_its_day(day in 0..20_000i64, from in 0..1_440i64, minutes in 1..=1_440i64, off in -3_000..6_000i64) {
            let midnight = Micros::start_of(Micros(day * Micros::DAY).date());
            let (from, now) = (midnight.plus(from * Micros::MINUTE), midnight.plus(off * Micros::MINUTE));
            let to = from.plus(minutes * Micros::MINUTE);
            let until = midnight.plus(Micros::DAY).max(to);
            let counts = is_its_day(from, to, now);
            prop_assert_eq!(counts, midnight <= now && now < until);
            let (first, last) = around(now);
            prop_assert!(!counts || (first <= from && from < last));
        }
    }
}
