//! `/insight/forms`: the forms others ask for, what each requester costs, and one form mapped, filled, asked for.

mod ask;
mod closing;
mod fill;
mod form;
mod ledger;
mod list;
mod typed;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use youlin_kernel::{Access, Problem};
use youlin_web::{
    Choice, FormFaults, Method, Routes, Shell, WebResult, mendable, page, refused_with,
};

use crate::forms::{FormView, Kinds, Rows};
use crate::permissions::INSIGHT_FORMS;

/// A blank form is small.
const FILE_MAX: usize = 2 * 1024 * 1024;
/// The workbook comes back as text when something is asked about it before it is taken.
const AGAIN: usize = FILE_MAX / 3 * 4;

pub(super) fn routes() -> Routes {
    let keep = Access::Needs(&INSIGHT_FORMS);
    let upload = || DefaultBodyLimit::max(FILE_MAX + 64 * 1024);
    let create = post(list::create).layer(DefaultBodyLimit::max(FILE_MAX + AGAIN));
    let replace = post(form::replace).layer(upload());
    Routes::new()
        .get("/insight/forms", keep, list::list)
        .route(Method::Post, "/insight/forms", keep, create)
        .get("/insight/forms/ledger", keep, ledger::show)
        .get("/insight/forms/{id}", keep, form::show)
        .post("/insight/forms/{id}/map", keep, form::map)
        .route(Method::Post, "/insight/forms/{id}/blank", keep, replace)
        .post("/insight/forms/{id}/fill", keep, fill::fill)
        .post("/insight/forms/{id}/release", keep, fill::ask_release)
        .post("/insight/forms/{id}/ask", keep, ask::ask)
        .post("/insight/forms/{id}/ask/withdraw", keep, ask::withdraw)
        .post("/insight/forms/{id}/typed", keep, typed::send)
        .post("/insight/forms/{id}/close", keep, closing::close)
        .post("/insight/forms/{id}/reopen", keep, closing::reopen)
        .post("/insight/forms/rows", keep, closing::rows)
}

/// The form's own area, once.
const AREA: &str = "area";

/// What a line of a form may be.
fn row_choices(s: &Shell, kinds: &Kinds) -> Vec<Choice> {
    let records = kinds.iter().filter_map(|(rows, _)| {
        let name = kind_name(s, &rows.dataset()?);
        Some(Choice::new(rows_code(rows), name))
    });
    let mut all: Vec<Choice> = records.collect();
    all.extend([
        Choice::new("areas:5", s.t("form-rows-grids")),
        Choice::new("areas:6", s.t("form-rows-neighbourhoods")),
        Choice::new(AREA, s.t("form-rows-area")),
    ]);
    all
}

/// 一行一个居民
fn kind_name(s: &Shell, dataset: &str) -> String {
    s.tt("form-rows", dataset)
}

fn rows_of(code: &str) -> Rows {
    if code == AREA {
        return Rows::Area;
    }
    match code
        .strip_prefix("areas:")
        .and_then(|level| level.parse().ok())
    {
        Some(level) => Rows::Areas(level),
        None if code.is_empty() => Rows::default(),
        None => Rows::Records(code.to_owned()),
    }
}

fn rows_code(rows: &Rows) -> String {
    match rows {
        Rows::Records(address) => address.clone(),
        Rows::Areas(level) => format!("areas:{level}"),
        Rows::Area => AREA.to_owned(),
    }
}

/// See [`crate::words::period_words`].
pub(super) fn period_words(s: &Shell, period: &str) -> String {
    crate::words::period_words(s.app().i18n(), s.ctx().locale(), period)
}

/// The page of a form again, with what is wrong.
async fn refused(
    s: Shell,
    form: FormView,
    problem: Problem,
    purpose: String,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let e = FormFaults::of(&s, &problem);
    let body = form::form_page(s, form, e, purpose, String::new()).await?;
    Ok(refused_with(&problem, page(&body)?))
}

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
