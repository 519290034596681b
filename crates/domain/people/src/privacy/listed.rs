//! Whom a list holds, and how what it is cut down by is kept until a second person has answered: sealed, for words that are
//! searched for may be a name or a number.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Problem, Result};

use crate::entities::{person, person_export, residence};
use crate::permissions::PEOPLE_EXPORT;
use crate::vault::FieldPlace;
use crate::{ListFilter, Vault};

/// More than this is no list of a community but the register.
pub(super) const MOST: u64 = 20_000;

/// Who lives in the area now, cut down by the filter; a whole community counts those without a home in the register too.
pub(super) async fn persons_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ctx: &Ctx,
    (community, area, filter): (CommunityId, AreaId, &ListFilter),
) -> Result<Vec<Uuid>> {
    let persons = match area == AreaId::from(community) {
        true => registered(db, community, filter).await?,
        false => living_in(db, vault, ctx, (community, area)).await?,
    };
    if filter.is_empty() {
        return Ok(persons);
    }
    let scope = ctx.scope(&PEOPLE_EXPORT)?;
    filter
        .keep(db, vault, (ctx, &scope), community, persons)
        .await
}

/// Everybody alive who is filed under the community; where nothing cuts the list down, not many more than a list may hold.
async fn registered(
    db: &impl ConnectionTrait,
    community: CommunityId,
    filter: &ListFilter,
) -> Result<Vec<Uuid>> {
    let rows: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::MergedInto.is_null())
        .order_by_asc(person::Column::Id)
        .limit(filter.is_empty().then_some(MOST + 1))
        .into_tuple()
        .all(db)
        .await?;
    let dead = crate::life::dead(db, community).await?;
    Ok(rows.into_iter().filter(|id| !dead.contains(id)).collect())
}

async fn living_in(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ctx: &Ctx,
    (community, area): (CommunityId, AreaId),
) -> Result<Vec<Uuid>> {
    let homes: Vec<(Uuid, Uuid)> = residence::Entity::find()
        .select_only()
        .columns([residence::Column::PersonId, residence::Column::DwellingId])
        .filter(residence::Column::CommunityId.eq(community.0))
        .filter(residence::current())
        .into_tuple()
        .all(db)
        .await?;
    let inside = |dwelling: Uuid| {
        vault
            .place(dwelling)
            .is_some_and(|place| ctx.areas().is_within(place.area(), area))
    };
    let homes = homes.into_iter().filter(|(_, dwelling)| inside(*dwelling));
    let mut persons: Vec<Uuid> = homes.map(|(person, _)| person).collect();
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}

/// How many a list would hold now.
///
/// # Errors
/// 404 for an area outside the caller's reach, 403 for a label the caller may not see there.
pub async fn export_count(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ctx: &Ctx,
    (area, filter): (AreaId, &ListFilter),
) -> Result<u64> {
    let community = community_of(ctx, area)?;
    ctx.authorize(&PEOPLE_EXPORT, area)?;
    filter.checked(ctx, vault, area)?;
    let persons = persons_of(db, vault, ctx, (community, area, filter)).await?;
    Ok(persons.len() as u64)
}

pub(super) fn community_of(ctx: &Ctx, area: AreaId) -> Result<CommunityId> {
    ctx.areas()
        .get(area)
        .filter(|node| node.level >= AreaLevel::Community)
        .and_then(|_| ctx.areas().community_of(area))
        .ok_or_else(|| Problem::invalid("area", "export-area"))
}

fn place(community: i64, id: Uuid) -> FieldPlace {
    FieldPlace::new("person_export", "filter", community, id)
}

/// As the row keeps it; nothing where nothing cuts the list down.
pub(super) fn kept(
    ctx: &Ctx,
    vault: &Vault,
    (community, id): (CommunityId, Uuid),
    filter: &ListFilter,
) -> Result<Option<Vec<u8>>> {
    if filter.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(filter).map_err(Problem::internal)?;
    vault.seal(ctx, place(community.0, id), &text).map(Some)
}

/// What a list is cut down by.
pub(super) fn filter_of(vault: &Vault, row: &person_export::Model) -> Result<ListFilter> {
    let Some(sealed) = row.filter_sealed.as_deref() else {
        return Ok(ListFilter::default());
    };
    let text = vault.open(place(row.community_id, row.id), sealed)?;
    serde_json::from_str(&text).map_err(Problem::internal)
}
