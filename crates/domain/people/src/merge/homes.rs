//! Homes a merge ended: two entries of one person stood in one dwelling, and nobody moved out of it.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::entities::{person_merge, person_merge_row, residence};

/// What a life says of a home.
pub(crate) struct Told<'a> {
    pub(crate) stay: &'a residence::Model,
    pub(crate) came: bool,
    pub(crate) went: bool,
}

/// Those of the homes that ended because the desk found two entries to be one person, unless that was taken back.
pub(crate) async fn taken_over(
    db: &impl ConnectionTrait,
    community: CommunityId,
    homes: &[residence::Model],
) -> Result<HashSet<Uuid>> {
    let ended = homes.iter().filter(|home| home.valid_to.is_some());
    let ended: Vec<Uuid> = ended.map(|home| home.id).collect();
    if ended.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = person_merge_row::Entity::find()
        .filter(person_merge_row::Column::CommunityId.eq(community.0))
        .filter(person_merge_row::Column::RowId.is_in(ended))
        .all(db)
        .await?;
    let closed = |row: &person_merge_row::Model| {
        let before = row.before.as_deref().unwrap_or_default();
        row.part == super::moved::HOMES && before.contains("\"valid_to\"")
    };
    let rows: Vec<person_merge_row::Model> = rows.into_iter().filter(closed).collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let standing: HashSet<Uuid> = person_merge::Entity::find()
        .filter(person_merge::Column::CommunityId.eq(community.0))
        .filter(person_merge::Column::Id.is_in(rows.iter().map(|row| row.merge_id)))
        .filter(person_merge::Column::UndoneAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|merge| merge.id)
        .collect();
    let rows = rows.into_iter();
    let rows = rows.filter(|row| standing.contains(&row.merge_id));
    Ok(rows.map(|row| row.row_id).collect())
}

/// A home that was taken over ended without a move, and of two entries that came to one dwelling the first says when.
pub(crate) fn told<'a>(homes: &'a [residence::Model], taken: &HashSet<Uuid>) -> Vec<Told<'a>> {
    let came = |stay: &residence::Model| {
        !homes.iter().any(|other| {
            other.person_id == stay.person_id
                && other.dwelling_id == stay.dwelling_id
                && taken.contains(&other.id) != taken.contains(&stay.id)
                && (other.valid_from, other.id) < (stay.valid_from, stay.id)
                && other.valid_to.is_none_or(|to| stay.valid_from <= to)
        })
    };
    let told = homes.iter().map(|stay| Told {
        stay,
        came: came(stay),
        went: stay.valid_to.is_some() && !taken.contains(&stay.id),
    });
    told.collect()
}
