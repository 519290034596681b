//! The three lists as files. People stand in them as masked as on the page.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use youlin_kernel::{Problem, Result};
use youlin_tabular::{Column, write_workbook};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult};

use super::lists::{Everything, ListQuery, Problems};
use super::{LISTS, shell, tasks, words};

/// Lines of one file.
const MOST: u64 = 200;

struct Sheet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// `GET /lists/{list}/export/{xlsx|csv}` with what the list is narrowed by.
pub(super) async fn file(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path((list, format)): Path<(String, String)>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let sheet = match list.as_str() {
        "problems" => problems(&s, query).await?,
        "tasks" => owed(&s, &query).await?,
        "resources" => resources(&s, &query).await?,
        _ => return Err(Problem::not_found().into()),
    };
    let title = s.tt("list", &list);
    let (kind, body) = match format.as_str() {
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook(&title, sheet)?,
        ),
        "csv" => ("text/csv; charset=utf-8", csv(&sheet)),
        _ => return Err(Problem::not_found().into()),
    };
    let day = ctx.now().local().date();
    let name = format!("attachment; filename=\"youlin-{list}-{day}.{format}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

fn workbook(title: &str, sheet: Sheet) -> Result<Vec<u8>> {
    let columns: Vec<Column> = sheet
        .columns
        .into_iter()
        .map(|name| Column {
            name,
            width: 22,
            marked: false,
        })
        .collect();
    write_workbook(title, &columns, sheet.rows).map_err(Problem::internal)
}

/// UTF-8 with a mark that spreadsheets recognise; nothing in it is a formula.
fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for row in std::iter::once(&sheet.columns).chain(&sheet.rows) {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
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

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_leaves_as_a_formula() {
        for text in ["=1+1", "+1", "-1", "@sum", "\t=1"] {
            assert!(quoted(text).trim_matches('"').starts_with('\''), "{text}");
        }
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
