//! An import's page: what was found, what is asked, the bar, the end.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_database::JobStatus;
use youlin_kernel::Ctx;
use youlin_web::{ApiForm, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, page};

use super::doubts::{Decided, Sort, sorts};
use super::sheet::{AskedRow, ColumnRow, OtherKinds, asked_rows, column_rows, other_kinds};
use super::{after, shell};
use crate::commands::UNDONE_WITHIN;
use crate::queries::progress;
use crate::sight::seen;
use crate::tabs::{in_words, row_of, spelled};
use crate::{
    AcceptImport, AcceptSealer, Columns, DropImport, ImportReport, ImportState, ImportView,
    Imports, Outcome, Refused, Tab, Touched, import_view,
};

/// More refusals than this make no better reading.
const SHOWN: usize = 200;

/// A refused row in words.
struct Line {
    line: u32,
    /// Where it is, with its sheet where several were read.
    row: String,
    column: String,
    called: String,
    sentence: String,
    place: String,
}

/// A row that is new or changes something.
struct TouchedLine {
    row: String,
    called: String,
    what: String,
}

/// The rows of one outcome, as far as they are named.
struct Named {
    outcome: &'static str,
    count: u32,
    lines: Vec<TouchedLine>,
}

impl Named {
    fn more(&self) -> usize {
        (self.count as usize).saturating_sub(self.lines.len())
    }
}

#[derive(Template)]
#[template(path = "imports_show.html")]
pub(super) struct ShowPage {
    s: Shell,
    e: FormFaults,
    v: ImportView,
    /// Goes in whole or not at all.
    whole: bool,
    lines: Vec<Line>,
    more: usize,
    /// What was left out of rows that are taken in.
    noted: Vec<Line>,
    doubts: Vec<Sort>,
    /// What is new and what changes, where the register says which rows those are.
    named: Vec<Named>,
    columns: Vec<ColumnRow>,
    /// What may be said once for all rows.
    asks: Vec<AskedRow>,
    kinds: OtherKinds,
    /// It can still be taken back.
    undoable: bool,
    kept: Vec<Line>,
    faults: Vec<String>,
    /// What the job does at the moment.
    doing: String,
    done: i64,
    /// 0: not counted yet, so there is nothing to draw a bar of.
    total: i64,
    /// The job gave up; it can be planned anew.
    stuck: bool,
}

impl ShowPage {
    fn report(&self) -> ImportReport {
        self.v.report.clone().unwrap_or_default()
    }

    /// What the doubtful rows are: something to decide, or what was left out.
    fn doubts_title(&self) -> String {
        match self.v.state {
            ImportState::Ready => self.s.t("import-doubts"),
            _ => self.s.t("import-doubts-left"),
        }
    }

    /// Sheets with rows that are not read, which may still be chosen.
    fn left_out(&self) -> Vec<&Tab> {
        let open = [ImportState::Matching, ImportState::Ready].contains(&self.v.state);
        let columns = self.v.columns.as_ref().filter(|_| open);
        columns.map_or_else(Vec::new, Columns::left_out)
    }

    /// What was left out and is not listed.
    fn more_noted(&self) -> usize {
        self.report().noted.len().saturating_sub(self.noted.len())
    }

    fn left_names(&self) -> String {
        let names = self.left_out();
        let names: Vec<&str> = names.iter().map(|tab| tab.name.as_str()).collect();
        names.join("、")
    }

    /// The sheets of the file, where there is something to choose.
    fn tabs(&self) -> &[Tab] {
        let open = [ImportState::Matching, ImportState::Ready].contains(&self.v.state);
        let tabs = self.v.columns.as_ref().filter(|_| open);
        tabs.map(|columns| &columns.tabs[..])
            .filter(|tabs| tabs.len() > 1)
            .unwrap_or_default()
    }

    /// The rows taken for explanations, sums or signatures, in words: none of them is left out without a word.
    fn explained(&self) -> String {
        let Some(columns) = &self.v.columns else {
            return String::new();
        };
        let rows = columns.skipped.iter();
        let rows = rows.filter(|row| !columns.repeated.contains(row));
        let rows: Vec<String> = rows.map(u32::to_string).collect();
        if rows.is_empty() {
            return String::new();
        }
        let (i18n, locale) = (self.s.app().i18n(), self.s.ctx().locale());
        in_words(i18n, locale, &spelled(columns.sheets(), &rows.join("、")))
    }

    /// Some rows say what they are about.
    fn calls(&self) -> bool {
        self.lines.iter().any(|line| !line.called.is_empty())
    }

    /// Some refusals name a place on the map.
    fn placed(&self) -> bool {
        self.lines.iter().any(|line| !line.place.is_empty())
    }

    /// Taking it in would change something, and may be done.
    fn ready(&self) -> bool {
        let report = self.report();
        self.v.state == ImportState::Ready && report.brings() && (!self.whole || report.is_clean())
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

fn lines(s: &Shell, sheets: &[String], refused: &[Refused]) -> Vec<Line> {
    let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
    refused
        .iter()
        .take(SHOWN)
        .map(|one| Line {
            line: one.line,
            row: row_of(sheets, one.line),
            called: one.about().to_owned(),
            column: column(s, &one.column),
            sentence: one.sentence(i18n, locale),
            place: match (one.value("lon"), one.value("lat")) {
                (Some(lon), Some(lat)) => format!("{lon}, {lat}"),
                _ => String::new(),
            },
        })
        .collect()
}

fn named(s: &Shell, sheets: &[String], report: &ImportReport) -> Vec<Named> {
    let line = |one: &Touched| TouchedLine {
        row: row_of(sheets, one.line),
        called: one.called.clone(),
        what: one
            .what
            .iter()
            .map(|field| s.tt("import-field", field))
            .collect::<Vec<_>>()
            .join(" · "),
    };
    let of = |outcome, word, count| Named {
        outcome: word,
        count,
        lines: report.named(outcome).map(line).collect(),
    };
    let all = [
        of(Outcome::New, "new", report.new),
        of(Outcome::Changed, "changed", report.changed),
    ];
    all.into_iter()
        .filter(|one| !one.lines.is_empty())
        .collect()
}

/// How many rows are done, of how many. Before the job has begun, those that were counted when the file was judged; none
/// while it is read for the first time.
fn counted(v: &ImportView, job: Option<&JobStatus>) -> (i64, i64) {
    let (done, total) = job.map_or((0, 0), |job| (job.done, job.total));
    (done, total.max(v.rows))
}

/// What the job does, in words. As long as nobody has counted its rows, the file is being read.
fn doing(app: &App, ctx: &Ctx, v: &ImportView, total: i64) -> String {
    let state = match total {
        0 => ImportState::Reading,
        _ => v.state,
    };
    let key = format!("import-doing-{}", state.as_str());
    app.i18n().text(ctx.locale(), &key, &[])
}

pub(super) async fn show_page(
    app: &App,
    s: Shell,
    id: Uuid,
    e: FormFaults,
    chosen: impl FnOnce(&mut Columns) + Send,
) -> WebResult<ShowPage> {
    let imports = app.need::<Imports>()?;
    let mut v = seen(app.db(), &imports, s.ctx(), id).await?;
    if let Some(columns) = &mut v.columns {
        chosen(columns);
    }
    let register = imports.register(&v.kind).ok();
    let whole = register.is_some_and(|register| register.whole());
    let undoes = register.is_some_and(|register| register.undoes());
    let recent = v
        .ended_at
        .is_some_and(|at| s.ctx().now().0 - at.0 < UNDONE_WITHIN);
    let (columns, asks) = match (&v.columns, register) {
        (Some(columns), Some(register)) => (
            column_rows(&s, columns, register.columns()),
            asked_rows(&s, columns, &**register),
        ),
        _ => Default::default(),
    };
    let job = progress(app.db(), &v).await?;
    let (done, total) = counted(&v, job.as_ref());
    let report = v.report.clone().unwrap_or_default();
    // What stands in the file is for whoever gave it.
    let (refused, noted, doubts, named) = match v.own {
        true => (
            lines(&s, &v.sheets, &report.refused),
            lines(&s, &v.sheets, &report.noted),
            sorts(&s, &v.sheets, &report),
            named(&s, &v.sheets, &report),
        ),
        false => Default::default(),
    };
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
        undoable: undoes && recent && v.state == ImportState::Done && report.written() > 0,
        noted,
        doubts,
        named,
        kept: v
            .undone
            .as_ref()
            .map_or_else(Vec::new, |undone| lines(&s, &v.sheets, &undone.refused)),
        columns,
        asks,
        kinds: other_kinds(&imports, s.ctx(), &v),
        lines: refused,
        more: report.refused.len().saturating_sub(SHOWN),
        doing: doing(app, s.ctx(), &v, total),
        done,
        total,
        stuck: v.state.moves() && job.is_some_and(|job| job.state == "failed"),
        faults,
        whole,
        e,
        v,
        s,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&show_page(&app, s, id, FormFaults::none(), |_columns| {}).await?)
}

/// For the bar: it follows `next` when the phase has ended.
pub(super) async fn bar(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Value>> {
    let imports = app.need::<Imports>()?;
    let v = seen(app.db(), &imports, &ctx, id).await?;
    let job = progress(app.db(), &v).await?;
    let failed = job.as_ref().is_some_and(|job| job.state == "failed");
    let (done, total) = counted(&v, job.as_ref());
    let mut said = json!({
        "done": done, "total": total, "state": "done", "next": format!("/imports/{id}"),
    });
    if v.state.moves() && !failed {
        said["state"] = "running".into();
        said["message"] = doing(&app, &ctx, &v, total).into();
    }
    Ok(Json(said))
}

pub(super) async fn accept(
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
        choices: decided.choices(&v.report.unwrap_or_default()),
    };
    after(&app, &ctx, prefs, id, app.db().execute(&ctx, command).await).await
}

pub(super) async fn give_up(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let dropped = app.db().execute(&ctx, DropImport { id }).await;
    after(&app, &ctx, prefs, id, dropped).await
}
