//! What somebody reported themselves, for their own file: number, words and state, and the code to follow it by.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use super::views::category_name;
use crate::entities::case_record;
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
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("reporter_person").eq(person))
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
