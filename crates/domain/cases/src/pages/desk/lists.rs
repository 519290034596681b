//! 三张清单: problems, tasks, resources. Views of the same records, linked both ways: a problem shows its tasks, a task
//! its problem and its party, a resource what it is busy with.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Page, Scope};
use youlin_people::permissions::ORGANISATIONS_READ;
use youlin_people::{Contact, Directory, OrganisationView, Party};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::query::DeskQuery;
use super::{shell, words};
use crate::model::TaskStatus;
use crate::permissions::CASES_READ;
use crate::service::Cases;
use crate::{CaseRow, TaskRow, list, tasks_of};

/// What the three lists are narrowed by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    area: Option<i64>,
    cursor: Option<String>,
    /// Tasks of one party: `person:<id>` or `organisation:<id>`.
    party: String,
}

#[derive(Template)]
#[template(path = "desk_lists_problems.html")]
struct Problems<'a> {
    s: &'a Shell,
    rows: Page<CaseRow>,
    /// Unfinished tasks by case.
    tasks: BTreeMap<uuid::Uuid, Vec<TaskRow>>,
    next: String,
}

impl Problems<'_> {
    fn badge(&self, row: &CaseRow) -> &'static str {
        words::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        words::light_words(self.s, row)
    }

    fn tasks_of(&self, row: &CaseRow) -> &[TaskRow] {
        self.tasks.get(&row.id).map_or(&[], Vec::as_slice)
    }

    fn party(&self, task: &TaskRow) -> String {
        super::fields::party_value(&task.party)
    }
}

fn narrowed(s: &Shell, area: Option<i64>) -> youlin_kernel::Result<Scope> {
    let scope = s.ctx().scope(&CASES_READ)?;
    Ok(area.map_or_else(
        || scope.clone(),
        |area| scope.narrowed(s.ctx().areas(), AreaId(area)),
    ))
}

/// `GET /lists/problems`.
pub(super) async fn problems(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let scope = narrowed(&s, query.area)?;
    let view = DeskQuery {
        area: query.area,
        cursor: query.cursor.clone(),
        ..DeskQuery::default()
    };
    let rows = list(app.db(), &cases, &ctx, &scope, &view.filter(50)).await?;
    let mut tasks: BTreeMap<uuid::Uuid, Vec<TaskRow>> = BTreeMap::new();
    for task in tasks_of(app.db(), &cases, &ctx, Some(&scope)).await? {
        tasks.entry(task.case.id).or_default().push(task);
    }
    let area = query
        .area
        .map(|area| format!("area={area}&"))
        .unwrap_or_default();
    let next = rows
        .next
        .as_ref()
        .map(|next| format!("/lists/problems?{area}cursor={next}"))
        .unwrap_or_default();
    page(&Problems {
        s: &s,
        rows,
        tasks,
        next,
    })
}

#[derive(Template)]
#[template(path = "desk_lists_tasks.html")]
struct Tasks<'a> {
    s: &'a Shell,
    rows: Vec<TaskRow>,
    party: String,
}

impl Tasks<'_> {
    fn badge(&self, task: &TaskRow) -> &'static str {
        words::task_badge(task.status)
    }

    fn late(&self, task: &TaskRow) -> bool {
        task.due_at < self.s.ctx().now()
    }

    fn party(&self, task: &TaskRow) -> String {
        super::fields::party_value(&task.party)
    }
}

/// `GET /lists/tasks`.
pub(super) async fn tasks(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let scope = narrowed(&s, query.area)?;
    let mut rows = tasks_of(app.db(), &cases, &ctx, Some(&scope)).await?;
    let mut party = String::new();
    if !query.party.is_empty() {
        rows.retain(|task| super::fields::party_value(&task.party) == query.party);
        party = rows
            .first()
            .map(|task| task.party_name.clone())
            .unwrap_or_default();
    }
    page(&Tasks { s: &s, rows, party })
}

/// Somebody or some organisation that can be asked, with how busy they are.
struct Resource<T> {
    one: T,
    party: String,
    busy: usize,
}

#[derive(Template)]
#[template(path = "desk_lists_resources.html")]
struct Resources<'a> {
    s: &'a Shell,
    staff: Vec<Resource<Contact>>,
    helpers: Vec<Resource<crate::HelperChoice>>,
    organisations: Vec<Resource<OrganisationView>>,
}

/// `GET /lists/resources`: those who help, with their consent, and the organisations one works with.
pub(super) async fn resources(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let scope = narrowed(&s, query.area)?;
    let db = app.db().read();
    let mut busy: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks_of(app.db(), &cases, &ctx, Some(&scope)).await? {
        if task.status != TaskStatus::Done {
            *busy
                .entry(super::fields::party_value(&task.party))
                .or_default() += 1;
        }
    }
    let count = |party: &Party| {
        let value = super::fields::party_value(party);
        (busy.get(&value).copied().unwrap_or(0), value)
    };
    let mut staff = Vec::new();
    let mut helpers = Vec::new();
    for part in scope.parts().iter().take(3) {
        for one in Directory::staff(db, cases.vault(), part.community, &[]).await? {
            let (busy, party) = count(&Party::person(one.person));
            staff.push(Resource { one, party, busy });
        }
        let area = part.areas.as_ref().and_then(|areas| areas.first().copied());
        let place = youlin_places::Place {
            community: part.community,
            grid: area,
            neighbourhood: None,
            estate: None,
            building: None,
            dwelling: None,
            address: String::new(),
            position: None,
        };
        for one in crate::helpers_for(app.db(), &cases, &ctx, &scope, &place).await? {
            let (busy, party) = count(&Party::person(one.person));
            helpers.push(Resource { one, party, busy });
        }
    }
    let mut organisations = Vec::new();
    if ctx.may(&ORGANISATIONS_READ) {
        for one in Directory::organisations(db, &scope, None).await? {
            let (busy, party) = count(&Party::organisation(one.id));
            organisations.push(Resource { one, party, busy });
        }
    }
    page(&Resources {
        s: &s,
        staff,
        helpers,
        organisations,
    })
}
