//! Parties to a task: how they are called and how they are reached.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Role};

use super::Directory;
use super::cards::{open_name, open_phone, phones_of};
use super::staff::duty_phone;
use crate::entities::{membership, organisation, person};
use crate::merge::{Signposts, led_anywhere, led_to};
use crate::{MembershipRole, Party, PartyKind, Vault};

impl Directory {
    /// A party's name for pages: organisations and people on duty by name, neighbours masked (周**).
    ///
    /// # Errors
    /// 404 when there is no such party for this community.
    pub async fn party_name(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
        party: Party,
    ) -> Result<String> {
        Self::party_names(db, vault, &[(community, party)])
            .await?
            .remove(&party)
            .ok_or_else(Problem::not_found)
    }

    /// The names of many parties, each as seen from its community, in three queries at most. Parties that are gone
    /// have none.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn party_names(
        db: &impl ConnectionTrait,
        vault: &Vault,
        parties: &[(CommunityId, Party)],
    ) -> Result<HashMap<Party, String>> {
        let mut names = organisation_names(db, parties).await?;
        names.extend(person_names(db, vault, parties).await?);
        Ok(names)
    }

    /// A party's number in the clear, for sending a notice only; never for a page. People on duty are reached at
    /// their duty number where one is given.
    ///
    /// # Errors
    /// 404 when there is no such party for this community.
    pub async fn party_phone(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
        party: Party,
    ) -> Result<Option<String>> {
        match party.kind {
            PartyKind::Organisation => Self::organisation(db, community, party.id)
                .await?
                .map(|view| view.phone)
                .ok_or_else(Problem::not_found),
            PartyKind::Person => {
                let row = party_person(db, community, party.id).await?;
                for duty in duties(db, community, row.id).await? {
                    if let Some(number) = duty_phone(vault, &duty)? {
                        return Ok(Some(vault.phone("phone", &number)?.line().to_owned()));
                    }
                }
                let phones = phones_of(db, CommunityId(row.community_id), row.id).await?;
                phones
                    .first()
                    .map(|phone| open_phone(vault, phone))
                    .transpose()
            }
        }
    }

    /// Where a party is written to, for sending a notice only. Persons have no address in the register.
    ///
    /// # Errors
    /// 404 when there is no such party for this community.
    pub async fn party_email(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
        party: Party,
    ) -> Result<Option<String>> {
        match party.kind {
            PartyKind::Organisation => {
                Self::organisation_email(db, vault, community, party.id).await
            }
            PartyKind::Person => Ok(None),
        }
    }

    /// What the caller answers for: the person of the account (or of the link), also under entries that were merged into
    /// that person's, and the organisations of partner grants.
    #[must_use]
    pub fn parties_of(ctx: &Ctx) -> Vec<Party> {
        let mut parties: Vec<Party> = ctx.actor().persons().map(Party::person).collect();
        parties.extend(
            ctx.grants()
                .iter()
                .filter(|grant| grant.role == Role::Partner)
                .filter_map(|grant| grant.organisation)
                .map(Party::organisation),
        );
        parties.sort_unstable();
        parties.dedup();
        parties
    }
}

/// The person, of this community or on duty in it (a grid worker may live elsewhere). An entry that was merged leads on.
async fn party_person(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<person::Model> {
    let here = [community.0, CommunityId::SYSTEM.0];
    if let Some(row) = super::find_person(db, &here, id).await? {
        let kept = match row.merged_into {
            None => return Ok(row),
            Some(_) => led_to(db, CommunityId(row.community_id), id).await?,
        };
        let kept = super::find_person(db, &here, kept).await?;
        return kept.ok_or_else(Problem::not_found);
    }
    let id = led_anywhere(db, &[id]).await?.remove(&id).unwrap_or(id);
    let elsewhere = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::PersonId.eq(id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    super::find_person(db, &[elsewhere.person_community], id)
        .await?
        .ok_or_else(Problem::not_found)
}

/// Present memberships on duty here or above.
async fn duties(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<membership::Model>> {
    let on_duty = MembershipRole::ALL
        .iter()
        .filter(|role| role.on_duty())
        .map(|role| role.as_str());
    Ok(membership::Entity::find()
        .filter(membership::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::Column::Role.is_in(on_duty))
        .filter(membership::Column::ValidTo.is_null())
        .order_by_asc(membership::Column::Id)
        .all(db)
        .await?)
}

/// Ids of the parties of a kind, and where to look for them: their communities, and the house as a whole.
fn of_kind(parties: &[(CommunityId, Party)], kind: PartyKind) -> (Vec<Uuid>, Vec<i64>) {
    let (mut ids, mut communities): (Vec<Uuid>, Vec<i64>) = parties
        .iter()
        .filter(|(_, party)| party.kind == kind)
        .map(|(community, party)| (party.id, community.0))
        .unzip();
    ids.sort_unstable();
    ids.dedup();
    communities.push(CommunityId::SYSTEM.0);
    communities.sort_unstable();
    communities.dedup();
    (ids, communities)
}

/// Whether a row of `community` is one of those a viewer in `seen_from` may be told of.
fn here(seen_from: CommunityId, community: i64) -> bool {
    community == seen_from.0 || community == CommunityId::SYSTEM.0
}

async fn organisation_names(
    db: &impl ConnectionTrait,
    parties: &[(CommunityId, Party)],
) -> Result<HashMap<Party, String>> {
    let (ids, communities) = of_kind(parties, PartyKind::Organisation);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = organisation::Entity::find()
        .filter(organisation::Column::CommunityId.is_in(communities))
        .filter(organisation::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let named = |(community, party): &(CommunityId, Party)| {
        rows.iter()
            .find(|row| row.id == party.id && here(*community, row.community_id))
            .map(|row| (*party, row.name.clone()))
    };
    Ok(parties.iter().filter_map(named).collect())
}

async fn person_names(
    db: &impl ConnectionTrait,
    vault: &Vault,
    parties: &[(CommunityId, Party)],
) -> Result<HashMap<Party, String>> {
    let (ids, communities) = of_kind(parties, PartyKind::Person);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut known = Known::load(db, &communities, &ids).await?;
    let led = known.leads(db, &communities, &ids).await?;
    if !led.is_empty() {
        let kept: Vec<Uuid> = led.values().copied().collect();
        known.add(Known::load(db, &communities, &kept).await?);
    }
    let mut names = HashMap::new();
    for (community, party) in parties {
        let id = led.get(&party.id).copied().unwrap_or(party.id);
        if let Some(name) = known.name(vault, *community, id)? {
            names.insert(*party, name);
        }
    }
    Ok(names)
}

/// Persons and their duties.
struct Known {
    memberships: Vec<membership::Model>,
    rows: Vec<person::Model>,
}

impl Known {
    async fn load(db: &impl ConnectionTrait, communities: &[i64], ids: &[Uuid]) -> Result<Self> {
        let memberships = membership::Entity::find()
            .filter(membership::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(membership::Column::PersonId.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        // Somebody on duty here may live elsewhere; the membership says where.
        let mut homes = communities.to_vec();
        homes.extend(memberships.iter().map(|one| one.person_community));
        homes.sort_unstable();
        homes.dedup();
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(homes))
            .filter(person::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        Ok(Self { memberships, rows })
    }

    fn add(&mut self, more: Self) {
        self.memberships.extend(more.memberships);
        self.rows.extend(more.rows);
    }

    /// Where the merged of these lead. Roles went with the merge, so one who lived elsewhere is not found here any more.
    async fn leads(
        &self,
        db: &impl ConnectionTrait,
        communities: &[i64],
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Uuid>> {
        let mut led = HashMap::new();
        if self.rows.iter().any(|row| row.merged_into.is_some()) {
            let signposts = Signposts::of(db, communities).await?;
            let all = ids.iter().map(|id| (*id, signposts.led(*id)));
            led.extend(all.filter(|(id, kept)| id != kept));
        }
        let found: HashSet<Uuid> = self.rows.iter().map(|row| row.id).collect();
        let elsewhere: Vec<Uuid> = ids
            .iter()
            .copied()
            .filter(|id| !found.contains(id))
            .collect();
        led.extend(led_anywhere(db, &elsewhere).await?);
        Ok(led)
    }

    fn name(&self, vault: &Vault, community: CommunityId, id: Uuid) -> Result<Option<String>> {
        let mut duties = self
            .memberships
            .iter()
            .filter(|one| one.person_id == id && here(community, one.community_id));
        let home = duties.clone().map(|one| one.person_community).next();
        let row = self.rows.iter().find(|row| {
            row.id == id && (here(community, row.community_id) || home == Some(row.community_id))
        });
        let Some(row) = row else {
            return Ok(None);
        };
        let name = open_name(vault, row)?;
        let on_duty = duties.any(|one| one.valid_to.is_none() && is_duty(&one.role));
        Ok(Some(if on_duty { name } else { mask::name(&name) }))
    }
}

fn is_duty(role: &str) -> bool {
    MembershipRole::ALL
        .iter()
        .any(|one| one.on_duty() && one.as_str() == role)
}
