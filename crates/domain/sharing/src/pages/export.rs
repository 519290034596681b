//! The three lists as files. People stand in them as masked as on the page. What a file is, what it is narrowed by, who
//! took it, when and why stands on its first sheet (csv: in its first lines): a list lies about for years.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use youlin_kernel::{AreaId, Problem, Result};
use youlin_tabular::{SheetOut, csv_lines, write_sheets};
use youlin_web::{
    ApiQuery, App, CSV, Caller, Prefs, Shell, WebResult, XLSX, area_named, areas_named, areas_of,
    page, save_as,
};

use super::lists::{Everything, ListQuery, Problems};
use super::{LISTS, shell, tasks, words};
use crate::permissions::SHARING_READ;

/// Lines of one file.
const MOST: u64 = 200;
/// Characters of a purpose.
const PURPOSE: usize = 200;

struct Sheet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// What one takes, and the question what for.
#[derive(Template)]
#[template(path = "sharing/export.html")]
struct ExportPage {
    s: Shell,
    list: String,
    format: String,
    query: ListQuery,
    /// What the file is narrowed by, in words.
    narrowed: Vec<(String, String)>,
    purpose: String,
    /// What was typed is too short to say anything, or too long.
    refused: bool,
}

impl ExportPage {
    fn fields(&self) -> Vec<(&'static str, String)> {
        self.query.fields()
    }

    fn back(&self) -> String {
        self.query.with(&self.list, "", "")
    }

    fn most(&self) -> usize {
        let _shape_of_templates = self;
        PURPOSE
    }
}

/// `GET /lists/{list}/export/{xlsx|csv}` with what the list is narrowed by: asks what for, then gives the file.
pub(super) async fn file(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path((list, format)): Path<(String, String)>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let known = ["problems", "tasks", "resources"].contains(&list.as_str());
    if !known || !["xlsx", "csv"].contains(&format.as_str()) {
        return Err(Problem::not_found().into());
    }
    let s = shell(&app, &ctx, prefs, LISTS);
    let narrowed = narrowed_by(&s, &query);
    let purpose = query.purpose.trim().to_owned();
    let length = purpose.chars().count();
    if !(2..=PURPOSE).contains(&length) {
        return page(&ExportPage {
            refused: length > 0,
            purpose,
            narrowed,
            list,
            format,
            query,
            s,
        });
    }
    let address = query.with(&list, "", "");
    let sheet = match list.as_str() {
        "problems" => problems(&s, query).await?,
        "tasks" => owed(&s, &query).await?,
        _ => resources(&s, &query).await?,
    };
    let mut definition = vec![
        (s.t("lists-def-list"), s.tt("list", &list)),
        (s.t("lists-def-what"), s.t(&format!("list-{list}-what"))),
    ];
    definition.extend(narrowed);
    definition.extend([
        (s.t("lists-def-lines"), sheet.rows.len().to_string()),
        (s.t("lists-def-when"), ctx.now().local_minute()),
        (s.t("lists-def-who"), ctx.actor().name().to_owned()),
        (s.t("lists-def-why"), purpose),
        (s.t("lists-def-address"), address),
    ]);
    let day = ctx.now().local().date();
    let name = format!("youlin-{list}-{day}.{format}");
    Ok(match format.as_str() {
        "xlsx" => {
            let title = s.tt("list", &list);
            save_as(&name, XLSX, workbook(&s, title, definition, sheet)?)
        }
        _ => {
            let definition = definition.into_iter().map(|(name, said)| vec![name, said]);
            let lines = [Vec::new(), sheet.columns].into_iter().chain(sheet.rows);
            save_as(&name, CSV, csv_lines(definition.chain(lines)))
        }
    })
}

/// What a list is narrowed by, each by its name.
fn narrowed_by(s: &Shell, query: &ListQuery) -> Vec<(String, String)> {
    let area = match query.area {
        Some(area) => Some(area_named(s, AreaId(area))),
        None => {
            let scope = s.ctx().scope(&SHARING_READ).ok();
            scope.map(|scope| areas_named(s, &areas_of(&scope)))
        }
    };
    // What is not a kind of task is a kind of resource, as on the pages.
    let kind = match query.kind.as_str() {
        "" => None,
        kind if tasks::KINDS.contains(&kind) => Some(s.tt("sharing-task", kind)),
        kind => Some(s.tt("resource-kind", kind)),
    };
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    [
        ("lists-def-area", area),
        ("sharing-what-kind", kind),
        // By its key: whose tasks they are stands in every line.
        ("lists-def-party", some(&query.party)),
        ("lists-def-q", some(&query.q)),
        (
            "lists-def-late",
            some(&query.late).map(|_| s.t("lists-def-late-only")),
        ),
    ]
    .into_iter()
    .filter_map(|(key, said)| Some((s.t(key), said?)))
    .collect()
}

fn workbook(
    s: &Shell,
    title: String,
    definition: Vec<(String, String)>,
    sheet: Sheet,
) -> Result<Vec<u8>> {
    let mut lines = definition.into_iter().map(|(name, said)| vec![name, said]);
    let sheets = [
        SheetOut {
            name: s.t("lists-sheet-about"),
            columns: lines.next().unwrap_or_default(),
            rows: lines.collect(),
        },
        SheetOut {
            name: title,
            columns: sheet.columns,
            rows: sheet.rows,
        },
    ];
    write_sheets(&sheets).map_err(Problem::internal)
}

fn heads(s: &Shell, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| s.t(key)).collect()
}

async fn problems(s: &Shell, mut query: ListQuery) -> Result<Sheet> {
    let mut rows = Vec::new();
    // A page at a time, as many as an open list ever has.
    for _ in 0..50 {
        let all = Problems::load(s, &query, MOST).await?;
        for row in &all.rows.items {
            let tasks = all.tasks_of(row).iter().map(|task| task.party_name.clone());
            let loans = all
                .loans_of(row)
                .iter()
                .map(|loan| format!("{}×{}", loan.resource_name, loan.amount));
            let joined = |all: Vec<String>| all.join(&s.t("list-semicolon"));
            rows.push(vec![
                row.number.clone(),
                row.category_name.clone(),
                row.text.clone(),
                row.address.clone(),
                s.tt("status", row.status),
                row.due_at.local_minute(),
                joined(tasks.collect()),
                joined(loans.collect()),
            ]);
        }
        match all.rows.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    let columns = [
        "sharing-number",
        "category",
        "problem",
        "place",
        "status",
        "due",
        "tasks",
        "sharing-used",
    ];
    Ok(Sheet {
        columns: heads(s, &columns),
        rows,
    })
}

async fn owed(s: &Shell, query: &ListQuery) -> Result<Sheet> {
    let rows = tasks::owed(s, query).await?;
    let columns = [
        "task-due",
        "sharing-what-kind",
        "party",
        "task",
        "status",
        "sharing-belongs",
        "place",
    ];
    Ok(Sheet {
        columns: heads(s, &columns),
        rows: rows
            .into_iter()
            .map(|one| {
                vec![
                    one.due.map(|due| due.local_minute()).unwrap_or_default(),
                    s.tt("sharing-task", one.kind),
                    one.who,
                    one.what,
                    one.state,
                    one.of,
                    one.place,
                ]
            })
            .collect(),
    })
}

async fn resources(s: &Shell, query: &ListQuery) -> Result<Sheet> {
    let all = Everything::load(s, query).await?;
    let kind = |kind: &str| s.tt("resource-kind", kind);
    let mut rows: Vec<Vec<String>> = all
        .things
        .iter()
        .map(|row| {
            vec![
                kind(row.kind.as_str()),
                row.name.clone(),
                s.area(&row.area),
                row.address.clone(),
                row.amount.to_string(),
                row.free_now.to_string(),
                s.tt("resource-state", row.state),
            ]
        })
        .collect();
    let mut person = |what: &str, name: &str, area: String, more: String, busy: usize| {
        let busy = s.t1("resource-busy", "n", busy);
        let name = name.to_owned();
        rows.push(vec![
            kind(what),
            name,
            area,
            more,
            String::new(),
            String::new(),
            busy,
        ]);
    };
    for one in &all.helpers {
        let skills = words::skills(s, &one.one.skills);
        person(
            "people",
            &one.one.name_masked,
            String::new(),
            skills,
            one.busy,
        );
    }
    for one in &all.staff {
        let role = s.tt("member", one.one.role.as_str());
        person(
            "people",
            &one.one.name,
            s.area(&one.one.area),
            role,
            one.busy,
        );
    }
    for one in &all.organisations {
        let what = s.tt("organisation", one.one.kind.as_str());
        person(
            "organisation",
            &one.one.name,
            s.area(&one.one.area),
            what,
            one.busy,
        );
    }
    let columns = [
        "sharing-what-kind",
        "sharing-name",
        "sharing-area",
        "sharing-where",
        "sharing-amount",
        "sharing-free-now",
        "status",
    ];
    Ok(Sheet {
        columns: heads(s, &columns),
        rows,
    })
}
