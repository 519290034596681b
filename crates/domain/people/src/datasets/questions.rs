//! What forms ask for and nobody has answered yet: how many for each form, and one by one. Both look at the same rows, so
//! that the figure is the length of the list.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::Unanswered;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::entities::{form_asked, form_question};
use crate::permissions::PEOPLE_READ;

/// Where the caller may see people.
fn communities(ctx: &Ctx) -> Vec<i64> {
    let scope = ctx.scope(&PEOPLE_READ);
    scope.map_or_else(|_none| Vec::new(), |scope| scope.communities())
}

/// The questions of these forms by their id. A handful for each form and community: they are read whole.
async fn of_forms(
    db: &Database,
    communities: &[i64],
    forms: &[Uuid],
) -> Result<HashMap<Uuid, form_question::Model>> {
    let rows = form_question::Entity::find()
        .filter(form_question::Column::CommunityId.is_in(communities.iter().copied()))
        .all(db.read())
        .await?;
    let meant = rows.into_iter().filter(|row| forms.contains(&row.form_id));
    Ok(meant.map(|row| (row.id, row)).collect())
}

fn open(communities: &[i64]) -> Select<form_asked::Entity> {
    form_asked::Entity::find()
        .select_only()
        .filter(form_asked::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(form_asked::Column::AnsweredAt.is_null())
}

/// How many there are of each of these forms.
pub(super) async fn counts(
    db: &Database,
    ctx: &Ctx,
    forms: &[Uuid],
) -> Result<HashMap<Uuid, usize>> {
    let communities = communities(ctx);
    let questions = of_forms(db, &communities, forms).await?;
    let mut counts = HashMap::new();
    if questions.is_empty() {
        return Ok(counts);
    }
    let rows: Vec<(Uuid, i64)> = open(&communities)
        .column(form_asked::Column::QuestionId)
        .column_as(form_asked::Column::Id.count(), "count")
        .group_by(form_asked::Column::QuestionId)
        .into_tuple()
        .all(db.read())
        .await?;
    for (question, count) in rows {
        if let Some(question) = questions.get(&question) {
            *counts.entry(question.form_id).or_default() += usize::try_from(count).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// Each of them, the oldest first.
pub(super) async fn list(db: &Database, ctx: &Ctx, forms: &[Uuid]) -> Result<Vec<Unanswered>> {
    let communities = communities(ctx);
    let questions = of_forms(db, &communities, forms).await?;
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, Uuid, Uuid, i64)> = open(&communities)
        .columns([
            form_asked::Column::CommunityId,
            form_asked::Column::QuestionId,
            form_asked::Column::PersonId,
            form_asked::Column::CreatedAt,
        ])
        .order_by_asc(form_asked::Column::Id)
        .into_tuple()
        .all(db.read())
        .await?;
    let one = |(community, question, person, at): (i64, Uuid, Uuid, i64)| {
        let question = questions.get(&question)?;
        Some(Unanswered {
            form: question.form_id,
            record: (CommunityId(community), person),
            text: question.text.clone(),
            since: Micros(at),
        })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}
