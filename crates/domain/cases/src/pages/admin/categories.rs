//! 事件类别: the list, and one category's form. Each save is a new revision; filed cases keep theirs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Problem};
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, refused_with};

use super::category_form::{CategoryFields, evidence_word, unit_word};
use crate::SaveCategory;
use crate::catalogue::Category;
use crate::pages::street::faults::{Faults, shown};
use crate::pages::street::upload;
use crate::service::Cases;

/// One line of the list.
struct Row {
    category: Arc<Category>,
    active: bool,
}

impl Row {
    fn limit(&self) -> (u32, &'static str) {
        (
            self.category.limit.amount,
            unit_word(self.category.limit.unit),
        )
    }

    fn accept(&self) -> (u32, &'static str) {
        (
            self.category.accept_limit.amount,
            unit_word(self.category.accept_limit.unit),
        )
    }

    fn evidence(&self) -> &'static str {
        evidence_word(self.category.evidence)
    }
}

/// Filters of the list, in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    class: String,
    q: String,
    retired: String,
    saved: String,
}

#[derive(Template)]
#[template(path = "cases_admin_categories.html")]
struct ListPage {
    s: Shell,
    f: Filter,
    rows: Vec<Row>,
    total: usize,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/categories")
}

/// `GET /admin/categories?class=&q=&retired=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<Filter>,
) -> WebResult<Response> {
    let catalogue = app.need::<Cases>()?.catalogue();
    let fits = |category: &Category| {
        let q = f.q.trim().to_lowercase();
        let said = |text: &str| text.to_lowercase().contains(&q);
        let word = q.is_empty()
            || said(&category.name)
            || said(&category.name_en)
            || said(&category.code)
            || said(&category.group)
            || category.keywords.iter().any(|keyword| said(keyword));
        word && (f.class.is_empty() || category.class.as_str() == f.class)
    };
    let row = |category: &Arc<Category>, active| Row {
        category: Arc::clone(category),
        active,
    };
    let mut rows: Vec<Row> = catalogue
        .iter()
        .filter(|one| fits(one))
        .map(|one| row(one, true))
        .collect();
    if !f.retired.is_empty() {
        rows.extend(
            catalogue
                .retired()
                .filter(|one| fits(one))
                .map(|one| row(one, false)),
        );
    }
    let total = catalogue.iter().count();
    page(&ListPage {
        s: shell(&app, &ctx, prefs),
        f,
        rows,
        total,
    })
}

#[derive(Template)]
#[template(path = "cases_admin_category.html")]
struct EditPage {
    s: Shell,
    f: CategoryFields,
    faults: Faults,
    fresh: bool,
    /// Somebody saved a newer revision: what is theirs and what is typed here.
    conflict: Option<Conflict>,
}

struct Conflict {
    revision: i32,
    lines: Vec<(&'static str, String, String)>,
}

impl EditPage {
    const CLASSES: [&'static str; 3] = ["event", "part", "service"];
    const UNITS: [&'static str; 4] = ["working_hours", "working_days", "hours", "days"];
    const EVIDENCE: [&'static str; 3] = ["none", "optional", "required"];
    const KINDS: [&'static str; 6] = [
        "string",
        "text",
        "number",
        "datetime",
        "singlevaluelist",
        "multivaluelist",
    ];
}

impl EditPage {
    /// Id of the n-th question.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn anchor(&self, n: impl std::fmt::Display) -> String {
        format!("q{n}")
    }
}

/// `GET /admin/categories/new`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    page(&EditPage {
        s: shell(&app, &ctx, prefs),
        f: CategoryFields::fresh(),
        faults: Faults::none(),
        fresh: true,
        conflict: None,
    })
}

/// `GET /admin/categories/{code}`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(code): Path<String>,
) -> WebResult<Response> {
    let catalogue = app.need::<Cases>()?.catalogue();
    let category = catalogue.any(&code).ok_or_else(Problem::not_found)?;
    page(&EditPage {
        s: shell(&app, &ctx, prefs),
        f: CategoryFields::of(category, catalogue.get(&code).is_some()),
        faults: Faults::none(),
        fresh: false,
        conflict: None,
    })
}

/// `POST /admin/categories`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let mut f = CategoryFields::read(&upload::read(&app, request).await?);
    let saved = match f.category() {
        Ok(category) => {
            let command = SaveCategory {
                category,
                active: f.active,
                seen: f.seen.parse().ok(),
            };
            app.db().execute(&ctx, command).await
        }
        Err(problem) => Err(problem),
    };
    let problem = match saved {
        Ok(_revision) => {
            cases.reload().await?;
            let to = format!("/admin/categories?saved={}", f.code);
            return Ok(Redirect::to(&to).into_response());
        }
        Err(problem) => shown(problem)?,
    };
    let fresh = f.seen.is_empty();
    let conflict = (problem.code() == "stale")
        .then(|| conflict(&cases, &mut f))
        .flatten();
    let faults = Faults::of(&s, &problem);
    let fresh = fresh && conflict.is_none();
    Ok(refused_with(
        &problem,
        page(&EditPage {
            s,
            f,
            faults,
            fresh,
            conflict,
        })?,
    ))
}

/// What was saved meanwhile; saving the form again puts this form's words on top of it.
fn conflict(cases: &Cases, f: &mut CategoryFields) -> Option<Conflict> {
    let catalogue = cases.catalogue();
    let newest = catalogue.any(&f.code)?;
    let theirs = CategoryFields::of(newest, catalogue.get(&f.code).is_some());
    f.seen.clone_from(&theirs.seen);
    Some(Conflict {
        revision: newest.revision,
        lines: theirs.differences(f),
    })
}
