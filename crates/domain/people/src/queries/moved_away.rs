//! Who was said to have moved away lately, for whoever may take that back.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::commands::move_out::may_undo;
use crate::entities::{move_out, residence};

/// So long it is offered at the door to take a note back.
const LATELY: i64 = 30 * Micros::DAY;

/// That somebody moved away.
#[derive(Clone, Debug)]
pub(crate) struct MovedAway {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) left_at: Micros,
    pub(crate) by: String,
    /// Where to is noted; it is shown for a purpose.
    pub(crate) whereto: bool,
    /// The caller may take it back.
    pub(crate) undo: bool,
}

impl MovedAway {
    fn of(ctx: &Ctx, row: move_out::Model) -> Self {
        Self {
            undo: may_undo(ctx, &row),
            id: row.id,
            person: row.person_id,
            left_at: Micros(row.left_at),
            by: row.by_name,
            whereto: row.whereto_sealed.is_some(),
        }
    }
}

/// From a dwelling, lately, as far as the caller may take it back; the newest first.
pub(crate) async fn moved_away_from(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    community: CommunityId,
    dwelling: Uuid,
) -> Result<Vec<MovedAway>> {
    let since = ctx.now().0.saturating_sub(LATELY);
    let rows = move_out::Entity::find()
        .filter(move_out::Column::CommunityId.eq(community.0))
        .filter(move_out::Column::NotedAt.gte(since))
        .filter(move_out::Column::UndoneAt.is_null())
        .order_by_desc(move_out::Column::NotedAt)
        .all(db)
        .await?;
    let rows: Vec<move_out::Model> = rows.into_iter().filter(|row| may_undo(ctx, row)).collect();
    let homes: Vec<Uuid> = rows.iter().flat_map(move_out::Model::homes).collect();
    if homes.is_empty() {
        return Ok(Vec::new());
    }
    let here: HashSet<Uuid> = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .filter(residence::Column::DwellingId.eq(dwelling))
        .filter(residence::Column::Id.is_in(homes))
        .all(db)
        .await?
        .into_iter()
        .map(|home| home.id)
        .collect();
    let left = |row: &move_out::Model| row.homes().iter().any(|home| here.contains(home));
    let rows = rows.into_iter().filter(left);
    Ok(rows.map(|row| MovedAway::of(ctx, row)).collect())
}

/// That a building was emptied.
#[derive(Clone, Debug)]
pub(crate) struct Emptied {
    pub(crate) noted_at: Micros,
    pub(crate) left_at: Micros,
    pub(crate) by: String,
    pub(crate) people: usize,
}

/// When a building was emptied lately, as far as the caller may take it back; the newest first.
pub(crate) async fn emptied(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    community: CommunityId,
    building: Uuid,
) -> Result<Vec<Emptied>> {
    let since = ctx.now().0.saturating_sub(LATELY);
    let rows = move_out::Entity::find()
        .filter(move_out::Column::CommunityId.eq(community.0))
        .filter(move_out::Column::BuildingId.eq(building))
        .filter(move_out::Column::NotedAt.gte(since))
        .filter(move_out::Column::UndoneAt.is_null())
        .order_by_desc(move_out::Column::NotedAt)
        .all(db)
        .await?;
    let mut all: Vec<Emptied> = Vec::new();
    for row in rows.into_iter().filter(|row| may_undo(ctx, row)) {
        match all.last_mut() {
            Some(last) if last.noted_at.0 == row.noted_at => last.people += 1,
            _ => all.push(Emptied {
                noted_at: Micros(row.noted_at),
                left_at: Micros(row.left_at),
                by: row.by_name,
                people: 1,
            }),
        }
    }
    Ok(all)
}

/// The last note about a person, unless it was taken back.
pub(crate) async fn moved_away(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
) -> Result<Option<MovedAway>> {
    let row = move_out::Entity::find()
        .filter(move_out::Column::CommunityId.eq(community.0))
        .filter(move_out::Column::PersonId.eq(person))
        .filter(move_out::Column::UndoneAt.is_null())
        .order_by_desc(move_out::Column::NotedAt)
        .one(db)
        .await?;
    Ok(row.map(|row| MovedAway::of(ctx, row)))
}
