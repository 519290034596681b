//! What whoever stands in may do: the work of the absent one, in the absent one's area, while the absence that both agreed to
//! lasts; not a day longer, and nothing is written down that would have to be taken back. Found out anew with every session
//! that is looked at (they are remembered for five seconds). Whoever took somebody's shift stands in in the same way for the
//! day of that shift, and until it ends where it lasts into the next.
//!
//! The same people are proposed the doors of whoever they stand in for ([`super::posts`]).
//!
//! It is lent only among those who hold the same post anyhow: a grid worker who stands in for a grid worker of the same
//! community. Naming a neighbour as one's substitute opens no register to them.

use std::collections::{BTreeSet, HashMap};

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

/// A person and where they are filed.
type Who = (i64, Uuid);

/// Who does whose work in a community at a moment, beside or instead of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct StandIns {
    away: Away,
    /// Of each who had a shift of this day by the plan: whoever has it now.
    taken: HashMap<Uuid, Vec<Who>>,
}

impl StandIns {
    pub(crate) async fn at(
        db: &impl ConnectionTrait,
        community: CommunityId,
        now: Micros,
    ) -> Result<Self> {
        let mut taken: HashMap<Uuid, Vec<Who>> = HashMap::new();
        for one in taken_shifts(db, &BTreeSet::from([community]), None, now).await? {
            taken.entry(one.planned).or_default().push(one.by);
        }
        let away = Away::at(db, community, now).await?;
        Ok(Self { away, taken })
    }

    /// Everybody who does this person's work just now: the substitute while they are away, and whoever took a shift of this day
    /// from them or from that substitute.
    pub(crate) fn of(&self, community: i64, owner: Uuid) -> Vec<Who> {
        let reached = self.away.reached(community, owner);
        let doers = [Some(owner), reached.map(|who| who.1)];
        let taken = doers.iter().flatten().filter_map(|who| self.taken.get(who));
        let mut all: Vec<Who> = Vec::new();
        for who in reached.iter().chain(taken.flatten()) {
            if who.1 != owner && !all.contains(who) {
                all.push(*who);
            }
        }
        all
    }

    /// When somebody who is away is back.
    pub(crate) fn away_until(&self, person: Uuid) -> Option<Micros> {
        self.away.until(person)
    }
}

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
    let taken = taken_shifts(db, &communities, Some(person), now).await?;
    let mut asked = counted_on(db, &communities, person, now).await?;
    asked.extend(taken.into_iter().map(|one| one.community));
    let mut lent = Vec::new();
    for community in asked {
        let held: Vec<Role> = own
            .iter()
            .filter(|grant| community_of(grant) == Some(community))
            .map(|grant| grant.role)
            .collect();
        let stand_ins = StandIns::at(db, community, now).await?;
        let office = in_office(db, community).await?;
        lent.extend(office.iter().filter_map(|one| {
            let role = lent_role(one, &held)?;
            let doers = stand_ins.of(one.row.person_community, one.row.person_id);
            doers
                .iter()
                .any(|(_, who)| *who == person)
                .then_some(Grant {
                    role,
                    area: AreaId(one.row.area_id),
                    organisation: None,
                })
        }));
    }
    lent.retain(|grant| !own.contains(grant));
    Ok(lent)
}

/// The people on duty in a community whose work these persons do just now, beside their own.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn stood_in_for(
    db: &impl ConnectionTrait,
    community: CommunityId,
    persons: &[Uuid],
    now: Micros,
) -> Result<Vec<Uuid>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let stand_ins = StandIns::at(db, community, now).await?;
    let mut held: Vec<Uuid> = in_office(db, community)
        .await?
        .iter()
        .filter(|one| {
            let doers = stand_ins.of(one.row.person_community, one.row.person_id);
            doers.iter().any(|(_, who)| persons.contains(who))
        })
        .map(|one| one.row.person_id)
        .collect();
    held.dedup();
    Ok(held)
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

/// A shift of this day that was taken over.
struct Taken {
    community: CommunityId,
    /// Whoever had it by the plan.
    planned: Uuid,
    by: Who,
}

/// Shifts of today that were taken over, all of them or those one person took. A shift must still be theirs: handed on, it is
/// the next one's, and it is always the one who had it by the plan whose work is meant.
async fn taken_shifts(
    db: &impl ConnectionTrait,
    communities: &BTreeSet<CommunityId>,
    by: Option<Uuid>,
    now: Micros,
) -> Result<Vec<Taken>> {
    let ids = communities.iter().map(|one| one.0);
    let (from, to) = around(now);
    let mut find = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.is_in(ids.clone()))
        .filter(duty_shift::Column::StartsAt.gte(from.0))
        .filter(duty_shift::Column::StartsAt.lt(to.0));
    if let Some(person) = by {
        find = find.filter(duty_shift::Column::PersonId.eq(person));
    }
    let today: HashMap<Uuid, Who> = find
        .all(db)
        .await?
        .into_iter()
        .filter(|row| is_its_day(Micros(row.starts_at), Micros(row.ends_at), now))
        .filter_map(|row| Some((row.id, row.person_community.zip(row.person_id)?)))
        .collect();
    if today.is_empty() {
        return Ok(Vec::new());
    }
    let swaps = duty_swap::Entity::find()
        .filter(duty_swap::Column::CommunityId.is_in(ids))
        .filter(duty_swap::Column::ShiftId.is_in(today.keys().copied()))
        .filter(duty_swap::Column::State.eq(Consent::Accepted.as_str()))
        .order_by_asc(duty_swap::Column::AnsweredAt)
        .order_by_asc(duty_swap::Column::Id)
        .all(db)
        .await?;
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let first = swaps.into_iter().filter(|swap| seen.insert(swap.shift_id));
    Ok(first
        .filter_map(|swap| {
            let by = *today.get(&swap.shift_id)?;
            (by.1 != swap.from_person).then_some(Taken {
                community: CommunityId(swap.community_id),
                planned: swap.from_person,
                by,
            })
        })
        .collect())
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
        /// Nobody stands in for themselves or twice, and somebody who is there has substitutes for shifts alone.
        #[test]
        fn whoever_stands_in_is_somebody_else(
            away in prop::collection::hash_map(0u128..6, prop::option::of(0u128..8), 0..4),
            taken in prop::collection::vec((0u128..6, 0u128..8), 0..6),
        ) {
            let who = |n: u128| (1, Uuid::from_u128(n));
            let mut all = StandIns {
                away: Away::of(away.iter().map(|(one, other)| (Uuid::from_u128(*one), other.map(who)))),
                taken: HashMap::new(),
            };
            for (planned, by) in &taken {
                all.taken.entry(Uuid::from_u128(*planned)).or_default().push(who(*by));
            }
            for n in 0..6 {
                let found = all.of(1, Uuid::from_u128(n));
                let ids: BTreeSet<Uuid> = found.iter().map(|(_, id)| *id).collect();
                prop_assert_eq!(ids.len(), found.len());
                prop_assert!(!ids.contains(&Uuid::from_u128(n)));
                for (_, by) in taken.iter().filter(|(planned, by)| *planned == n && *by != n) {
                    prop_assert!(ids.contains(&Uuid::from_u128(*by)));
                }
                if all.away_until(Uuid::from_u128(n)).is_none() {
                    prop_assert!(found.iter().all(|one| taken.contains(&(n, one.1.as_u128()))));
                }
            }
        }

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
