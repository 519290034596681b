//! Saved views, as far as the caller may see them.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use crate::Composed;
use crate::entities::view;
use crate::permissions::INSIGHT_READ;

/// A kept question.
#[derive(Clone, Debug)]
pub struct SavedView {
    pub id: Uuid,
    pub title: String,
    /// What follows `/insight/query?`.
    pub address: String,
    pub area: AreaId,
    pub by: String,
    pub mine: bool,
    pub shared: bool,
}

fn seen(ctx: &Ctx, row: &view::Model) -> bool {
    let mine = ctx.actor().id() == Some(row.account_id);
    mine || (row.shared && ctx.require(&INSIGHT_READ, AreaId(row.area_id)).is_ok())
}

/// A question the caller may not ask is no view of theirs: its name alone would tell what is sensitive. One that cannot be
/// read any more says so when it is opened.
fn may_ask(datasets: &Datasets, ctx: &Ctx, row: &view::Model) -> bool {
    let mine = ctx.actor().id() == Some(row.account_id);
    let question = serde_html_form::from_str::<Composed>(&row.address);
    let query = question.ok().and_then(|one| one.query(datasets).ok());
    mine || query.is_none_or(|query| datasets.may_ask(ctx, &query))
}

/// The views one kept, and those shared in areas one may see; the newest first.
///
/// # Errors
/// 401 or 403 for whoever may not ask for figures.
pub async fn views(db: &Database, datasets: &Datasets, ctx: &Ctx) -> Result<Vec<SavedView>> {
    let mut communities = ctx.scope(&INSIGHT_READ)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    let rows = view::Entity::find()
        .filter(view::Column::CommunityId.is_in(communities))
        .order_by_desc(view::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .filter(|row| seen(ctx, row) && may_ask(datasets, ctx, row))
        .map(|row| shown(ctx, row))
        .collect())
}

fn shown(ctx: &Ctx, row: view::Model) -> SavedView {
    // A view of before this was said in the address was kept when it was made.
    let said = serde_html_form::from_str::<Composed>(&row.address);
    let address = said.map_or(row.address, |question| {
        question.named_at(Micros(row.created_at)).address()
    });
    SavedView {
        address,
        mine: ctx.actor().id() == Some(row.account_id),
        id: row.id,
        title: row.title,
        area: AreaId(row.area_id),
        by: row.account_name,
        shared: row.shared,
    }
}

/// One view.
///
/// # Errors
/// 404 for one that is not there, not shared, of an area one may not see, or that asks what one may not ask.
pub async fn view(db: &Database, datasets: &Datasets, ctx: &Ctx, id: Uuid) -> Result<SavedView> {
    let row = find(db.read(), ctx, id).await?;
    if !may_ask(datasets, ctx, &row) {
        return Err(Problem::not_found());
    }
    Ok(shown(ctx, row))
}

pub(crate) async fn find(db: &impl ConnectionTrait, ctx: &Ctx, id: Uuid) -> Result<view::Model> {
    let mut communities = ctx.scope(&INSIGHT_READ)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    view::Entity::find()
        .filter(view::Column::CommunityId.is_in(communities))
        .filter(view::Column::Id.eq(id))
        .one(db)
        .await?
        .filter(|row| seen(ctx, row))
        .ok_or_else(Problem::not_found)
}
