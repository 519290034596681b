//! Who was sent, and the time they gave.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result, Scope};

use super::names;
use crate::Vault;
use crate::rosters::HoursState;
use crate::rosters::entities::{secondment, secondment_hours};

/// Somebody who was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SecondmentView {
    pub id: Uuid,
    pub community: CommunityId,
    pub person: Uuid,
    pub name: String,
    pub unit: String,
    pub purpose: String,
    /// Monday is 1, Tuesday 2 …
    pub weekdays: i32,
    pub week_minutes: i32,
    /// 2026-11-23
    pub from: String,
    pub to: Option<String>,
    /// Minutes the community confirmed.
    pub confirmed: i64,
    /// Minutes noted and not decided.
    pub noted: i64,
}

/// Time given on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoursView {
    pub id: Uuid,
    pub community: CommunityId,
    pub secondment: Uuid,
    pub name: String,
    pub unit: String,
    pub day: String,
    pub minutes: i32,
    pub what: String,
    pub state: HoursState,
    pub noted_by: String,
    pub decided_by: Option<String>,
    pub answer: Option<String>,
}

/// The figures of a unit in a community.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    pub(crate) people: usize,
    pub(crate) confirmed: i64,
    pub(crate) noted: i64,
}

/// The figures by community and unit.
pub(crate) fn units(all: &[SecondmentView]) -> Vec<((CommunityId, String), Unit)> {
    let mut found: BTreeMap<(CommunityId, String), Unit> = BTreeMap::new();
    for one in all {
        let unit = found.entry((one.community, one.unit.clone())).or_default();
        unit.people += 1;
        unit.confirmed += one.confirmed;
        unit.noted += one.noted;
    }
    found.into_iter().collect()
}

/// Everybody who was sent into the scope, by unit and name.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn secondments(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
) -> Result<Vec<SecondmentView>> {
    let rows = secondment::Entity::find()
        .filter(secondment::Column::CommunityId.is_in(scope.communities()))
        .order_by_asc(secondment::Column::Unit)
        .order_by_asc(secondment::Column::Id)
        .all(db)
        .await?;
    let hours: Vec<(Uuid, String, i32)> = secondment_hours::Entity::find()
        .select_only()
        .columns([
            secondment_hours::Column::SecondmentId,
            secondment_hours::Column::State,
            secondment_hours::Column::Minutes,
        ])
        .filter(secondment_hours::Column::CommunityId.is_in(scope.communities()))
        .into_tuple()
        .all(db)
        .await?;
    let who = rows.iter().map(|row| (row.person_community, row.person_id));
    let names = names(db, vault, who).await?;
    let sum = |id: Uuid, state: HoursState| {
        hours
            .iter()
            .filter(|(of, word, _)| *of == id && word == state.as_str())
            .map(|(_, _, minutes)| i64::from(*minutes))
            .sum()
    };
    Ok(rows
        .into_iter()
        .map(|row| SecondmentView {
            confirmed: sum(row.id, HoursState::Confirmed),
            noted: sum(row.id, HoursState::Noted),
            name: names.get(&row.person_id).cloned().unwrap_or_default(),
            id: row.id,
            community: CommunityId(row.community_id),
            person: row.person_id,
            unit: row.unit,
            purpose: row.purpose,
            weekdays: row.weekdays,
            week_minutes: row.week_minutes,
            from: row.valid_from,
            to: row.valid_to,
        })
        .collect())
}

/// The records behind the figures: of one secondment, of a unit, in a state; the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn hours_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    all: &[SecondmentView],
    state: Option<HoursState>,
) -> Result<Vec<HoursView>> {
    let mut find = secondment_hours::Entity::find()
        .filter(secondment_hours::Column::CommunityId.is_in(scope.communities()))
        .filter(secondment_hours::Column::SecondmentId.is_in(all.iter().map(|one| one.id)))
        .order_by_desc(secondment_hours::Column::Day)
        .order_by_desc(secondment_hours::Column::Id);
    if let Some(state) = state {
        find = find.filter(secondment_hours::Column::State.eq(state.as_str()));
    }
    let rows = find.all(db).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let given = all.iter().find(|one| one.id == row.secondment_id)?;
            Some(HoursView {
                id: row.id,
                community: CommunityId(row.community_id),
                secondment: row.secondment_id,
                name: given.name.clone(),
                unit: given.unit.clone(),
                day: row.day,
                minutes: row.minutes,
                what: row.what,
                state: HoursState::parse(&row.state).unwrap_or(HoursState::Noted),
                noted_by: row.noted_by,
                decided_by: row.decided_by,
                answer: row.answer,
            })
        })
        .collect())
}
