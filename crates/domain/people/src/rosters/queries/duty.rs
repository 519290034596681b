//! Duties, shifts, who was asked, who is away.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};

use super::names;
use crate::Vault;
use crate::entities::membership;
use crate::queries::duty_phone;
use crate::rosters::commands::pattern_of;
use crate::rosters::entities::{absence, duty_member, duty_rota, duty_shift, duty_swap};
use crate::rosters::planner::Pattern;
use crate::rosters::substitutes::Away;
use crate::rosters::{Consent, DutyKind, ShiftOrigin};

/// Shifts answered at most.
const MOST: u64 = 2_000;

/// A duty with its people.
#[derive(Clone, Debug)]
pub struct RotaView {
    pub id: Uuid,
    pub community: CommunityId,
    pub area: AreaId,
    pub kind: DutyKind,
    pub name: String,
    pub pattern: Pattern,
    /// The last day that was planned.
    pub planned_to: Option<String>,
    /// In the order of turns: where each is filed, who, and the name.
    pub members: Vec<(CommunityId, Uuid, String)>,
}

/// One place of a shift.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShiftView {
    pub id: Uuid,
    pub community: CommunityId,
    pub rota: Uuid,
    pub duty: String,
    pub kind: DutyKind,
    pub area: AreaId,
    /// 2026-11-23
    pub day: String,
    pub from: Micros,
    pub to: Micros,
    /// Nobody: nobody was free.
    pub person: Option<Uuid>,
    pub name: Option<String>,
    /// Published number of the duty.
    pub phone: Option<String>,
    pub origin: ShiftOrigin,
    /// The person is away at that time and nobody took the shift.
    pub away: bool,
    /// Who was asked to take it and has not answered.
    pub asked: Vec<String>,
}

/// Somebody was asked to take a shift.
#[derive(Clone, Debug)]
pub struct SwapView {
    pub id: Uuid,
    pub community: CommunityId,
    pub from: String,
    pub shift: ShiftView,
}

/// An absence with its substitute.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AbsenceView {
    pub id: Uuid,
    pub community: CommunityId,
    pub person: Uuid,
    pub name: String,
    pub from: Micros,
    /// Not in it.
    pub to: Micros,
    pub substitute: Option<Uuid>,
    pub substitute_name: Option<String>,
    pub state: Consent,
}

/// Duties that were not ended, by area and name.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn rotas(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
) -> Result<Vec<RotaView>> {
    let rows = duty_rota::Entity::find()
        .filter(duty_rota::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_rota::Column::ClosedAt.is_null())
        .order_by_asc(duty_rota::Column::AreaId)
        .order_by_asc(duty_rota::Column::Name)
        .order_by_asc(duty_rota::Column::Id)
        .all(db)
        .await?;
    views(db, vault, rows).await
}

/// One duty of the scope's communities.
///
/// # Errors
/// 404 outside the scope.
pub async fn rota(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    id: Uuid,
) -> Result<RotaView> {
    let row = duty_rota::Entity::find()
        .filter(duty_rota::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_rota::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    views(db, vault, vec![row])
        .await?
        .pop()
        .ok_or_else(Problem::not_found)
}

async fn views(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: Vec<duty_rota::Model>,
) -> Result<Vec<RotaView>> {
    let members = duty_member::Entity::find()
        .filter(duty_member::Column::CommunityId.is_in(rows.iter().map(|row| row.community_id)))
        .filter(duty_member::Column::RotaId.is_in(rows.iter().map(|row| row.id)))
        .filter(duty_member::Column::EndedAt.is_null())
        .order_by_asc(duty_member::Column::Position)
        .order_by_asc(duty_member::Column::Id)
        .all(db)
        .await?;
    let ids = members
        .iter()
        .map(|one| (one.person_community, one.person_id));
    let names = names(db, vault, ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| RotaView {
            id: row.id,
            community: CommunityId(row.community_id),
            area: AreaId(row.area_id),
            kind: DutyKind::parse(&row.kind).unwrap_or(DutyKind::Other),
            pattern: pattern_of(&row),
            members: members
                .iter()
                .filter(|one| one.rota_id == row.id)
                .filter_map(|one| {
                    let name = names.get(&one.person_id)?.clone();
                    Some((CommunityId(one.person_community), one.person_id, name))
                })
                .collect(),
            planned_to: row.planned_to,
            name: row.name,
        })
        .collect())
}

/// Shifts that touch a span, in the order of time; of one duty, or of all.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn shifts(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    (from, to): (Micros, Micros),
    rota: Option<Uuid>,
) -> Result<Vec<ShiftView>> {
    let mut find = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_shift::Column::EndsAt.gt(from.0))
        .filter(duty_shift::Column::StartsAt.lt(to.0))
        .order_by_asc(duty_shift::Column::StartsAt)
        .order_by_asc(duty_shift::Column::RotaId)
        .order_by_asc(duty_shift::Column::Place)
        .limit(MOST);
    if let Some(rota) = rota {
        find = find.filter(duty_shift::Column::RotaId.eq(rota));
    }
    let rows = find.all(db).await?;
    shift_views(db, vault, rows).await
}

async fn shift_views(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: Vec<duty_shift::Model>,
) -> Result<Vec<ShiftView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let communities: Vec<i64> = rows.iter().map(|row| row.community_id).collect();
    let duties = duty_rota::Entity::find()
        .filter(duty_rota::Column::CommunityId.is_in(communities.clone()))
        .filter(duty_rota::Column::Id.is_in(rows.iter().map(|row| row.rota_id)))
        .all(db)
        .await?;
    let asked = duty_swap::Entity::find()
        .filter(duty_swap::Column::CommunityId.is_in(communities.clone()))
        .filter(duty_swap::Column::ShiftId.is_in(rows.iter().map(|row| row.id)))
        .filter(duty_swap::Column::State.eq(Consent::Asked.as_str()))
        .all(db)
        .await?;
    let persons: Vec<Uuid> = rows.iter().filter_map(|row| row.person_id).collect();
    let gone = absence::Entity::find()
        .filter(absence::Column::CommunityId.is_in(communities.clone()))
        .filter(absence::Column::PersonId.is_in(persons.clone()))
        .filter(absence::Column::WithdrawnAt.is_null())
        .all(db)
        .await?;
    let who = rows
        .iter()
        .filter_map(|row| row.person_community.zip(row.person_id))
        .chain(asked.iter().map(|one| (one.to_community, one.to_person)));
    let names = names(db, vault, who).await?;
    let phones = phones(db, vault, &communities, &persons).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(duty) = duties.iter().find(|duty| duty.id == row.rota_id) else {
            continue;
        };
        let away = gone.iter().any(|one| {
            Some(one.person_id) == row.person_id
                && one.starts_at < row.ends_at
                && row.starts_at < one.ends_at
        });
        found.push(ShiftView {
            id: row.id,
            community: CommunityId(row.community_id),
            rota: row.rota_id,
            duty: duty.name.clone(),
            kind: DutyKind::parse(&duty.kind).unwrap_or(DutyKind::Other),
            area: AreaId(row.area_id),
            day: row.day,
            from: Micros(row.starts_at),
            to: Micros(row.ends_at),
            person: row.person_id,
            name: row.person_id.and_then(|id| names.get(&id).cloned()),
            phone: row.person_id.and_then(|id| phones.get(&id).cloned()),
            origin: ShiftOrigin::parse(&row.origin).unwrap_or(ShiftOrigin::Plan),
            away,
            asked: asked
                .iter()
                .filter(|one| one.shift_id == row.id)
                .filter_map(|one| names.get(&one.to_person).cloned())
                .collect(),
        });
    }
    Ok(found)
}

/// Published numbers of these people.
async fn phones(
    db: &impl ConnectionTrait,
    vault: &Vault,
    communities: &[i64],
    persons: &[Uuid],
) -> Result<HashMap<Uuid, String>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(membership::Column::PersonId.is_in(persons.iter().copied()))
        .filter(membership::Column::ValidTo.is_null())
        .filter(membership::Column::DutyPhoneSealed.is_not_null())
        .all(db)
        .await?;
    let mut found = HashMap::new();
    for row in rows {
        if let Some(number) = duty_phone(vault, &row)? {
            found.insert(row.person_id, number);
        }
    }
    Ok(found)
}

/// Who is on duty at this moment. A shift whose person is away shows whoever stands in.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn on_duty(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    now: Micros,
) -> Result<Vec<ShiftView>> {
    let mut found = shifts(db, vault, scope, (now, now.plus(1)), None).await?;
    for shift in found.iter_mut().filter(|shift| shift.away) {
        let Some(person) = shift.person else { continue };
        let away = Away::at(db, shift.community, now).await?;
        let reached = away.reached(shift.community.0, person);
        if let Some((home, other)) = reached.filter(|who| who.1 != person) {
            let name = names(db, vault, [(home, other)]).await?.remove(&other);
            let numbers = phones(db, vault, &[shift.community.0], &[other]).await?;
            shift.phone = numbers.get(&other).cloned();
            shift.person = Some(other);
            shift.name = name;
            shift.away = false;
        }
    }
    Ok(found)
}

/// Shifts this person was asked to take.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn swaps_for(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    now: Micros,
    person: Option<Uuid>,
) -> Result<Vec<SwapView>> {
    let mut find = duty_swap::Entity::find()
        .filter(duty_swap::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_swap::Column::State.eq(Consent::Asked.as_str()))
        .order_by_asc(duty_swap::Column::Id);
    if let Some(person) = person {
        find = find.filter(duty_swap::Column::ToPerson.eq(person));
    }
    let rows = find.all(db).await?;
    let wanted = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_shift::Column::Id.is_in(rows.iter().map(|row| row.shift_id)))
        .filter(duty_shift::Column::EndsAt.gt(now.0))
        .all(db)
        .await?;
    let views = shift_views(db, vault, wanted).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let shift = views.iter().find(|view| view.id == row.shift_id)?.clone();
            Some(SwapView {
                id: row.id,
                community: CommunityId(row.community_id),
                from: shift.name.clone().unwrap_or_default(),
                shift,
            })
        })
        .collect())
}

/// Absences that are not over, and those of the month before; the next first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn absences(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    now: Micros,
) -> Result<Vec<AbsenceView>> {
    let rows = absence::Entity::find()
        .filter(absence::Column::CommunityId.is_in(scope.communities()))
        .filter(absence::Column::EndsAt.gt(now.plus(-30 * Micros::DAY).0))
        .filter(absence::Column::WithdrawnAt.is_null())
        .order_by_desc(absence::Column::StartsAt)
        .limit(500)
        .all(db)
        .await?;
    let who = rows.iter().flat_map(|row| {
        let other = row.substitute_community.zip(row.substitute_id);
        std::iter::once((row.person_community, row.person_id)).chain(other)
    });
    let names = names(db, vault, who).await?;
    Ok(rows
        .into_iter()
        .map(|row| AbsenceView {
            id: row.id,
            community: CommunityId(row.community_id),
            person: row.person_id,
            name: names.get(&row.person_id).cloned().unwrap_or_default(),
            from: Micros(row.starts_at),
            to: Micros(row.ends_at),
            substitute: row.substitute_id,
            substitute_name: row.substitute_id.and_then(|id| names.get(&id).cloned()),
            state: Consent::parse(&row.state).unwrap_or(Consent::None),
        })
        .collect())
}

/// Where a shift is filed.
pub(crate) async fn find_shift(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: Uuid,
) -> Result<CommunityId> {
    let row = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_shift::Column::Id.eq(id))
        .one(db)
        .await?;
    row.map(|row| CommunityId(row.community_id))
        .ok_or_else(Problem::not_found)
}

/// Where a question is filed.
pub(crate) async fn find_swap(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: Uuid,
) -> Result<CommunityId> {
    let row = duty_swap::Entity::find()
        .filter(duty_swap::Column::CommunityId.is_in(scope.communities()))
        .filter(duty_swap::Column::Id.eq(id))
        .one(db)
        .await?;
    row.map(|row| CommunityId(row.community_id))
        .ok_or_else(Problem::not_found)
}

/// Where an absence is filed.
pub(crate) async fn find_absence(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: Uuid,
) -> Result<CommunityId> {
    let row = absence::Entity::find()
        .filter(absence::Column::CommunityId.is_in(scope.communities()))
        .filter(Condition::all().add(absence::Column::Id.eq(id)))
        .one(db)
        .await?;
    row.map(|row| CommunityId(row.community_id))
        .ok_or_else(Problem::not_found)
}
