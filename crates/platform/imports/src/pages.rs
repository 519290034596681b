//! `/imports`: a file is given, judged, accepted, and taken in behind a bar that is still there after a reload.

use askama::Template;
use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::{Access, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, Method, NavItem, NavPlace, PathId, Prefs, Routes,
    Shell, WebResult, mendable, page, refused_with,
};

use crate::permissions::IMPORTS_GIVE;
use crate::queries::{latest, progress};
use crate::{
    AcceptImport, AcceptSealer, DropImport, FILE_MAX, ImportReport, ImportState, ImportView,
    Imports, Incoming, StartImport, import_view,
};

/// More refusals than this make no better reading.
const SHOWN: usize = 200;
const LATEST: u64 = 10;
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
    latest: Vec<ImportView>,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
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
    let kind = match sent.kind.as_str() {
        "" => kinds.first().map_or("", |kind| kind.code).to_owned(),
        kind => kind.to_owned(),
    };
    Ok(FormPage {
        e,
        kinds,
        kind,
        setting: sent.setting,
        text: sent.text,
        latest,
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
    file: String,
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
        read(multipart, &mut sent).await?;
        // A file wins over what was pasted; an empty file field is sent by every browser.
        let text = if sent.file.trim().is_empty() {
            sent.text.clone()
        } else {
            std::mem::take(&mut sent.file)
        };
        let command = StartImport {
            imports,
            kind: sent.kind.clone(),
            file_name: sent.file_name.clone(),
            file: Incoming {
                text,
                setting: sent.setting.clone(),
                ..Incoming::default()
            },
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

async fn read(mut multipart: Multipart, sent: &mut Sent) -> Result<()> {
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?;
        let text = String::from_utf8(bytes.into()).map_err(|error| {
            let position = error.utf8_error().valid_up_to();
            Problem::invalid("file", "not-utf8").field_arg("position", position)
        });
        match name.as_str() {
            "kind" => sent.kind = text?,
            "setting" => sent.setting = text?,
            "text" => sent.text = text?,
            "file" => {
                sent.file = text?;
                sent.file_name = file_name;
            }
            _ => {}
        }
    }
    Ok(())
}

fn unreadable(error: MultipartError) -> Problem {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file-too-large").arg("megabytes", 32),
        _ => Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error),
    }
}

/// A refused row in words.
struct Line {
    line: u32,
    column: String,
    sentence: String,
    place: String,
}

#[derive(Template)]
#[template(path = "imports_show.html")]
struct ShowPage {
    s: Shell,
    e: FormFaults,
    v: ImportView,
    /// Goes in whole or not at all.
    whole: bool,
    lines: Vec<Line>,
    more: usize,
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
            && report.new + report.changed > 0
            && (!self.whole || report.is_clean())
    }
}

fn lines(s: &Shell, report: &ImportReport) -> Vec<Line> {
    let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
    report
        .refused
        .iter()
        .take(SHOWN)
        .map(|one| Line {
            line: one.line,
            column: one.column.clone(),
            sentence: one.sentence(i18n, locale),
            place: match (one.value("lon"), one.value("lat")) {
                (Some(lon), Some(lat)) => format!("{lon}, {lat}"),
                _ => String::new(),
            },
        })
        .collect()
}

async fn show_page(app: &App, s: Shell, id: Uuid, e: FormFaults) -> WebResult<ShowPage> {
    let imports = app.need::<Imports>()?;
    let v = import_view(app.db(), &*imports.sealer, s.ctx(), id).await?;
    let whole = imports
        .register(&v.kind)
        .is_ok_and(|register| register.whole());
    let job = progress(app.db(), id, v.state).await?;
    let report = v.report.clone().unwrap_or_default();
    let faults = v
        .faults
        .iter()
        .map(|fault| {
            let args = fault.args.iter();
            let args: Vec<(&str, String)> = args
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            s.tn(&fault.key, &args)
        })
        .collect();
    Ok(ShowPage {
        lines: lines(&s, &report),
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
    let v = import_view(app.db(), &*imports.sealer, &ctx, id).await?;
    let job = progress(app.db(), id, v.state).await?;
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

async fn accept(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let v = import_view(app.db(), &*imports.sealer, &ctx, id).await?;
    let register = imports.register(&v.kind)?;
    ctx.scope(register.permission())?;
    let command = AcceptImport {
        id,
        whole: register.whole(),
        sealer: AcceptSealer(std::sync::Arc::clone(&imports.sealer)),
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

async fn after(
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
