//! How cases stand, for floors above that hold their ids.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Micros, Result};

use crate::entities::case_record;
use crate::model::Status;

/// A case in one line. Holds nothing personal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseStanding {
    pub id: Uuid,
    pub number: String,
    pub status: Status,
    pub category: String,
    pub reported_at: Micros,
    pub due_at: Micros,
    pub overdue: bool,
    /// When it was said to be put right.
    pub handled_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    /// Who said so: an account.
    #[serde(skip)]
    pub handled_by: Option<Uuid>,
}

/// These cases of these communities, by id, in one query. The caller answers for who may see them; what does not exist
/// is left out.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn standings(
    db: &Database,
    wanted: &[(CommunityId, Uuid)],
) -> Result<HashMap<Uuid, CaseStanding>> {
    let communities: BTreeSet<i64> = wanted.iter().map(|(community, _)| community.0).collect();
    let ids: Vec<Uuid> = wanted.iter().map(|(_, id)| *id).collect();
    let mut found = HashMap::with_capacity(ids.len());
    // Databases take so many values in one statement.
    for some in ids.chunks(500) {
        let rows = case_record::Entity::find()
            .filter(col("community_id").is_in(communities.iter().copied()))
            .filter(col("id").is_in(some.to_vec()))
            .all(db.read())
            .await?;
        found.extend(rows.into_iter().filter_map(|row| {
            let standing = CaseStanding {
                id: row.id,
                status: Status::parse(&row.status)?,
                number: row.number,
                category: row.category,
                reported_at: Micros(row.reported_at),
                due_at: Micros(row.due_at),
                overdue: row.overdue,
                handled_at: row.handled_at.map(Micros),
                ended_at: row.ended_at.map(Micros),
                handled_by: row.handled_by,
            };
            Some((row.id, standing))
        }));
    }
    Ok(found)
}
