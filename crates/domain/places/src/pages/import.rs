//! `/admin/areas/import`: a file is judged first, then taken in; what was pasted stays until it is in.

use askama::Template;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};
use youlin_web::{App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::import::{
    self, AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS, ImportReport, read_csv,
};
use crate::{Datum, Locator};

/// What can be taken in, in the order in which it must be.
const KINDS: [&str; 5] = ["areas", "boundaries", "estates", "buildings", "dwellings"];

/// More refusals than this make no better reading.
const SHOWN: usize = 200;

/// The form as it came.
#[derive(Debug, Default)]
struct Sent {
    kind: String,
    datum: String,
    text: String,
    /// Take it in; otherwise only judge it.
    for_real: bool,
}

struct Line {
    line: u32,
    column: String,
    sentence: String,
    place: String,
}

#[derive(Template)]
#[template(path = "places_import.html")]
struct ImportPage {
    s: Shell,
    kinds: [&'static str; 5],
    kind: String,
    datum: String,
    text: String,
    faults: Vec<(String, String)>,
    report: Option<ImportReport>,
    lines: Vec<Line>,
    more: usize,
    /// The file was taken in.
    done: bool,
    /// Taking it in now would change something.
    ready: bool,
}

pub(crate) async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let sent = Sent {
        kind: KINDS[0].to_owned(),
        ..Sent::default()
    };
    render(&app, &ctx, prefs, sent, Ok(None))
}

pub(crate) async fn upload(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    multipart: Multipart,
) -> WebResult<Response> {
    let sent = read(multipart).await?;
    let outcome = run(&app, &ctx, &sent).await;
    match outcome {
        Err(problem) if problem.kind() != ProblemKind::Invalid => Err(problem.into()),
        outcome => render(&app, &ctx, prefs, sent, outcome.map(Some)),
    }
}

async fn read(mut multipart: Multipart) -> Result<Sent> {
    let mut sent = Sent::default();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?;
        let text = String::from_utf8(bytes.into()).map_err(|error| {
            let position = error.utf8_error().valid_up_to();
            Problem::new(ProblemKind::Malformed, "not-utf8").arg("position", position)
        })?;
        match name.as_str() {
            "kind" => sent.kind = text,
            "datum" => sent.datum = text,
            "action" => sent.for_real = text == "import",
            // A file wins over the text field; an empty file field is sent by every browser.
            "file" if !text.trim().is_empty() => sent.text = text,
            "text" if sent.text.is_empty() => sent.text = text,
            _ => {}
        }
    }
    Ok(sent)
}

fn unreadable(error: MultipartError) -> Problem {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file-too-large").arg("megabytes", 32),
        _ => Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error),
    }
}

async fn run(app: &App, ctx: &Ctx, sent: &Sent) -> Result<ImportReport> {
    if sent.text.trim().is_empty() {
        return Err(Problem::invalid("text", "required"));
    }
    let (db, locator, dry_run) = (app.db(), app.need::<Locator>()?, !sent.for_real);
    match sent.kind.as_str() {
        "areas" => {
            let rows = read_csv(&sent.text, AREA_COLUMNS)?;
            import::areas(db, ctx, &locator, rows, dry_run).await
        }
        "boundaries" => {
            let datum = match sent.datum.as_str() {
                "gcj02" => Datum::Gcj02,
                _ => Datum::Wgs84,
            };
            import::boundaries(db, ctx, &locator, sent.text.clone(), datum, dry_run).await
        }
        "estates" => {
            let rows = read_csv(&sent.text, ESTATE_COLUMNS)?;
            import::estates(db, ctx, &locator, rows, dry_run).await
        }
        "buildings" => {
            let rows = read_csv(&sent.text, BUILDING_COLUMNS)?;
            import::buildings(db, ctx, &locator, rows, dry_run).await
        }
        "dwellings" => {
            let rows = read_csv(&sent.text, DWELLING_COLUMNS)?;
            import::dwellings(db, ctx, &locator, rows, dry_run).await
        }
        _ => Err(Problem::invalid("kind", "unknown-value")),
    }
}

fn render(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    sent: Sent,
    outcome: Result<Option<ImportReport>>,
) -> WebResult<Response> {
    let (i18n, locale) = (app.i18n(), ctx.locale());
    let (report, faults) = match outcome {
        Ok(report) => (report, Vec::new()),
        Err(problem) => {
            let fields = problem.fields().iter();
            let faults = fields
                .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
                .collect();
            (None, faults)
        }
    };
    // Boundaries go in whole or not at all; of tables the sound rows do.
    let whole = sent.kind == "boundaries";
    let stands = |report: &ImportReport| report.is_clean() || !whole;
    let done = sent.for_real && report.as_ref().is_some_and(stands);
    let ready = !sent.for_real
        && report
            .as_ref()
            .is_some_and(|report| stands(report) && report.new + report.changed > 0);
    let refused = report.as_ref().map_or(&[][..], |report| &report.refused);
    let lines = refused
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
        .collect();
    let status = if !faults.is_empty() || (sent.for_real && !done) {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let body = ImportPage {
        s: Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/areas"),
        kinds: KINDS,
        kind: sent.kind,
        datum: sent.datum,
        text: if done { String::new() } else { sent.text },
        faults,
        lines,
        more: refused.len().saturating_sub(SHOWN),
        report,
        done,
        ready,
    };
    Ok((status, page(&body)?).into_response())
}
