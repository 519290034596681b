//! What only spreadsheets have on their page: their columns, the rows that come back, taking the whole back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{Access, Ctx, Problem, Result};
use youlin_tabular::{Column, Spec, Why, write_workbook};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Routes, Shell, WebResult, XLSX, save_as,
    stem,
};

use super::{after, after_with};
use crate::permissions::IMPORTS_GIVE;
use crate::queries::{Fault, left_of};

use crate::sight::seen;
use crate::table::letter;
use crate::{
    ChooseSheets, Columns, GiveAs, ImportState, ImportView, Imports, MatchAgain, MatchColumns,
    Register, UndoImport, import_view,
};

pub(super) fn routes() -> Routes {
    let give = Access::Needs(&IMPORTS_GIVE);
    Routes::new()
        .post("/imports/{id}/columns", give, matched)
        .post("/imports/{id}/sheets", give, sheets)
        .post("/imports/{id}/match", give, again)
        .post("/imports/{id}/kind", give, give_as)
        .post("/imports/{id}/undo", give, undo)
        .get("/imports/{id}/refused.xlsx", give, refused)
        .get("/imports/blank.xlsx", give, blank)
}

/// A column as its row on the page shows it.
pub(super) struct ColumnRow {
    /// A, B … AA.
    pub(super) letter: String,
    pub(super) name: String,
    pub(super) examples: String,
    pub(super) why: String,
    /// Nothing is known of it, or somebody should look twice.
    pub(super) look: bool,
    pub(super) field: String,
    pub(super) choices: Vec<Choice>,
}

/// The columns with what may be chosen for them.
pub(super) fn column_rows(s: &Shell, columns: &Columns, specs: &[Spec]) -> Vec<ColumnRow> {
    let none = Choice::new("", s.t("import-column-none"));
    let fields = specs
        .iter()
        .map(|spec| Choice::new(spec.field, s.tt("import-field", spec.field)));
    let choices: Vec<Choice> = std::iter::once(none).chain(fields).collect();
    let rows = columns.found.iter().enumerate();
    rows.map(|(at, found)| ColumnRow {
        letter: letter(at),
        name: columns.names.get(at).cloned().unwrap_or_default(),
        examples: columns
            .examples
            .get(at)
            .map_or_else(String::new, |all| all.join("；")),
        why: s.tt("import-column-why", why(found.why)),
        look: matches!(found.why, Why::ContentAgainstName),
        field: found.field.clone().unwrap_or_default(),
        choices: choices.clone(),
    })
    .collect()
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Name => "name",
        Why::PartOfName => "part",
        Why::Content => "content",
        Why::ContentAgainstName => "against",
        Why::Taken => "taken",
        Why::Unknown => "unknown",
        Why::Chosen => "chosen",
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Matched {
    column: Vec<String>,
    given_field: Vec<String>,
    given: Vec<String>,
}

async fn matched(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<Matched>,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let fields: Vec<Option<String>> = form
        .column
        .into_iter()
        .map(|field| Some(field).filter(|field| !field.is_empty()))
        .collect();
    let given = form.given_field.into_iter().zip(form.given);
    let given: BTreeMap<String, String> = given.filter(|(_, value)| !value.is_empty()).collect();
    let command = MatchColumns {
        imports,
        id,
        fields: fields.clone(),
        given: given.clone(),
    };
    let outcome = app.db().execute(&ctx, command).await;
    // What was chosen stays chosen when something is missing.
    let chosen = |columns: &mut Columns| {
        columns.take(&fields);
        columns.given = given;
    };
    after_with(&app, &ctx, prefs, id, outcome, chosen).await
}

/// Something that may be said once for all rows, as the page asks for it.
pub(super) struct AskedRow {
    pub(super) field: &'static str,
    pub(super) value: String,
    /// The name of the value.
    pub(super) said: String,
    pub(super) choices: Vec<Choice>,
    /// The rows need it, and nothing says it.
    pub(super) look: bool,
}

pub(super) fn asked_rows(s: &Shell, columns: &Columns, register: &dyn Register) -> Vec<AskedRow> {
    let none = Choice::new("", s.t("import-given-none"));
    let asks = register.asks(s.ctx(), None).into_iter();
    asks.filter(|one| !one.choices.is_empty())
        .map(|one| {
            let value = columns.given.get(one.field).cloned().unwrap_or_default();
            let choices = one.choices.iter();
            let choices = choices.map(|(value, name)| Choice::new(value.clone(), name.clone()));
            AskedRow {
                field: one.field,
                said: one.name_of(&value).unwrap_or_default().to_owned(),
                choices: std::iter::once(none.clone()).chain(choices).collect(),
                look: columns.asked && value.is_empty(),
                value,
            }
        })
        .collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sheets {
    sheet: Vec<String>,
}

/// `POST /imports/{id}/sheets`: these sheets are read, as one table.
async fn sheets(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<Sheets>,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let sheets = form.sheet.clone();
    let command = ChooseSheets {
        imports,
        id,
        sheets: form.sheet,
    };
    let outcome = app.db().execute(&ctx, command).await;
    let chosen = |columns: &mut Columns| columns.tick(&sheets);
    after_with(&app, &ctx, prefs, id, outcome, chosen).await
}

/// The kinds a sheet that is not taken in yet may go on as: the one it looks like first. `sure`: it is clearly that.
pub(super) struct OtherKinds {
    pub(super) sure: Option<String>,
    pub(super) others: Vec<&'static str>,
}

pub(super) fn other_kinds(imports: &Imports, ctx: &Ctx, v: &ImportView) -> OtherKinds {
    let own = imports.registers.iter().filter(|_| v.own);
    let sheets = own.filter(|one| !one.columns().is_empty() && ctx.may(one.permission()));
    let sheets: Vec<&'static str> = sheets.map(|one| one.kind()).collect();
    let looks_like = match v.state {
        ImportState::Matching => v.columns.as_ref().and_then(|one| one.looks_like.as_deref()),
        ImportState::Failed => v.faults.iter().find_map(Fault::kind),
        _ => None,
    };
    let sure = looks_like.filter(|kind| sheets.contains(kind));
    let mut others = sheets.clone();
    others
        .retain(|kind| v.state == ImportState::Matching && *kind != v.kind && Some(*kind) != sure);
    OtherKinds {
        sure: sure.map(str::to_owned),
        others,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AsKind {
    kind: String,
}

async fn give_as(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<AsKind>,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let command = GiveAs {
        imports,
        id,
        kind: form.kind,
    };
    after(&app, &ctx, prefs, id, app.db().execute(&ctx, command).await).await
}

async fn again(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let outcome = app.db().execute(&ctx, MatchAgain { id }).await;
    after(&app, &ctx, prefs, id, outcome).await
}

async fn undo(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let view = seen(app.db(), &imports, &ctx, id).await?;
    ctx.scope(imports.register(&view.kind)?.permission())?;
    let outcome = app.db().execute(&ctx, UndoImport { imports, id }).await;
    after(&app, &ctx, prefs, id, outcome).await
}

/// The rows that were refused or left out, as they stand in the file, with the reason beside each.
async fn refused(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let view = import_view(app.db(), &*imports.sealer, &ctx, id).await?;
    // Beside the file it came from, somebody sees at once which rows these are.
    let given = stem(&view.file_name).to_owned();
    let what = app.i18n().text(ctx.locale(), "import-refused-sheet", &[]);
    let name = match given.is_empty() {
        true => format!("{what}.xlsx"),
        false => format!("{given}-{what}.xlsx"),
    };
    let bytes = workbook(&app, &ctx, &imports, view).await?;
    Ok(save_as(&name, XLSX, bytes))
}

async fn workbook(
    app: &App,
    ctx: &Ctx,
    imports: &Arc<Imports>,
    view: ImportView,
) -> Result<Vec<u8>> {
    let left = left_of(app.db(), &*imports.sealer, view.id).await?;
    let left = left.ok_or_else(Problem::not_found)?;
    let (i18n, locale) = (app.i18n(), ctx.locale());
    let word = |key: &str| i18n.text(locale, key, &[]);
    let mut reasons = std::collections::HashMap::<u32, Vec<String>>::new();
    let report = view.report.unwrap_or_default();
    for one in report.refused.iter().chain(&report.doubtful) {
        reasons
            .entry(one.line)
            .or_default()
            .push(one.sentence(i18n, locale));
    }
    let words = [word("import-line"), word("import-why")];
    let sheet = word("import-refused-sheet");
    // Writing some ten thousand rows takes a second of computing.
    tokio::task::spawn_blocking(move || {
        let why = |line: u32| {
            reasons
                .get(&line)
                .map_or_else(String::new, |all| all.join("\n"))
        };
        left.workbook(&sheet, [&words[0], &words[1]], why)
    })
    .await
    .map_err(Problem::internal)?
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BlankOf {
    kind: String,
}

/// `GET /imports/blank.xlsx?kind=`: a sheet to fill in, whose columns are recognised when it comes back.
async fn blank(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(of): ApiQuery<BlankOf>,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    let register = imports.register(&of.kind)?;
    ctx.scope(register.permission())?;
    let specs = register.columns();
    let needed = register.needed();
    let names: Vec<(&str, bool)> = register
        .blank()
        .into_iter()
        .filter_map(|field| specs.iter().find(|spec| spec.field == field))
        .filter_map(|spec| Some((*spec.names.first()?, needed.contains(&spec.field))))
        .collect();
    if names.is_empty() {
        return Err(Problem::not_found().into());
    }
    let columns: Vec<Column> = names
        .iter()
        .map(|(name, _)| Column {
            name: (*name).to_owned(),
            width: 16,
            marked: false,
        })
        .collect();
    let must: Vec<&str> = names
        .iter()
        .filter(|(_, needed)| *needed)
        .map(|(name, _)| *name)
        .collect();
    let (i18n, locale) = (app.i18n(), ctx.locale());
    // A row that begins with # explains, and is not read.
    let note = i18n.text(locale, "import-blank-note", &[("needed", must.join("、"))]);
    let sheet = i18n.text(locale, &format!("import-kind-{}", register.kind()), &[]);
    let bytes = write_workbook(&sheet, &columns, [vec![format!("# {note}")]]);
    let bytes = bytes.map_err(Problem::internal)?;
    let name = i18n.text(locale, "import-blank-name", &[("kind", sheet)]);
    Ok(save_as(&format!("{name}.xlsx"), XLSX, bytes))
}
