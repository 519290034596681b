//! `/insight/forms`: the forms others ask for, what each requester costs, and one form mapped, filled, asked for.

use askama::Template;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::{Datasets, Question};
use youlin_kernel::{Access, AreaId, Ctx, Problem, Result};
use youlin_tabular::Limits;
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, Method, PathId, Prefs, Routes, Shell,
    WebResult, mendable, page, refused_with,
};

use super::{area_choices, read_address, shell};
use crate::forms::{
    self, Blank, Column, Every, FormLine, FormView, Ledger, MapForm, Mapping, NoteFill, Rows,
    SaveForm, Source, unheld,
};
use crate::permissions::INSIGHT_FORMS;
use crate::queries;

/// A blank form is small.
const FILE_MAX: usize = 2 * 1024 * 1024;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn routes() -> Routes {
    let keep = Access::Needs(&INSIGHT_FORMS);
    let create = post(create).layer(DefaultBodyLimit::max(FILE_MAX + 64 * 1024));
    Routes::new()
        .get("/insight/forms", keep, list)
        .route(Method::Post, "/insight/forms", keep, create)
        .get("/insight/forms/{id}", keep, show)
        .post("/insight/forms/{id}/map", keep, map)
        .post("/insight/forms/{id}/fill", keep, fill)
        .post("/insight/forms/{id}/ask", keep, ask)
}

#[derive(Clone, Debug, Default)]
struct Typed {
    number: String,
    name: String,
    requester: String,
    every: String,
    area: String,
    rows: String,
    file_name: String,
    bytes: Vec<u8>,
}

#[derive(Template)]
#[template(path = "insight/forms/list.html")]
struct ListPage {
    s: Shell,
    e: FormFaults,
    f: Typed,
    areas: Vec<Choice>,
    every: Vec<Choice>,
    rows: Vec<Choice>,
    forms: Vec<FormLine>,
    ledger: Vec<Ledger>,
}

async fn list(State(app): State<App>, Caller(ctx): Caller, prefs: Prefs) -> WebResult<Response> {
    let f = Typed {
        every: Every::Quarter.as_str().to_owned(),
        ..Typed::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&list_page(s, f, FormFaults::none()).await?)
}

async fn list_page(s: Shell, f: Typed, e: FormFaults) -> Result<ListPage> {
    let (db, ctx) = (s.app().db(), s.ctx());
    let mut areas = area_choices(&s);
    areas.retain(|one| !one.value.is_empty());
    let every = Every::ALL.iter();
    Ok(ListPage {
        areas,
        every: every
            .map(|one| Choice::new(one.as_str(), s.tt("form-every", one.as_str())))
            .collect(),
        rows: row_choices(&s),
        forms: forms::forms(db, ctx).await?,
        ledger: forms::ledger(db, ctx).await?,
        f,
        e,
        s,
    })
}

/// What a line of a form may be.
fn row_choices(s: &Shell) -> Vec<Choice> {
    vec![
        Choice::new("d=persons", s.t("form-rows-persons")),
        Choice::new("areas:5", s.t("form-rows-grids")),
        Choice::new("areas:6", s.t("form-rows-neighbourhoods")),
    ]
}

fn rows_of(code: &str) -> Rows {
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
    }
}

/// `POST /insight/forms`: a blank workbook, mapped as far as its names say.
async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    multipart: Multipart,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut f = Typed::default();
    let saved = async {
        read(multipart, &mut f).await?;
        let command = draft(&s, &f).await?;
        app.db().execute(&ctx, command).await
    }
    .await;
    match saved {
        Ok(id) => Ok(to(&format!("/insight/forms/{id}?done=new"))),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&list_page(s, f, e).await?)?))
        }
    }
}

async fn draft(s: &Shell, f: &Typed) -> Result<SaveForm> {
    let (app, ctx) = (s.app(), s.ctx());
    if f.bytes.is_empty() {
        return Err(Problem::invalid("file", "required"));
    }
    let unreadable = |fault: youlin_tabular::TableFault| Problem::invalid("file", fault.code());
    let book = youlin_tabular::read(&f.bytes, &Limits::default()).map_err(unreadable)?;
    let found = book
        .sheets
        .iter()
        .enumerate()
        .find_map(|(at, sheet)| Some((at, youlin_tabular::form_layout(sheet)?)));
    let (sheet, layout) = found.ok_or_else(|| Problem::invalid("file", "form-no-columns"))?;
    let rows = rows_of(&f.rows);
    let datasets = app.need::<Datasets>()?;
    let fields = forms::fields(&datasets, s);
    let known = forms::mappings(app.db(), ctx).await?;
    let learned = forms::learned(known.iter());
    let columns = layout.columns.iter().map(|one| Column {
        column: one.column,
        source: forms::suggest(&one.name, &rows, &fields, &learned),
        name: one.name.clone(),
    });
    let columns = columns.collect();
    let name = match f.name.trim() {
        "" => layout.title.clone(),
        name => name.to_owned(),
    };
    Ok(SaveForm {
        number: f.number.clone(),
        name,
        requester: f.requester.clone(),
        every: Every::parse(&f.every).unwrap_or(Every::Once),
        area: f
            .area
            .parse()
            .map(AreaId)
            .map_err(|_nan| Problem::invalid("area", "query-area"))?,
        file_name: f.file_name.clone(),
        workbook: f.bytes.clone(),
        blank: Blank { sheet, layout },
        mapping: Mapping { rows, columns },
    })
}

async fn read(mut multipart: Multipart, f: &mut Typed) -> Result<()> {
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            f.file_name = field.file_name().unwrap_or_default().to_owned();
            f.bytes = field.bytes().await.map_err(unreadable)?.to_vec();
            continue;
        }
        let text = field.text().await.map_err(unreadable)?;
        match name.as_str() {
            "number" => f.number = text,
            "name" => f.name = text,
            "requester" => f.requester = text,
            "every" => f.every = text,
            "area" => f.area = text,
            "rows" => f.rows = text,
            _ => {}
        }
    }
    Ok(())
}

fn unreadable(error: MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::invalid("file", "form-file-large").field_arg("max", FILE_MAX / 1024 / 1024)
    } else {
        Problem::new(youlin_kernel::ProblemKind::Malformed, "body-unreadable")
    }
}

/// A column as its line on the page shows it.
struct ColumnLine {
    name: String,
    code: String,
    constant: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "insight/forms/form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    form: FormView,
    rows: Vec<Choice>,
    rows_now: String,
    columns: Vec<ColumnLine>,
    unheld: Vec<String>,
    purpose: String,
    done: String,
}

impl FormPage {
    fn is_people(&self) -> bool {
        matches!(self.form.mapping.rows, Rows::Records(_))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
    open: String,
}

async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let words = match done.done.as_str() {
        "new" => s.t("form-entered"),
        "map" => s.t("form-mapped"),
        "ask" => s.t1("form-asked", "count", &done.open),
        _ => String::new(),
    };
    let form = forms::form(app.db(), &ctx, id).await?;
    page(&form_page(s, form, FormFaults::none(), String::new(), words).await?)
}

async fn form_page(
    s: Shell,
    form: FormView,
    e: FormFaults,
    purpose: String,
    done: String,
) -> Result<FormPage> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let datasets = app.need::<Datasets>()?;
    let views = queries::views(app.db(), &ctx).await?;
    let choices = forms::choices(&s, &datasets, &form.mapping.rows, &views);
    let columns = form.mapping.columns.iter().map(|column| {
        let code = column.source.code();
        let mut choices = choices.clone();
        // A question that is no longer offered stays what it is.
        if choices.iter().all(|one| one.value != code) {
            choices.push(Choice::new(code.clone(), code.clone()));
        }
        ColumnLine {
            name: column.name.clone(),
            constant: match &column.source {
                Source::Constant(text) => text.clone(),
                _ => String::new(),
            },
            code,
            choices,
        }
    });
    let rows_now = rows_code(&form.mapping.rows);
    let mut rows = row_choices(&s);
    for view in views
        .iter()
        .filter(|view| read_address(&view.address).is_ok_and(|question| question.d == "persons"))
    {
        let name = s.t1("form-rows-view", "title", &view.title);
        rows.push(Choice::new(view.address.clone(), name));
    }
    if rows.iter().all(|one| one.value != rows_now) {
        rows.push(Choice::new(rows_now.clone(), rows_now.clone()));
    }
    Ok(FormPage {
        columns: columns.collect(),
        unheld: unheld(&form.mapping).map(|one| one.name.clone()).collect(),
        rows,
        rows_now,
        purpose,
        done,
        form,
        e,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MapSent {
    version: i32,
    rows: String,
    source: Vec<String>,
    constant: Vec<String>,
}

async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<MapSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::form(app.db(), &ctx, id).await?;
    match mapped(&s, &form, &sent).await {
        Ok(()) => Ok(to(&format!("/insight/forms/{id}?done=map"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}

async fn mapped(s: &Shell, form: &FormView, sent: &MapSent) -> Result<()> {
    let (app, ctx) = (s.app(), s.ctx());
    let rows = rows_of(&sent.rows);
    if let Rows::Records(address) = &rows {
        read_address(address)?.query(&*app.need::<Datasets>()?)?;
    }
    let same_kind = std::mem::discriminant(&rows) == std::mem::discriminant(&form.mapping.rows);
    let datasets = app.need::<Datasets>()?;
    let fields = forms::fields(&datasets, s);
    let mut columns = Vec::with_capacity(form.mapping.columns.len());
    for (at, column) in form.mapping.columns.iter().enumerate() {
        let code = sent.source.get(at).map_or("", String::as_str);
        let constant = sent.constant.get(at).map_or("", String::as_str);
        let source = if same_kind {
            Source::read(code, constant)
                .ok_or_else(|| Problem::invalid("source", "unknown-value"))?
        } else {
            // Lines of another kind have other sources: the names say what they may be.
            forms::suggest(
                &column.name,
                &rows,
                &fields,
                &std::collections::HashMap::new(),
            )
        };
        columns.push(Column {
            source,
            ..column.clone()
        });
    }
    let command = MapForm {
        community: form.community,
        form: form.line.id,
        version: sent.version,
        mapping: Mapping { rows, columns },
    };
    app.db().execute(ctx, command).await
}

async fn refused(
    s: Shell,
    form: FormView,
    problem: Problem,
    purpose: String,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let e = FormFaults::of(&s, &problem);
    let body = form_page(s, form, e, purpose, String::new()).await?;
    Ok(refused_with(&problem, page(&body)?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FillSent {
    purpose: String,
}

/// `POST /insight/forms/{id}/fill`: the workbook, filled; noted in the ledger and with everybody who is in it.
async fn fill(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<FillSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::form(app.db(), &ctx, id).await?;
    let purpose = match sent.purpose.trim() {
        "" => s.tn(
            "form-purpose",
            &[
                ("requester", form.line.requester.clone()),
                ("name", form.line.name.clone()),
            ],
        ),
        said => said.to_owned(),
    };
    let filled = async {
        let filled = forms::fill(&app, &ctx, &form, &purpose).await?;
        let note = NoteFill {
            community: form.community,
            form: id,
            period: period(&ctx, form.line.every),
            purpose: purpose.clone(),
            lines: filled.lines,
            held: filled.held,
            missing: filled.missing,
            asked: 0,
        };
        app.db().execute(&ctx, note).await?;
        Ok(filled)
    }
    .await;
    match filled {
        Ok(filled) => Ok(workbook(&form.file_name, filled.workbook)),
        Err(problem) => refused(s, form, problem, purpose).await,
    }
}

/// `POST /insight/forms/{id}/ask`: what nobody holds is asked of the people of the form the next time they are seen.
async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::form(app.db(), &ctx, id).await?;
    match asked(&app, &ctx, &s, &form).await {
        Ok(open) => Ok(to(&format!("/insight/forms/{id}?done=ask&open={open}"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}

async fn asked(app: &App, ctx: &Ctx, s: &Shell, form: &FormView) -> Result<usize> {
    let datasets = app.need::<Datasets>()?;
    let Rows::Records(address) = &form.mapping.rows else {
        return Err(Problem::invalid("rows", "form-no-people"));
    };
    let question = crate::Composed {
        area: form.line.area.to_string(),
        ..read_address(address)?.question()
    };
    let set = datasets.ask(ctx, question.query(&datasets)?).await?;
    let found = set.evidence(Vec::new(), false).await?;
    let records: Vec<_> = found
        .iter()
        .map(|one| {
            let community = youlin_kernel::CommunityId(one.community);
            (community, Uuid::from_u128(one.id))
        })
        .collect();
    let questions: Vec<Question> = unheld(&form.mapping)
        .map(|column| Question {
            key: column.key(),
            text: column.name.clone(),
        })
        .collect();
    if questions.is_empty() || records.is_empty() {
        return Err(Problem::invalid("rows", "form-nothing-to-ask"));
    }
    let open = set
        .dataset
        .ask_next_time(app.db(), ctx, form.line.id, &questions, &records)
        .await?;
    let note = NoteFill {
        community: form.community,
        form: form.line.id,
        period: period(ctx, form.line.every),
        purpose: s.t("form-asked-purpose"),
        lines: 0,
        held: 0,
        missing: 0,
        asked: open,
    };
    app.db().execute(ctx, note).await?;
    Ok(open)
}

/// The period a filling is for, by how often the form comes: 2026, 2026Q4, 2026-11.
fn period(ctx: &Ctx, every: Every) -> String {
    let day = ctx.now().local().date();
    let (year, month) = (day.year(), day.month());
    match every {
        Every::Year => year.to_string(),
        Every::HalfYear => format!("{year}H{}", (month + 5) / 6),
        Every::Quarter => format!("{year}Q{}", (month + 2) / 3),
        Every::Month => format!("{year}-{month:02}"),
        Every::Once => day.to_string(),
    }
}

fn workbook(file_name: &str, bytes: Vec<u8>) -> Response {
    let plain: String = file_name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = serde_html_form::to_string([("f", file_name)]).unwrap_or_default();
    let encoded = encoded.trim_start_matches("f=").replace('+', "%20");
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(XLSX));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
