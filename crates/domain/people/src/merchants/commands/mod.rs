//! One verb per file.

pub(super) mod close;
pub(super) mod hand_out;
pub(super) mod persons;
pub(super) mod places;
pub(super) mod reveal;
pub(super) mod save;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Permission, Problem, Result};
use youlin_places::premises::Premises;

use crate::entities::{merchant, merchant_place};

/// A day as typed, as the database keeps it; nothing for an empty field.
pub(super) fn day(field: &'static str, text: &str) -> Result<Option<i32>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse::<Date>()
            .map(|day| Some(number(day)))
            .map_err(|_no_day| Problem::invalid(field, "no-day")),
    }
}

/// 2026-11-23 → `20261123`, as `youlin-places` keeps its days.
pub(super) fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// `20261123` → `2026-11-23`.
pub(super) fn text(number: i32) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        number / 10_000,
        number / 100 % 100,
        number % 100
    )
}

/// From when something holds: the beginning of the day typed, or now; not in the future.
pub(super) fn since(ctx: &Ctx, field: &'static str, text: &str) -> Result<Micros> {
    if text.trim().is_empty() {
        return Ok(ctx.now());
    }
    let at =
        crate::import::midnight(text.trim()).ok_or_else(|| Problem::invalid(field, "no-day"))?;
    if at > ctx.now() {
        return Err(Problem::invalid(field, "in-the-future"));
    }
    Ok(at)
}

/// Present places of a merchant.
pub(super) async fn present_places(
    db: &impl ConnectionTrait,
    community: CommunityId,
    merchant: Uuid,
) -> Result<Vec<merchant_place::Model>> {
    Ok(merchant_place::Entity::find()
        .filter(merchant_place::Column::CommunityId.eq(community.0))
        .filter(merchant_place::Column::MerchantId.eq(merchant))
        .filter(merchant_place::Column::ValidTo.is_null())
        .all(db)
        .await?)
}

/// Where a merchant does business: what a change of it is authorized for.
async fn area_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    merchant: Uuid,
) -> Result<AreaId> {
    let places = present_places(db, community, merchant).await?;
    let ids: Vec<Uuid> = places.iter().map(|place| place.premises_id).collect();
    let premises = Premises::named(db, &[community.0], &ids).await?;
    Ok(ids
        .first()
        .and_then(|id| premises.get(id))
        .map_or_else(|| community.into(), |one| one.area()))
}

/// The merchant, for somebody who has the permission where it does business.
pub(super) async fn merchant_for(
    ctx: &Ctx,
    tx: &Tx<'_>,
    permission: &'static Permission,
    community: CommunityId,
    id: Uuid,
) -> Result<merchant::Model> {
    let area = area_of(tx.conn(), community, id).await?;
    ctx.authorize(permission, area)?;
    merchant::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Nothing is added to a merchant that closed.
pub(super) fn open(row: &merchant::Model) -> Result<()> {
    match row.closed_at {
        None => Ok(()),
        Some(_closed) => Err(Problem::invalid("merchant", "merchant-closed")),
    }
}
