//! One topic per file.

mod absence;
mod hours;
mod policy;
mod rota;
mod secondment;
mod share;
mod swap;

pub use absence::{AnswerAbsence, NoteAbsence, WithdrawAbsence};
pub use hours::{DecideHours, NoteHours};
pub use policy::SetRosterPolicy;
pub(crate) use rota::pattern_of;
pub use rota::{CloseRota, PlanDuty, SaveRota};
pub use secondment::{EndSecondment, SaveSecondment};
pub use share::{EndShare, TakeShare};
pub use swap::{AnswerSwap, AskSwap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::entities::{absence as away, duty_shift};
use super::planner::{Busy, Span};
use crate::entities::{membership, person};
use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};

/// Whoever keeps the rosters there, or the person concerned.
fn keeper_or_self(ctx: &Ctx, area: impl Into<AreaId>, person: Uuid) -> Result<()> {
    let area = area.into();
    if ctx.actor().person() == Some(person) && !ctx.is_service() {
        let scope = ctx.scope(&ROSTERS_READ)?;
        let community = ctx.areas().community_of(area);
        if community.is_some_and(|community| scope.contains_community(community)) {
            return Ok(());
        }
    }
    ctx.authorize(&ROSTERS_WRITE, area).map(|_scope| ())
}

/// A day as forms send it.
fn day(field: &'static str, text: &str) -> Result<Date> {
    text.trim()
        .parse()
        .map_err(|_no_day| Problem::invalid(field, "no-day"))
}

async fn person_there(
    tx: &Tx<'_>,
    field: &'static str,
    community: CommunityId,
    id: Uuid,
) -> Result<()> {
    person::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .map(|_row| ())
        .ok_or_else(|| Problem::invalid(field, "unknown-person"))
}

async fn membership_of(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<membership::Model> {
    membership::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// When these people are on duty elsewhere, or away, between two moments.
async fn busy(
    tx: &Tx<'_>,
    community: CommunityId,
    persons: &[Uuid],
    span: Span,
) -> Result<Vec<(Option<Uuid>, Busy)>> {
    let shifts = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.eq(community.0))
        .filter(duty_shift::Column::PersonId.is_in(persons.iter().copied()))
        .filter(duty_shift::Column::EndsAt.gt(span.from.0))
        .filter(duty_shift::Column::StartsAt.lt(span.to.0))
        .all(tx.conn())
        .await?;
    let absences = away::Entity::find()
        .filter(away::Column::CommunityId.eq(community.0))
        .filter(away::Column::PersonId.is_in(persons.iter().copied()))
        .filter(away::Column::EndsAt.gt(span.from.0))
        .filter(away::Column::StartsAt.lt(span.to.0))
        .filter(away::Column::WithdrawnAt.is_null())
        .all(tx.conn())
        .await?;
    let of = |person, from, to| Busy {
        person,
        span: Span {
            from: youlin_kernel::Micros(from),
            to: youlin_kernel::Micros(to),
        },
    };
    let mut all: Vec<(Option<Uuid>, Busy)> = shifts
        .into_iter()
        .filter_map(|row| {
            let person = row.person_id?;
            Some((Some(row.id), of(person, row.starts_at, row.ends_at)))
        })
        .collect();
    all.extend(
        absences
            .into_iter()
            .map(|row| (None, of(row.person_id, row.starts_at, row.ends_at))),
    );
    Ok(all)
}

/// Refuses whoever is on duty elsewhere, or away, at that time.
async fn check_free(
    tx: &Tx<'_>,
    field: &'static str,
    community: CommunityId,
    person: Uuid,
    span: Span,
) -> Result<()> {
    if busy(tx, community, &[person], span).await?.is_empty() {
        Ok(())
    } else {
        Err(Problem::invalid(field, "duty-busy"))
    }
}
