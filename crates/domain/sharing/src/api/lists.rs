//! 三张清单 over REST: the same three views the pages draw, of the same records.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_cases::{CaseRow, TaskRow};
use youlin_kernel::{Access, AreaId, Page};
use youlin_people::{MembershipRole, OrganisationKind, Party};
use youlin_web::{ApiQuery, App, Caller, Prefs, Refusals, Routes, WebResult};

use crate::pages::lists::{Everything, ListQuery, Problems};
use crate::pages::tasks::{Owed, owed};
use crate::pages::{LISTS, shell};
use crate::permissions::SHARING_READ;
use crate::queries::{LoanRow, ResourceRow};

pub(super) fn routes() -> Routes {
    let read = Access::Needs(&SHARING_READ);
    Routes::new()
        .api(read, routes!(list_problems))
        .api(read, routes!(list_owed_tasks))
        .api(read, routes!(list_everything))
}

/// Which problems.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProblemQuery {
    /// Area of any level.
    area: Option<i64>,
    /// Only what is overdue.
    late: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    limit: Option<u64>,
}

/// What somebody is doing about a problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemTask {
    id: Uuid,
    role: youlin_cases::model::TaskRole,
    status: youlin_cases::model::TaskStatus,
    party: Party,
    party_name: String,
}

impl From<&TaskRow> for ProblemTask {
    fn from(task: &TaskRow) -> Self {
        Self {
            id: task.id,
            role: task.role,
            status: task.status,
            party: task.party,
            party_name: task.party_name.clone(),
        }
    }
}

/// A problem with what is done about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemLine {
    case: CaseRow,
    /// Unfinished ones.
    tasks: Vec<ProblemTask>,
    /// What is away, booked or asked for because of it.
    loans: Vec<LoanRow>,
}

/// 问题清单: open problems, what is due first, with their tasks and what is used for them.
#[utoipa::path(
    get, path = "/api/v1/lists/problems", operation_id = "listProblems", tag = "sharing",
    params(ProblemQuery), responses((status = 200, body = Page<ProblemLine>), Refusals)
)]
pub(crate) async fn list_problems(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ProblemQuery>,
) -> WebResult<Json<Page<ProblemLine>>> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let asked = ListQuery {
        area: query.area,
        cursor: query.cursor,
        late: late(query.late),
        ..ListQuery::default()
    };
    let all = Problems::load(&s, &asked, limit).await?;
    let lines = all.rows.items.iter().map(|row| ProblemLine {
        case: row.clone(),
        tasks: all.tasks_of(row).iter().map(ProblemTask::from).collect(),
        loans: all.loans_of(row).to_vec(),
    });
    Ok(Json(Page {
        items: lines.collect(),
        next: all.rows.next.clone(),
    }))
}

/// As it stands in the address of the page.
fn late(only: bool) -> String {
    if only { "1" } else { "" }.to_owned()
}

/// Whose tasks, of which kind.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwedQuery {
    /// Area of any level.
    area: Option<i64>,
    /// `case`, `follow_up`, `loan`, `support`, `visiting`.
    kind: String,
    /// `person:<id>` or `organisation:<id>`.
    party: String,
    /// Only what is overdue.
    late: bool,
}

/// 任务清单: who owes what by when, whatever it comes from, what is due first; in the caller's language.
#[utoipa::path(
    get, path = "/api/v1/lists/tasks", operation_id = "listOwedTasks", tag = "sharing",
    params(OwedQuery), responses((status = 200, body = Vec<Owed>), Refusals)
)]
pub(crate) async fn list_owed_tasks(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<OwedQuery>,
) -> WebResult<Json<Vec<Owed>>> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let asked = ListQuery {
        area: query.area,
        kind: query.kind,
        party: query.party,
        late: late(query.late),
        ..ListQuery::default()
    };
    Ok(Json(owed(&s, &asked).await?))
}

/// Everything one can count on, narrowed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EverythingQuery {
    /// Area of any level.
    area: Option<i64>,
    /// `equipment`, `room`, `vehicle`, `people`, `organisation`.
    kind: String,
    /// Part of a name, or of a skill or role in the caller's language.
    q: String,
    /// Only things that are not back in time.
    late: bool,
}

/// A neighbour who agreed to be asked; masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkilledNeighbour {
    person: Uuid,
    name_masked: String,
    skills: Vec<String>,
    area: Option<AreaId>,
    /// Unfinished tasks.
    busy: usize,
}

/// Somebody on duty.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedOnDuty)]
pub(crate) struct OnDuty {
    person: Uuid,
    name: String,
    role: MembershipRole,
    area: AreaId,
    duty_phone: Option<String>,
    busy: usize,
}

/// An organisation one works with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedOrganisation {
    id: Uuid,
    name: String,
    kind: OrganisationKind,
    area: AreaId,
    phone: Option<String>,
    busy: usize,
}

/// Everything one can count on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceList {
    things: Vec<ResourceRow>,
    helpers: Vec<SkilledNeighbour>,
    staff: Vec<OnDuty>,
    organisations: Vec<ListedOrganisation>,
    /// People of the first communities only: say an area.
    cut: bool,
}

/// 资源清单: things with how many are free, neighbours who agreed to be asked, those on duty, organisations.
#[utoipa::path(
    get, path = "/api/v1/lists/resources", operation_id = "listEverything", tag = "sharing",
    params(EverythingQuery), responses((status = 200, body = ResourceList), Refusals)
)]
pub(crate) async fn list_everything(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<EverythingQuery>,
) -> WebResult<Json<ResourceList>> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let asked = ListQuery {
        area: query.area,
        kind: query.kind,
        q: query.q,
        late: late(query.late),
        ..ListQuery::default()
    };
    let all = Everything::load(&s, &asked).await?;
    Ok(Json(ResourceList {
        things: all.things,
        helpers: all
            .helpers
            .into_iter()
            .map(|one| SkilledNeighbour {
                person: one.one.person,
                name_masked: one.one.name_masked,
                skills: one.one.skills,
                area: one.one.place.map(|place| place.area()),
                busy: one.busy,
            })
            .collect(),
        staff: all
            .staff
            .into_iter()
            .map(|one| OnDuty {
                person: one.one.person,
                name: one.one.name,
                role: one.one.role,
                area: one.one.area,
                duty_phone: one.one.duty_phone,
                busy: one.busy,
            })
            .collect(),
        organisations: all
            .organisations
            .into_iter()
            .map(|one| ListedOrganisation {
                id: one.one.id,
                name: one.one.name,
                kind: one.one.kind,
                area: one.one.area,
                phone: one.one.phone,
                busy: one.busy,
            })
            .collect(),
        cut: all.cut,
    }))
}
