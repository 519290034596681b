//! Files of a case, for giving them out.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Micros, Problem, Result};

use crate::entities::case_file;

/// Where a file's content lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    pub id: Uuid,
    pub sha256: String,
    pub thumbnail: Option<String>,
    /// For downloading; may be empty.
    pub name: String,
}

fn at(row: case_file::Model) -> FileAt {
    FileAt {
        id: row.id,
        sha256: row.sha256,
        thumbnail: row.thumbnail,
        name: row.name,
    }
}

/// One file of a case. The caller has made sure that the case may be seen.
///
/// # Errors
/// 404 when the case has no such file.
pub async fn file_of(
    db: &Database,
    community: CommunityId,
    case: Uuid,
    file: Uuid,
) -> Result<FileAt> {
    let row = case_file::Entity::find_by_id((community.0, file))
        .one(db.read())
        .await?;
    row.filter(|row| row.case_id == case)
        .map(at)
        .ok_or_else(Problem::not_found)
}

/// What the reporter sent along, in order: nothing that was added while the case was handled.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn report_files(
    db: &Database,
    community: CommunityId,
    case: Uuid,
) -> Result<Vec<FileAt>> {
    let rows = case_file::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("case_id").eq(case))
        .filter(col("stage").eq("report"))
        .order_by_asc(case_file::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(at).collect())
}

/// A photograph somebody added while they worked on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkPhoto {
    pub case: Uuid,
    pub file: FileAt,
    pub at: Micros,
}

/// Photographs of the work on these cases, the oldest first. The caller answers for who may see them.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn work_photos(
    db: &Database,
    community: CommunityId,
    cases: &[Uuid],
) -> Result<Vec<WorkPhoto>> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let rows = case_file::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("case_id").is_in(cases.iter().copied()))
        .filter(col("stage").eq("handling"))
        .filter(col("content_type").like("image/%"))
        .order_by_asc(case_file::Column::CreatedAt)
        .order_by_asc(case_file::Column::Id)
        .all(db.read())
        .await?;
    let photo = |row: case_file::Model| WorkPhoto {
        case: row.case_id,
        at: Micros(row.created_at),
        file: at(row),
    };
    Ok(rows.into_iter().map(photo).collect())
}
