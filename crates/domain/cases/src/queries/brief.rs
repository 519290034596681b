//! A case as those who send notices need it: never for pages, it holds contacts in the clear.

use std::collections::{BTreeSet, HashMap};

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

/// Everything a notice about these cases may need, by case, in three queries however many they are. Cases that do not
/// exist are left out.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn briefs(
    db: &Database,
    cases: &Cases,
    wanted: &[(CommunityId, Uuid)],
) -> Result<HashMap<Uuid, Brief>> {
    let (communities, ids): (Vec<i64>, Vec<Uuid>) = wanted
        .iter()
        .map(|(community, id)| (community.0, *id))
        .unzip();
    let communities: BTreeSet<i64> = communities.into_iter().collect();
    let within = || col("community_id").is_in(communities.iter().copied());
    let found = case_record::Entity::find()
        .filter(within().and(col("id").is_in(ids.clone())))
        .all(db.read())
        .await?;
    let tasks = case_task::Entity::find()
        .filter(within().and(col("case_id").is_in(ids.clone())))
        .order_by_asc(case_task::Column::Id)
        .all(db.read())
        .await?;
    let merged = case_record::Entity::find()
        .filter(within().and(col("merged_into").is_in(ids)))
        .order_by_asc(case_record::Column::Id)
        .all(db.read())
        .await?;
    let catalogue = cases.catalogue();
    let mut briefs = HashMap::with_capacity(found.len());
    for case in &found {
        let joined = merged
            .iter()
            .filter(|other| other.merged_into == Some(case.id));
        let reporters = std::iter::once(case)
            .chain(joined)
            .map(|one| reporter(cases, one))
            .collect::<Result<Vec<_>>>()?;
        let own = tasks.iter().filter(|task| task.case_id == case.id);
        let brief = Brief {
            number: case.number.clone(),
            category_name: category_name(&catalogue, &case.category, Locale::Zh),
            category_name_en: category_name(&catalogue, &case.category, Locale::En),
            grid: case.grid_id.map(AreaId),
            neighbourhood: case.neighbourhood_id.map(AreaId),
            tasks: own.map(task).collect(),
            reporters,
        };
        briefs.insert(case.id, brief);
    }
    Ok(briefs)
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
