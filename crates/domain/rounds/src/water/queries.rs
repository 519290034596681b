//! Reading points and what was measured there.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_cases::{CaseStanding, standings};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};
use youlin_places::rivers::Bank;

use super::limits::{Beyond, Values, limits};
use crate::entities::{water_point, water_reading};

/// Readings of one point that are looked at: four years of weekly ones.
const MOST: u64 = 250;

/// A point.
#[derive(Clone, Debug)]
pub struct PointView {
    pub id: Uuid,
    pub community: CommunityId,
    pub reach: Uuid,
    pub outlet: Option<Uuid>,
    pub name: String,
    pub chainage_m: f64,
    pub bank: Option<Bank>,
    pub class: String,
}

/// A reading.
#[derive(Clone, Debug)]
pub struct ReadingView {
    pub id: Uuid,
    pub community: CommunityId,
    pub point: Uuid,
    pub round: Option<Uuid>,
    pub at: Micros,
    pub values: Values,
    /// What of it is beyond the limits of the class the point had then.
    pub beyond: Vec<Beyond>,
    pub note: String,
    pub case: Option<CaseStanding>,
    pub by_name: String,
}

fn point(row: water_point::Model) -> PointView {
    PointView {
        id: row.id,
        community: CommunityId(row.community_id),
        reach: row.reach_id,
        outlet: row.outlet_id,
        name: row.name,
        chainage_m: f64::from(row.chainage_dm) / 10.0,
        bank: row.bank.as_deref().and_then(Bank::parse),
        class: row.class,
    }
}

/// The open points of a reach of the scope, along it.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn points_of(db: &Database, scope: &Scope, reach: Uuid) -> Result<Vec<PointView>> {
    let rows = water_point::Entity::find()
        .filter(water_point::Column::CommunityId.is_in(scope.communities()))
        .filter(water_point::Column::ReachId.eq(reach))
        .filter(water_point::Column::ClosedAt.is_null())
        .order_by_asc(water_point::Column::ChainageDm)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(point).collect())
}

/// One point of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn point_view(db: &Database, scope: &Scope, id: Uuid) -> Result<PointView> {
    water_point::Entity::find()
        .filter(water_point::Column::CommunityId.is_in(scope.communities()))
        .filter(water_point::Column::Id.eq(id))
        .one(db.read())
        .await?
        .map(point)
        .ok_or_else(Problem::not_found)
}

/// The readings of these points, the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn readings_of(
    db: &Database,
    scope: &Scope,
    points: &[Uuid],
) -> Result<Vec<ReadingView>> {
    if points.is_empty() {
        return Ok(Vec::new());
    }
    let rows = water_reading::Entity::find()
        .filter(water_reading::Column::CommunityId.is_in(scope.communities()))
        .filter(water_reading::Column::PointId.is_in(points.iter().copied()))
        .order_by_desc(water_reading::Column::At)
        .limit(MOST * points.len() as u64)
        .all(db.read())
        .await?;
    views(db, rows).await
}

/// The readings taken on a round.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn readings_of_round(
    db: &Database,
    scope: &Scope,
    round: Uuid,
) -> Result<Vec<ReadingView>> {
    let rows = water_reading::Entity::find()
        .filter(water_reading::Column::CommunityId.is_in(scope.communities()))
        .filter(water_reading::Column::RoundId.eq(round))
        .order_by_asc(water_reading::Column::At)
        .all(db.read())
        .await?;
    views(db, rows).await
}

async fn views(db: &Database, rows: Vec<water_reading::Model>) -> Result<Vec<ReadingView>> {
    let wanted: Vec<(CommunityId, Uuid)> = rows
        .iter()
        .filter_map(|row| Some((CommunityId(row.community_id), row.case_id?)))
        .collect();
    let mut cases = standings(db, &wanted).await?;
    rows.into_iter()
        .map(|row| {
            let values: Values = serde_json::from_str(&row.values).map_err(Problem::internal)?;
            let class = row.limits.rsplit('/').next().unwrap_or_default();
            Ok(ReadingView {
                beyond: limits().beyond(class, &values),
                id: row.id,
                community: CommunityId(row.community_id),
                point: row.point_id,
                round: row.round_id,
                at: Micros(row.at),
                values,
                note: row.note,
                case: row.case_id.and_then(|id| cases.remove(&id)),
                by_name: row.by_name,
            })
        })
        .collect()
}
