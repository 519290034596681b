//! Small lookups the other queries share, and the lists of organisations and memberships.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};

use super::Directory;
use super::cards::open_name;
use super::keys::{Key, at_keys};
use crate::commands::save_organisation::email_place;
use crate::entities::{membership, organisation, person};
use crate::{
    MemberView, MembershipRole, MembershipView, OrganisationKind, OrganisationView, Vault,
};

pub(crate) async fn find_person(
    db: &impl ConnectionTrait,
    communities: &[i64],
    id: Uuid,
) -> Result<Option<person::Model>> {
    let row = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(person::Column::Id.eq(id))
        .one(db)
        .await?;
    match row {
        // A signpost: links and records made before the merge lead on.
        Some(row) if row.merged_into.is_some() => {
            let community = CommunityId(row.community_id);
            let kept = crate::merge::led_to(db, community, id).await?;
            Ok(person::Entity::find_by_id((row.community_id, kept))
                .one(db)
                .await?)
        }
        row => Ok(row),
    }
}

/// The entry of that very id, even where it is a signpost.
pub(crate) async fn find_person_row(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<Option<person::Model>> {
    Ok(person::Entity::find_by_id((community.0, id))
        .one(db)
        .await?)
}

/// Persons by community and id, for rows that name both.
pub(crate) async fn persons_by_id(
    db: &impl ConnectionTrait,
    ids: &[Key],
) -> Result<HashMap<Uuid, person::Model>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = person::Entity::find()
        .filter(at_keys(
            person::Column::CommunityId,
            person::Column::Id,
            ids,
        ))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub(crate) fn organisation_views(rows: Vec<organisation::Model>) -> Vec<OrganisationView> {
    rows.into_iter()
        .map(|row| OrganisationView {
            id: row.id,
            version: row.version,
            community: CommunityId(row.community_id),
            kind: OrganisationKind::parse(&row.kind).unwrap_or(OrganisationKind::Other),
            name: row.name,
            area: AreaId(row.area_id),
            phone: row.phone,
            credit_code: row.credit_code,
            closed_at: row.closed_at.map(Micros),
        })
        .collect()
}

/// Those on duty are named, neighbours masked.
fn member(vault: &Vault, row: &membership::Model, person: &person::Model) -> Result<MemberView> {
    let role = MembershipRole::parse(&row.role).unwrap_or(MembershipRole::OrganisationMember);
    let name = open_name(vault, person)?;
    let named = role.on_duty() && row.valid_to.is_none();
    Ok(MemberView {
        membership: row.id,
        community: CommunityId(row.community_id),
        person: row.person_id,
        name: if named { name } else { mask::name(&name) },
        role,
        area: AreaId(row.area_id),
        valid_from: Micros(row.begun()),
        valid_to: row.valid_to.map(Micros),
    })
}

/// One membership of the scope's communities, or of none.
pub(crate) async fn find_membership(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    id: Uuid,
) -> Result<MemberView> {
    let mut communities = scope.communities();
    communities.push(CommunityId::SYSTEM.0);
    let row = membership::Entity::find()
        .filter(membership::Column::CommunityId.is_in(communities))
        .filter(membership::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    let person = person::Entity::find_by_id((row.person_community, row.person_id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    member(vault, &row, &person)
}

impl Directory {
    /// Organisations of the scope's communities, and those of no community (line departments, fire stations), which
    /// all may call on. Ordered by kind and name.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn organisations(
        db: &impl ConnectionTrait,
        scope: &Scope,
        kind: Option<OrganisationKind>,
    ) -> Result<Vec<OrganisationView>> {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let mut find = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in(communities))
            .filter(organisation::Column::ClosedAt.is_null());
        if let Some(kind) = kind {
            find = find.filter(organisation::Column::Kind.eq(kind.as_str()));
        }
        let rows = find
            .order_by_asc(organisation::Column::Kind)
            .order_by_asc(organisation::Column::Name)
            .order_by_asc(organisation::Column::Id)
            .all(db)
            .await?;
        Ok(organisation_views(rows))
    }

    /// Those of [`Directory::organisations`] that were closed, the newest end first.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn closed_organisations(
        db: &impl ConnectionTrait,
        scope: &Scope,
    ) -> Result<Vec<OrganisationView>> {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let rows = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in(communities))
            .filter(organisation::Column::ClosedAt.is_not_null())
            .order_by_desc(organisation::Column::ClosedAt)
            .order_by_asc(organisation::Column::Id)
            .all(db)
            .await?;
        Ok(organisation_views(rows))
    }

    /// Where an organisation is written to: for sending notices, and for those who keep the register.
    ///
    /// # Errors
    /// 404 when there is none for this community; 500 when it cannot be opened.
    pub async fn organisation_email(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Option<String>> {
        let row = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
            .filter(organisation::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        row.email_sealed
            .as_deref()
            .map(|sealed| vault.open(email_place(row.community_id, row.id), sealed))
            .transpose()
    }

    /// Who belongs to an organisation, as far as the scope reaches: present members first. Those on duty are named,
    /// neighbours masked.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn members(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        organisation: Uuid,
    ) -> Result<Vec<MemberView>> {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let rows = membership::Entity::find()
            .filter(membership::Column::CommunityId.is_in(communities))
            .filter(membership::Column::OrganisationId.eq(organisation))
            .all(db)
            .await?;
        let mut rows = membership::whole(rows);
        rows.sort_by_key(|row| {
            let ended = (row.valid_to.is_some(), std::cmp::Reverse(row.valid_to));
            (ended, row.begun(), row.id)
        });
        let ids: Vec<(i64, Uuid)> = rows
            .iter()
            .map(|row| (row.person_community, row.person_id))
            .collect();
        let persons = persons_by_id(db, &ids).await?;
        rows.iter()
            .filter_map(|row| Some((row, persons.get(&row.person_id)?)))
            .map(|(row, person)| member(vault, row, person))
            .collect()
    }

    /// The organisations these persons belonged to at a moment, of those filed in the communities or in none. For whoever asks
    /// of themselves: nothing else of the register is told.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn organisations_of(
        db: &impl ConnectionTrait,
        communities: &[i64],
        persons: &[Uuid],
        at: Micros,
    ) -> Result<Vec<Uuid>> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let mut communities = communities.to_vec();
        communities.push(CommunityId::SYSTEM.0);
        let ended = membership::Column::ValidTo;
        let rows: Vec<Option<Uuid>> = membership::Entity::find()
            .select_only()
            .column(membership::Column::OrganisationId)
            .filter(membership::Column::CommunityId.is_in(communities))
            .filter(membership::Column::PersonId.is_in(persons.iter().copied()))
            .filter(membership::Column::OrganisationId.is_not_null())
            .filter(membership::Column::ValidFrom.lte(at.0))
            .filter(Condition::any().add(ended.is_null()).add(ended.gt(at.0)))
            .into_tuple()
            .all(db)
            .await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// One organisation of the community, or of none.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn organisation(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Option<OrganisationView>> {
        let row = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
            .filter(organisation::Column::Id.eq(id))
            .one(db)
            .await?;
        Ok(row.and_then(|row| organisation_views(vec![row]).pop()))
    }

    /// An organisation within the scope, or of no community.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn organisation_seen(
        db: &impl ConnectionTrait,
        scope: &Scope,
        id: Uuid,
    ) -> Result<OrganisationView> {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let row = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in(communities))
            .filter(organisation::Column::Id.eq(id))
            .one(db)
            .await?;
        row.and_then(|row| organisation_views(vec![row]).pop())
            .ok_or_else(Problem::not_found)
    }

    /// What a person does, present memberships first, then those that ended.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn memberships(
        db: &impl ConnectionTrait,
        scope: &Scope,
        person: Uuid,
    ) -> Result<Vec<MembershipView>> {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let rows = membership::Entity::find()
            .filter(membership::Column::CommunityId.is_in(communities.clone()))
            .filter(membership::Column::PersonId.eq(person))
            .all(db)
            .await?;
        let mut rows = membership::whole(rows);
        rows.sort_by_key(|row| (row.valid_to.is_some(), row.begun(), row.id));
        let wanted: Vec<Uuid> = rows.iter().filter_map(|row| row.organisation_id).collect();
        let organisations: HashMap<Uuid, OrganisationView> = organisation_views(
            organisation::Entity::find()
                .filter(organisation::Column::CommunityId.is_in(communities))
                .filter(organisation::Column::Id.is_in(wanted))
                .all(db)
                .await?,
        )
        .into_iter()
        .map(|view| (view.id, view))
        .collect();
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(MembershipView {
                    id: row.id,
                    community: CommunityId(row.community_id),
                    role: MembershipRole::parse(&row.role)?,
                    area: AreaId(row.area_id),
                    organisation: row
                        .organisation_id
                        .and_then(|id| organisations.get(&id).cloned()),
                    valid_from: Micros(row.begun()),
                    valid_to: row.valid_to.map(Micros),
                })
            })
            .collect())
    }
}
