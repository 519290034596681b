//! Who helped in cases as a neighbour: finished tasks of persons, for floors that look for people who might be asked.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};
use youlin_people::PartyKind;
use youlin_people::merge::Signposts;

use super::views::category_name;
use crate::entities::{case_record, case_task};
use crate::model::TaskStatus;
use crate::service::Cases;

/// Tasks looked at; the newest.
const MOST: u64 = 5_000;

/// A finished task of a person.
#[derive(Clone, Debug)]
pub struct Helped {
    pub person: Uuid,
    pub case: Uuid,
    pub number: String,
    pub category_name: String,
    pub at: Micros,
}

/// Finished tasks of persons in a community, the newest first. For the house's own work: what a reader may see of the
/// persons is decided by whoever asks.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn helped(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Vec<Helped>> {
    let tasks = case_task::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("party_kind").eq(PartyKind::Person.as_str()))
        .filter(col("status").eq(TaskStatus::Done.as_str()))
        .order_by_desc(case_task::Column::EndedAt)
        .limit(MOST)
        .all(db.read())
        .await?;
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("id").is_in(tasks.iter().map(|task| task.case_id)))
        .all(db.read())
        .await?;
    let signposts = Signposts::of(db.read(), &[community.0]).await?;
    let catalogue = cases.catalogue();
    Ok(tasks
        .into_iter()
        .filter_map(|task| {
            let case = rows.iter().find(|case| case.id == task.case_id)?;
            Some(Helped {
                person: signposts.led(task.party_id),
                case: case.id,
                number: case.number.clone(),
                category_name: category_name(&catalogue, &case.category, ctx.locale()),
                at: Micros(task.ended_at.unwrap_or(task.created_at)),
            })
        })
        .collect())
}
