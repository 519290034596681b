//! A case as those who send notices need it: never for pages, it holds contacts in the clear.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{AreaId, CommunityId, Locale, Micros, Result};
use youlin_people::Party;

use super::views::category_name;
use crate::commands::Reporter;
use crate::entities::{case_record, case_task};
use crate::model::{task_party, task_status};
use crate::service::Cases;

/// The case, its tasks (ended ones too) and everybody who reported it.
#[derive(Clone, Debug)]
pub struct Brief {
    pub number: String,
    pub category_name: String,
    pub category_name_en: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub tasks: Vec<BriefTask>,
    /// The case's own reporter first, then those of cases merged into it.
    pub reporters: Vec<BriefReporter>,
}

/// One task.
#[derive(Clone, Debug)]
pub struct BriefTask {
    pub id: Uuid,
    pub party: Party,
    pub role: String,
    pub open: bool,
    pub planned_at: Option<Micros>,
}

/// One report's own number and code, and how its reporter is reached.
#[derive(Clone, Debug)]
pub struct BriefReporter {
    pub case: Uuid,
    pub number: String,
    pub tracking_code: String,
    pub person: Option<Uuid>,
    pub contact: Option<Reporter>,
}

/// Everything a notice about this case may need; `None` when there is no such case.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn brief(
    db: &Database,
    cases: &Cases,
    community: CommunityId,
    id: Uuid,
) -> Result<Option<Brief>> {
    let Some(case) = case_record::Entity::find_by_id((community.0, id))
        .one(db.read())
        .await?
    else {
        return Ok(None);
    };
    let tasks = case_task::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("case_id").eq(id))
        .order_by_asc(case_task::Column::Id)
        .all(db.read())
        .await?;
    let merged = case_record::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("merged_into").eq(id))
        .order_by_asc(case_record::Column::Id)
        .all(db.read())
        .await?;
    let reporters = std::iter::once(&case)
        .chain(&merged)
        .map(|one| reporter(cases, one))
        .collect::<Result<Vec<_>>>()?;
    let catalogue = cases.catalogue();
    Ok(Some(Brief {
        number: case.number.clone(),
        category_name: category_name(&catalogue, &case.category, Locale::Zh),
        category_name_en: category_name(&catalogue, &case.category, Locale::En),
        grid: case.grid_id.map(AreaId),
        neighbourhood: case.neighbourhood_id.map(AreaId),
        tasks: tasks.iter().map(task).collect(),
        reporters,
    }))
}

fn task(task: &case_task::Model) -> BriefTask {
    BriefTask {
        id: task.id,
        party: task_party(task),
        role: task.role.clone(),
        open: !task_status(task).is_ended(),
        planned_at: task.planned_at.map(Micros),
    }
}

fn reporter(cases: &Cases, case: &case_record::Model) -> Result<BriefReporter> {
    Ok(BriefReporter {
        case: case.id,
        number: case.number.clone(),
        tracking_code: case.tracking_code.clone(),
        person: case.reporter_person,
        contact: super::contact(cases, case)?,
    })
}
