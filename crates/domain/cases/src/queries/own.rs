//! What somebody reported themselves, for their own file: number, words and state, and the code to follow it by.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use super::views::{self, category_name};
use super::withheld::within;
use crate::CaseRow;
use crate::entities::{case_record, case_task};
use crate::permissions::CASES_READ;
use crate::service::Cases;

/// A case as its reporter finds it in their file.
#[derive(Clone, Debug)]
pub struct OwnCase {
    pub number: String,
    pub category_name: String,
    /// Key of the words: `status-<status>`.
    pub status: String,
    pub text: String,
    pub reported_at: Micros,
    /// As people read it; also the address to follow it by.
    pub tracking_code: String,
}

/// The caller's own reports, the newest first, at most so many.
///
/// # Errors
/// 404 when the caller is not that person.
pub async fn reported_by(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
    limit: u64,
) -> Result<Vec<OwnCase>> {
    if ctx.actor().person() != Some(person) {
        return Err(Problem::not_found());
    }
    let ids = youlin_people::merge::same_person(db.read(), community, person).await?;
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("reporter_person").is_in(ids))
        .order_by_desc(case_record::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    let catalogue = cases.catalogue();
    Ok(rows
        .into_iter()
        .map(|case| OwnCase {
            category_name: category_name(&catalogue, &case.category, ctx.locale()),
            tracking_code: crate::tracking::shown(&case.tracking_code),
            number: case.number,
            status: case.status,
            text: case.text,
            reported_at: Micros(case.reported_at),
        })
        .collect())
}

/// What somebody reported or helped with, as far as the caller may see cases: for the person's timeline.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn cases_of_person(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
    limit: u64,
) -> Result<Vec<(CaseRow, bool)>> {
    let Ok(scope) = ctx.scope(&CASES_READ) else {
        return Ok(Vec::new());
    };
    if !scope.contains_community(community) {
        return Ok(Vec::new());
    }
    let ids = youlin_people::merge::same_person(db.read(), community, person).await?;
    let tasks = case_task::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("party_kind").eq("person"))
        .filter(col("party_id").is_in(ids.iter().copied()))
        .order_by_desc(case_task::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    let helped: Vec<Uuid> = tasks.iter().map(|task| task.case_id).collect();
    let either = Condition::any()
        .add(col("reporter_person").is_in(ids))
        .add(col("id").is_in(helped.iter().copied()));
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(either)
        .order_by_desc(case_record::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    let view = |case: &case_record::Model| views::row(case, cases, ctx.locale(), ctx.now());
    Ok(rows
        .iter()
        .filter(|case| within(&scope, case))
        .map(|case| (view(case), helped.contains(&case.id)))
        .collect())
}

/// What was reported of a dwelling, as far as the caller may see cases, the newest first: for its file.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn cases_of_dwelling(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
    dwelling: Uuid,
    limit: u64,
) -> Result<Vec<CaseRow>> {
    let Ok(scope) = ctx.scope(&CASES_READ) else {
        return Ok(Vec::new());
    };
    if !scope.contains_community(community) {
        return Ok(Vec::new());
    }
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("dwelling_id").eq(dwelling))
        .order_by_desc(case_record::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    Ok(rows
        .iter()
        .filter(|case| within(&scope, case))
        .map(|case| views::row(case, cases, ctx.locale(), ctx.now()))
        .collect())
}
