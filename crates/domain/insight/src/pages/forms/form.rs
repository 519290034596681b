//! One form: what its columns are filled from, whether it may be taken, when it was filled before.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_datasets::{Datasets, Release};
use youlin_kernel::{Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, Uploaded, WebResult,
    page,
};

use super::fill::standing;
use super::ledger::{Of, href_of_fill};
use super::list::{newer, read_file};
use super::{kind_name, refused, row_choices, rows_code, rows_of, to};
use crate::Composed;
use crate::compose::Condition;
use crate::entities::report_fill;
use crate::forms::{self, Column, FormView, Gap, MapForm, Mapping, Rows, Source, Tally, unheld};
use crate::pages::evidence::list_title;
use crate::pages::{read_address, shell};
use crate::queries;
use crate::words::Words;

/// A column as its line on the page shows it.
struct ColumnLine {
    name: String,
    code: String,
    constant: String,
    choices: forms::Choices,
}

/// Questions about to be put, before anybody is asked.
pub(super) struct Sure {
    sentence: String,
    columns: Vec<String>,
    count: usize,
}

#[derive(Template)]
#[template(path = "insight/forms/form.html")]
pub(super) struct FormPage {
    s: Shell,
    e: FormFaults,
    form: FormView,
    rows: Vec<Choice>,
    rows_now: String,
    columns: Vec<ColumnLine>,
    unheld: Vec<String>,
    purpose: String,
    done: String,
    /// What stands between this form and taking it.
    release: Release,
    /// The people of the form, where it is one of people that may be asked.
    people: usize,
    /// Columns that may be asked at the door.
    askable: Vec<(String, bool)>,
    /// Questions nobody has answered yet.
    open: usize,
    /// What is about to be asked: the sentence to say yes to, and the number it names.
    sure: Option<Sure>,
    /// Where the people of its lines are chosen.
    choose: String,
    /// Columns of areas nobody holds, for the desk to type into.
    gaps: Vec<Gap>,
    /// The period they are typed for.
    typed_for: String,
    today: String,
    /// What of the workbook keeps its place when rows are added, in words.
    losses: Vec<String>,
}

impl FormPage {
    fn takable(&self) -> bool {
        matches!(self.release, Release::Free | Release::Granted { .. })
    }

    /// What a second person said yes to is said already.
    fn says_why(&self) -> bool {
        self.release == Release::Free
    }

    /// What asking these columns would come to.
    fn sure_of(&mut self, columns: &[String]) -> Option<Sure> {
        for (name, on) in &mut self.askable {
            *on = columns.contains(name);
        }
        let chosen = self.askable.iter().filter(|(_, on)| *on);
        let columns: Vec<String> = chosen.map(|(name, _)| name.clone()).collect();
        let count = self.people * columns.len();
        (count > 0).then(|| Sure {
            sentence: self.s.tn(
                "form-ask-sure",
                &[
                    ("people", self.people.to_string()),
                    ("columns", columns.len().to_string()),
                    ("count", count.to_string()),
                ],
            ),
            columns,
            count,
        })
    }

    fn period(&self, period: &str) -> String {
        super::period_words(&self.s, period)
    }

    /// The columns one filling filled, and those it left empty.
    fn held(&self, fill: &report_fill::Model) -> String {
        href_of_fill(Of::Held, fill.id)
    }

    fn fetched(&self, fill: &report_fill::Model) -> String {
        href_of_fill(Of::Fetched, fill.id)
    }

    fn missing(&self, fill: &report_fill::Model) -> String {
        href_of_fill(Of::Missing, fill.id)
    }

    fn tally(&self, fill: &report_fill::Model) -> Tally {
        let all = &self.form.tallies;
        all.get(&(fill.form_id, fill.at))
            .copied()
            .unwrap_or_default()
    }

    /// The dataset of its lines; empty where they are areas.
    fn dataset(&self) -> String {
        self.form.mapping.rows.dataset().unwrap_or_default()
    }

    fn is_people(&self) -> bool {
        self.form.mapping.rows.of_people()
    }

    /// Single cells, each with its name beside or above it.
    fn is_card(&self) -> bool {
        self.form.blank.is_card()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
    open: String,
    /// Columns ticked to be asked at the door.
    column: Vec<String>,
}

/// `GET /insight/forms/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let words = match done.done.as_str() {
        "withdraw" => s.t1("form-withdrawn", "count", &done.open),
        "close" => s.t("form-closed-done"),
        "reopen" => s.t("form-reopened"),
        "rows" => s.t("form-rows-chosen"),
        "new" => s.t("form-entered"),
        "map" => s.t("form-mapped"),
        "ask" => s.t1("form-asked", "count", &done.open),
        "release" => s.t("form-release-asked"),
        "blank" => s.t("form-blank-replaced"),
        "typed" => s.t("form-typed-kept"),
        _ => String::new(),
    };
    let form = forms::form(app.db(), &ctx, id).await?;
    let mut body = form_page(s, form, FormFaults::none(), String::new(), words).await?;
    body.sure = body.sure_of(&done.column);
    page(&body)
}

/// A figure that is not among those offered, in words.
fn chosen_figure(s: &Shell, datasets: &Datasets, code: &str) -> String {
    let address = code.strip_prefix("figure:").unwrap_or(code);
    match read_address(address) {
        Ok(question) if !question.d.is_empty() || !question.i.is_empty() => {
            let words = Words { s, datasets };
            let figures = words.figures(&question, &question.d);
            let conditions = question
                .f
                .iter()
                .filter_map(|text| Condition::parse(text).ok());
            let conditions = conditions.map(|one| words.condition(&question.d, &one));
            let said: Vec<String> = std::iter::once(figures).chain(conditions).collect();
            said.join(" · ")
        }
        _ => code.to_owned(),
    }
}

/// The people a question finds, by its conditions.
fn chosen(s: &Shell, datasets: &Datasets, address: &str) -> String {
    let said = match read_address(address) {
        Ok(question) => list_title(Words { s, datasets }, &question),
        Err(_unreadable) => address.to_owned(),
    };
    let kind = kind_name(s, &rows_of(address).dataset().unwrap_or_default());
    s.t2("form-rows-those", &("kind", kind), &("which", said))
}

pub(super) async fn form_page(
    s: Shell,
    form: FormView,
    e: FormFaults,
    purpose: String,
    done: String,
) -> Result<FormPage> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let datasets = app.need::<Datasets>()?;
    let views = queries::views(app.db(), &datasets, &ctx).await?;
    let offered = match form.mapping.rows.of_records() {
        true => Vec::new(),
        false => forms::offered(&s, &datasets).await?,
    };
    let choices = forms::choices(&s, &datasets, &form.mapping.rows, &offered, &views);
    let columns = form.mapping.columns.iter().map(|column| {
        let code = column.source.code();
        let mut choices = choices.clone();
        // A question that is no longer offered stays what it is.
        let mut offered = choices.iter().flat_map(|(_, choices)| choices);
        if offered.all(|one| one.value != code)
            && let Some((_, plain)) = choices.first_mut()
        {
            plain.push(Choice::new(
                code.clone(),
                chosen_figure(&s, &datasets, &code),
            ));
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
    let kinds = forms::kinds(&datasets, &s);
    let mut rows = row_choices(&s, &kinds);
    let of_kind = |dataset: &str| {
        let mut kinds = kinds.iter();
        kinds.any(|(rows, _)| rows.dataset().as_deref() == Some(dataset))
    };
    for view in &views {
        let question = read_address(&view.address).unwrap_or_default();
        if !of_kind(&question.d) {
            continue;
        }
        let kind = kind_name(&s, &question.d);
        let name = s.t2("form-rows-those", &("kind", kind), &("which", &view.title));
        // What was chosen before its areas were noted is still the same view.
        let value = if same(&view.address, &rows_now) {
            &rows_now
        } else {
            &view.address
        };
        rows.push(Choice::new(value.clone(), name));
    }
    if rows.iter().all(|one| one.value != rows_now) {
        let name = chosen(&s, &datasets, &rows_now);
        rows.push(Choice::new(rows_now.clone(), name));
    }
    let (release, people) = standing(&app, &ctx, &form).await?;
    let persons = datasets.get("persons");
    let open = match &persons {
        Some(set) => set.open_questions(app.db(), &ctx, form.line.id).await?,
        None => 0,
    };
    let period = forms::typed_for(&ctx, form.line.every);
    let (db, of) = (app.db().read(), form.line.id);
    let typed = forms::typed(db, form.community, of, &period).await?;
    let known_by = forms::known_by(db, form.community, of, &period).await?;
    let gaps = forms::gaps(&ctx, &form, &typed, &known_by);
    let full = gaps.iter().filter(|gap| gap.filled == gap.lines.len());
    let typed_out: Vec<String> = full.map(|gap| gap.key.clone()).collect();
    let choose = match &form.mapping.rows {
        Rows::Records(address) => address.clone(),
        Rows::Areas(_) | Rows::Area => String::new(),
    };
    Ok(FormPage {
        people,
        open,
        choose,
        sure: None,
        gaps,
        typed_for: super::period_words(&s, &forms::period_of(&ctx, form.line.every)),
        today: ctx.now().local().date().to_string(),
        askable: forms::askable(&form.mapping)
            .into_iter()
            .map(|column| (column.name.clone(), false))
            .collect(),
        losses: losses(&s, &form),
        release,
        columns: columns.collect(),
        // What was typed for all of its lines does not stay empty.
        unheld: unheld(&form.mapping)
            .filter(|one| !typed_out.contains(&one.key()))
            .map(|one| one.name.clone())
            .collect(),
        rows,
        rows_now,
        purpose,
        done,
        form,
        e,
        s,
    })
}

/// Whether two addresses ask the same, whenever their areas were named.
fn same(one: &str, other: &str) -> bool {
    let bare = |address: &str| {
        read_address(address).ok().map(|question| Composed {
            named: String::new(),
            ..question
        })
    };
    bare(one).is_some_and(|question| Some(question) == bare(other))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MapSent {
    version: i32,
    rows: String,
    source: Vec<String>,
    constant: Vec<String>,
}

/// `POST /insight/forms/{id}/map`.
pub(super) async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<MapSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    match mapped(&s, &form, &sent).await {
        Ok(()) => Ok(to(&format!("/insight/forms/{id}?done=map"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}

async fn mapped(s: &Shell, form: &FormView, sent: &MapSent) -> Result<()> {
    let (app, ctx) = (s.app(), s.ctx());
    let rows = match form.blank.is_card() {
        true => Rows::Area,
        false => rows_of(&sent.rows),
    };
    if let Rows::Records(address) = &rows {
        read_address(address)?.query(&*app.need::<Datasets>()?)?;
    }
    let same_kind = rows.dataset() == form.mapping.rows.dataset();
    let datasets = app.need::<Datasets>()?;
    let fields = forms::fields(&datasets, s, &rows);
    let offered = match same_kind || rows.of_records() {
        true => Vec::new(),
        false => forms::offered(s, &datasets).await?,
    };
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
                &offered,
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

/// `POST /insight/forms/{id}/blank`: a newer blank workbook of the same form.
pub(super) async fn replace(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    upload: Uploaded,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    let (sent, read) = read_file(upload).await;
    let replaced = async {
        read?;
        let command = newer(&s, &form, sent.file_name, sent.file).await?;
        app.db().execute(&ctx, command).await
    };
    match replaced.await {
        Ok(()) => Ok(to(&format!("/insight/forms/{id}?done=blank"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}

/// What of the workbook will not move with added rows, in words.
fn losses(s: &Shell, form: &FormView) -> Vec<String> {
    let limits = youlin_tabular::Limits::default();
    youlin_tabular::left_behind(&form.workbook, form.blank.sheet, &limits)
        .unwrap_or_default()
        .iter()
        .map(|one| s.tt("form-stays", one.code()))
        .collect()
}
