//! `/imports`: a file is given, judged, accepted, and taken in behind a bar that is still there after a reload.

use askama::Template;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::{Access, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, HandedIn, Method, NavItem, NavPlace,
    PathId, Prefs, Routes, Shell, WebResult, mendable, page, read_handed_in, refused_with,
};

use crate::permissions::IMPORTS_GIVE;
use std::collections::BTreeMap;

use crate::commands::UNDONE_WITHIN;
use crate::pages_sheet::{ColumnRow, column_rows};
use crate::queries::{latest, progress, undoable};
use crate::sight::{of_colleagues, seen};
use crate::{
    AcceptImport, AcceptSealer, Choice as Decision, DropImport, FILE_MAX, ImportReport,
    ImportState, ImportView, Imports, Incoming, Refused, StartImport, import_view,
};

/// More refusals than this make no better reading.
const SHOWN: usize = 200;
const LATEST: u64 = 10;
const COLLEAGUES: usize = 20;
/// Fields besides the file.
const SLACK: usize = 64 * 1024;

/// The door of this module.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Settings,
    href: "/imports",
    label: "nav-imports",
    icon: "upload",
    access: Access::Needs(&IMPORTS_GIVE),
    phone: false,
}];

pub(crate) fn routes() -> Routes {
    let give = Access::Needs(&IMPORTS_GIVE);
    let upload = post(start).layer(DefaultBodyLimit::max(FILE_MAX + SLACK));
    Routes::new()
        .get("/imports", give, form)
        .route(Method::Post, "/imports", give, upload)
        .get("/imports/{id}", give, show)
        .get("/imports/{id}/progress", give, bar)
        .post("/imports/{id}/accept", give, accept)
        .post("/imports/{id}/drop", give, give_up)
}

/// A kind the caller may take in.
struct Kind {
    code: &'static str,
    settings: Vec<Choice>,
    /// Takes spreadsheets as people have them.
    sheet: bool,
}

#[derive(Template)]
#[template(path = "imports_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    kinds: Vec<Kind>,
    kind: String,
    setting: String,
    text: String,
    /// Taken in, and can be taken back.
    undoable: Vec<ImportView>,
    latest: Vec<ImportView>,
    /// What colleagues had taken in where the caller may too.
    theirs: Vec<ImportView>,
}

impl FormPage {
    /// The kinds people use, and those that other systems are connected by.
    fn of_people(&self, daily: bool) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(move |kind| kind.sheet == daily)
    }

    fn folded(&self) -> bool {
        self.of_people(true).all(|kind| kind.code != self.kind)
    }

    /// The last day it can be taken back.
    fn until(&self, one: &ImportView) -> String {
        let ended = one.ended_at.unwrap_or(one.created_at);
        self.s.when(&ended.plus(UNDONE_WITHIN))
    }
}

pub(crate) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/imports")
}

/// The kinds the caller has the permission for.
fn kinds(imports: &Imports, s: &Shell) -> Result<Vec<Kind>> {
    let found: Vec<Kind> = imports
        .registers
        .iter()
        .filter(|one| s.ctx().may(one.permission()))
        .map(|one| Kind {
            code: one.kind(),
            sheet: !one.columns().is_empty(),
            settings: one
                .settings()
                .iter()
                .map(|key| Choice::new(*key, s.t(key)))
                .collect(),
        })
        .collect();
    if found.is_empty() {
        return Err(Problem::forbidden());
    }
    Ok(found)
}

async fn form_page(app: &App, s: Shell, sent: Sent, e: FormFaults) -> WebResult<FormPage> {
    let imports = app.need::<Imports>()?;
    let kinds = kinds(&imports, &s)?;
    let latest = latest(app.db(), &*imports.sealer, s.ctx(), LATEST).await?;
    let can_undo: Vec<&str> = imports
        .registers
        .iter()
        .filter(|one| one.undoes())
        .map(|one| one.kind())
        .collect();
    let undoable = undoable(app.db(), &*imports.sealer, s.ctx(), &can_undo).await?;
    let mut theirs = of_colleagues(app.db(), &imports, s.ctx()).await?;
    theirs.truncate(COLLEAGUES);
    let mut latest = latest;
    latest.retain(|one| undoable.iter().all(|other| other.id != one.id));
    let kind = match sent.kind.as_str() {
        // What people bring is a list of residents.
        "" => kinds
            .iter()
            .find(|kind| kind.sheet)
            .or(kinds.first())
            .map_or("", |kind| kind.code)
            .to_owned(),
        kind => kind.to_owned(),
    };
    Ok(FormPage {
        e,
        kinds,
        kind,
        setting: sent.setting,
        text: sent.text,
        undoable,
        latest,
        theirs,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    kind: String,
}

async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let sent = Sent {
        kind: start.kind,
        ..Sent::default()
    };
    page(&form_page(&app, s, sent, FormFaults::none()).await?)
}

/// The form as it came.
#[derive(Debug, Default)]
struct Sent {
    kind: String,
    setting: String,
    text: String,
    file_name: String,
    file: Vec<u8>,
}

impl Sent {
    fn of(mut form: HandedIn) -> Self {
        Self {
            kind: form.take("kind"),
            setting: form.take("setting"),
            text: form.take("text"),
            file_name: form.file_name,
            file: form.file,
        }
    }

    /// What is to be kept: a file wins over what was pasted (an empty file field is sent by every browser). Registers of
    /// spreadsheets take the bytes as they are, the others text.
    fn incoming(&mut self, imports: &Imports) -> Result<Incoming> {
        let file = std::mem::take(&mut self.file);
        let mut incoming = Incoming {
            setting: self.setting.clone(),
            ..Incoming::default()
        };
        let pasted = file.iter().all(u8::is_ascii_whitespace);
        let sheets = imports
            .register(&self.kind)
            .is_ok_and(|register| !register.columns().is_empty());
        match (pasted, sheets) {
            (true, _) => incoming.text.clone_from(&self.text),
            (false, true) => incoming.bytes = file,
            (false, false) => incoming.text = utf8(file)?,
        }
        Ok(incoming)
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let code = match bytes {
            [b'P', b'K', ..] | [0xd0, 0xcf, ..] => "not-csv",
            _ => "not-utf8",
        };
        Problem::invalid("file", code).field_arg("position", error.utf8_error().valid_up_to())
    })
}

async fn start(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    multipart: Multipart,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    kinds(&imports, &shell(&app, &ctx, prefs))?;
    let mut sent = Sent::default();
    let started = async {
        let mut form = HandedIn::default();
        let read = read_handed_in(multipart, FILE_MAX / 1024 / 1024, &mut form).await;
        sent = Sent::of(form);
        read?;
        let command = StartImport {
            file: sent.incoming(&imports)?,
            imports,
            kind: sent.kind.clone(),
            file_name: sent.file_name.clone(),
        };
        app.db().execute(&ctx, command).await
    }
    .await;
    match started {
        Ok(id) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) => {
            let problem = match problem.kind() {
                ProblemKind::Malformed => problem,
                _ => mendable(problem)?,
            };
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = form_page(&app, s, sent, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// A refused row in words.
struct Line {
    line: u32,
    column: String,
    sentence: String,
    place: String,
    /// Of a doubtful row: `take`, `new`.
    choices: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "imports_show.html")]
pub(crate) struct ShowPage {
    s: Shell,
    e: FormFaults,
    v: ImportView,
    /// Goes in whole or not at all.
    whole: bool,
    lines: Vec<Line>,
    more: usize,
    doubts: Vec<Line>,
    more_doubts: usize,
    columns: Vec<ColumnRow>,
    /// It can still be taken back.
    undoable: bool,
    kept: Vec<Line>,
    faults: Vec<String>,
    done: i64,
    total: i64,
    /// The job gave up; it can be planned anew.
    stuck: bool,
}

impl ShowPage {
    fn report(&self) -> ImportReport {
        self.v.report.clone().unwrap_or_default()
    }

    /// Some refusals name a place on the map.
    fn placed(&self) -> bool {
        self.lines.iter().any(|line| !line.place.is_empty())
    }

    /// Taking it in would change something, and may be done.
    fn ready(&self) -> bool {
        let report = self.report();
        self.v.state == ImportState::Ready
            && (report.new + report.changed > 0 || !report.doubtful.is_empty())
            && (!self.whole || report.is_clean())
    }
}

/// What a column is, with its heading in the file.
fn column(s: &Shell, heading: &str) -> String {
    let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
    match i18n.find(locale, &format!("import-col-{heading}"), &[]) {
        Some(name) => s.t2("import-column-of", &("name", name), &("heading", heading)),
        None => heading.to_owned(),
    }
}

fn lines(s: &Shell, refused: &[Refused]) -> Vec<Line> {
    let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
    refused
        .iter()
        .take(SHOWN)
        .map(|one| Line {
            line: one.line,
            column: column(s, &one.column),
            sentence: one.sentence(i18n, locale),
            place: match (one.value("lon"), one.value("lat")) {
                (Some(lon), Some(lat)) => format!("{lon}, {lat}"),
                _ => String::new(),
            },
            choices: one.choices.iter().map(|choice| choice.as_str()).collect(),
        })
        .collect()
}

pub(crate) async fn show_page(app: &App, s: Shell, id: Uuid, e: FormFaults) -> WebResult<ShowPage> {
    let imports = app.need::<Imports>()?;
    let v = seen(app.db(), &imports, s.ctx(), id).await?;
    let register = imports.register(&v.kind).ok();
    let whole = register.is_some_and(|register| register.whole());
    let undoes = register.is_some_and(|register| register.undoes());
    let recent = v
        .ended_at
        .is_some_and(|at| s.ctx().now().0 - at.0 < UNDONE_WITHIN);
    let columns = match (&v.columns, register) {
        (Some(columns), Some(register)) => column_rows(&s, columns, register.columns()),
        _ => Vec::new(),
    };
    let job = progress(app.db(), &v).await?;
    let report = v.report.clone().unwrap_or_default();
    let said = |refused: &[Refused]| match v.own {
        true => lines(&s, refused),
        false => Vec::new(),
    };
    let (refused, doubts) = (said(&report.refused), said(&report.doubtful));
    let faults = v
        .faults
        .iter()
        .map(|fault| {
            let args = fault.args.iter();
            let args: Vec<(&str, String)> = args
                .map(|(name, value)| match name.as_str() {
                    "register" => ("register", s.tt("import-kind", value)),
                    name => (name, value.clone()),
                })
                .collect();
            s.tn(&fault.key, &args)
        })
        .collect();
    Ok(ShowPage {
        undoable: undoes
            && recent
            && v.state == ImportState::Done
            && report.new + report.changed > 0,
        doubts,
        more_doubts: report.doubtful.len().saturating_sub(SHOWN),
        kept: v
            .undone
            .as_ref()
            .map_or_else(Vec::new, |undone| lines(&s, &undone.refused)),
        columns,
        lines: refused,
        more: report.refused.len().saturating_sub(SHOWN),
        done: job.as_ref().map_or(0, |job| job.done),
        // Before the job has begun, the rows that were counted when the file was judged.
        total: job.as_ref().map_or(0, |job| job.total).max(v.rows),
        stuck: v.state.moves() && job.is_some_and(|job| job.state == "failed"),
        faults,
        whole,
        e,
        v,
        s,
    })
}

async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&show_page(&app, s, id, FormFaults::none()).await?)
}

/// For the bar: it follows `next` when the phase has ended.
async fn bar(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Value>> {
    let imports = app.need::<Imports>()?;
    let v = seen(app.db(), &imports, &ctx, id).await?;
    let job = progress(app.db(), &v).await?;
    let failed = job.as_ref().is_some_and(|job| job.state == "failed");
    let state = match v.state {
        state if state.moves() && !failed => "running",
        _ => "done",
    };
    let (done, total) = job.map_or((0, 0), |job| (job.done, job.total.max(v.rows)));
    let next = format!("/imports/{id}");
    Ok(Json(
        json!({"done": done, "total": total, "state": state, "next": next}),
    ))
}

/// What was decided about doubtful rows: a line and its choice, side by side.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decided {
    line: Vec<u32>,
    choice: Vec<String>,
    rest: Option<String>,
}

impl Decided {
    /// A row with several doubts is decided when each of them is; then the one that adds somebody new wins.
    fn choices(&self) -> BTreeMap<u32, Decision> {
        let mut said: BTreeMap<u32, Option<Decision>> = BTreeMap::new();
        for (line, choice) in self.line.iter().zip(&self.choice) {
            let choice = Decision::parse(choice);
            said.entry(*line)
                .and_modify(|held| {
                    *held = match (*held, choice) {
                        (Some(Decision::New), Some(_)) | (Some(_), Some(Decision::New)) => {
                            Some(Decision::New)
                        }
                        (Some(_), Some(_)) => Some(Decision::Take),
                        _ => None,
                    }
                })
                .or_insert(choice);
        }
        said.into_iter()
            .filter_map(|(line, choice)| Some((line, choice?)))
            .collect()
    }
}

async fn accept(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(decided): ApiForm<Decided>,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let v = import_view(app.db(), &*imports.sealer, &ctx, id).await?;
    let register = imports.register(&v.kind)?;
    ctx.scope(register.permission())?;
    let command = AcceptImport {
        id,
        whole: register.whole(),
        sealer: AcceptSealer(std::sync::Arc::clone(&imports.sealer)),
        choices: decided.choices(),
        rest: decided.rest.is_some(),
    };
    after(&app, &ctx, prefs, id, app.db().execute(&ctx, command).await).await
}

async fn give_up(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let dropped = app.db().execute(&ctx, DropImport { id }).await;
    after(&app, &ctx, prefs, id, dropped).await
}

pub(crate) async fn after(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    outcome: Result<()>,
) -> WebResult<Response> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(app, ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = show_page(app, s, id, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
