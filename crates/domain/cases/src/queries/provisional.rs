//! Cases whose due time leans on a year that is not loaded yet, and the years an administrator loaded.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};

use super::views::{self, CaseRow};
use crate::entities::{calendar_year, case_record};
use crate::service::Cases;

/// How many open cases have a provisional due time, and the first of them by that time.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn provisional(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    limit: u64,
) -> Result<(u64, Vec<CaseRow>)> {
    let find = case_record::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("ended_at").is_null())
        .filter(col("due_provisional").is_not_null());
    let count = find.clone().count(db.read()).await?;
    let rows = find
        .order_by_asc(case_record::Column::DueAt)
        .limit(limit)
        .all(db.read())
        .await?;
    Ok((
        count,
        rows.iter()
            .map(|case| views::row(case, cases, ctx.locale(), ctx.now()))
            .collect(),
    ))
}

/// Years loaded by an administrator, with when; the others come with Youlin.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn loaded_years(db: &Database) -> Result<Vec<(i32, Micros)>> {
    let rows = calendar_year::Entity::find()
        .filter(col("community_id").eq(CommunityId::SYSTEM.0))
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.year, Micros(row.loaded_at)))
        .collect())
}
