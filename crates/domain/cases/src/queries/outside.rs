//! What people from outside reported (residents, passers-by, callers), for floors above that count it at places of their own.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, in_scope};
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use crate::entities::case_record;
use crate::model::{Source, Status};

/// A report in one line. Holds nothing personal.
#[derive(Clone, Debug)]
pub struct OutsideReport {
    pub case: Uuid,
    pub community: CommunityId,
    pub number: String,
    pub category: String,
    pub status: Status,
    pub reported_at: Micros,
    pub ended_at: Option<Micros>,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Under which key it was filed, when a page of a floor above took it in.
    pub key: Option<String>,
}

/// Cases of the scope that residents, callers and foreign systems reported since a moment and that say where: by a position,
/// or by a key with this prefix. The newest first, at most `most`.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn reported_outside(
    db: &Database,
    scope: &Scope,
    since: Micros,
    prefix: &str,
    most: u64,
) -> Result<Vec<OutsideReport>> {
    let outside = [
        Source::Resident,
        Source::Phone,
        Source::Desk,
        Source::Open311,
    ];
    let placed = Condition::any()
        .add(col("lon").is_not_null())
        .add(col("external_key").like(format!("{prefix}%")));
    use case_record::Column::{CommunityId as Home, GridId, NeighbourhoodId};
    let rows = case_record::Entity::find()
        .filter(in_scope(scope, (Home, GridId, NeighbourhoodId)))
        // Ids carry the time they were made at: only the newest part of the table is read.
        .filter(col("id").gte(first_id(since)))
        .filter(col("reported_at").gte(since.0))
        .filter(col("source").is_in(outside.map(Source::as_str)))
        .filter(placed)
        .order_by_desc(case_record::Column::Id)
        .limit(most)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().filter_map(report).collect())
}

/// What was filed in a community under keys with this prefix, the newest first, at most `most`: for a page that says to everybody
/// what became of what was reported by it.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn reported_under(
    db: &Database,
    community: CommunityId,
    prefix: &str,
    most: u64,
) -> Result<Vec<OutsideReport>> {
    let rows = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("external_key").like(format!("{prefix}%")))
        .order_by_desc(case_record::Column::Id)
        .limit(most)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().filter_map(report).collect())
}

fn report(row: case_record::Model) -> Option<OutsideReport> {
    Some(OutsideReport {
        case: row.id,
        community: CommunityId(row.community_id),
        number: row.number,
        category: row.category,
        status: Status::parse(&row.status)?,
        reported_at: Micros(row.reported_at),
        ended_at: row.ended_at.map(Micros),
        position: row.lon.zip(row.lat),
        key: row.external_key,
    })
}

/// The smallest id that can have been made at that time.
fn first_id(at: Micros) -> Uuid {
    let millis = u64::try_from(at.0 / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
