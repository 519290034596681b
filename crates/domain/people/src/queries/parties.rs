//! Parties to a task: how they are called and how they are reached.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Role};

use super::Directory;
use super::cards::{open_name, open_phone, phones_of};
use super::staff::duty_phone;
use crate::entities::{membership, person};
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
        match party.kind {
            PartyKind::Organisation => Self::organisation(db, community, party.id)
                .await?
                .map(|view| view.name)
                .ok_or_else(Problem::not_found),
            PartyKind::Person => {
                let row = party_person(db, community, party.id).await?;
                let name = open_name(vault, &row)?;
                let duties = duties(db, community, party.id).await?;
                Ok(if duties.is_empty() {
                    mask::name(&name)
                } else {
                    name
                })
            }
        }
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
                for duty in duties(db, community, party.id).await? {
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

    /// What the caller answers for: the person of the account (or of the link), and the organisations of partner grants.
    #[must_use]
    pub fn parties_of(ctx: &Ctx) -> Vec<Party> {
        let mut parties: Vec<Party> = ctx
            .actor()
            .person()
            .map(Party::person)
            .into_iter()
            .collect();
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

/// The person, of this community or on duty in it (a grid worker may live elsewhere).
async fn party_person(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<person::Model> {
    if let Some(row) = super::find_person(db, &[community.0, CommunityId::SYSTEM.0], id).await? {
        return Ok(row);
    }
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
