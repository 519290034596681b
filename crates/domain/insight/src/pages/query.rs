//! `/insight/query`: a question composed by clicks. All of it stands in the address; every step is a link or a form that
//! changes the address, so it works without script, can be shared and goes back by the browser's own button.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_datasets::{Asked, Datasets};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::chart::{self, Chart, Drawn};
use super::left_out::left_out;
use super::steps::{self, Adding, Offer};
use super::table::{self, Table};
use super::{areas_asked, outline, shell};
use crate::asking;
use crate::compose::{Composed, Condition, group_choices};
use crate::totals;
use crate::words::Words;

/// More lines than this are for the export.
const LINES: usize = 500;

/// Which step of adding a condition the page is in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    /// `persons~labels`: a condition on that dimension is being added.
    pub(crate) add: String,
    /// It was sent without a value, or with one that is none.
    pub(crate) empty: String,
    /// What was said with it: of whom, how, and the value.
    pub(crate) who: String,
    pub(crate) op: String,
    pub(crate) was: String,
    /// A view was kept just now.
    pub(crate) saved: String,
}

pub(crate) struct Chip {
    pub(crate) text: String,
    pub(crate) without: String,
}

/// The answer as the page shows it.
pub(crate) struct Answered {
    pub(crate) total: String,
    pub(crate) total_href: String,
    pub(crate) table: Table,
    pub(crate) more: usize,
    pub(crate) charts: Vec<Chart>,
    pub(crate) definition: Vec<(String, String)>,
    /// Where the lines do not add up to the total: why.
    pub(crate) adds: Vec<String>,
}

#[derive(Template)]
#[template(path = "insight/query.html")]
struct QueryPage {
    s: Shell,
    e: FormFaults,
    question: Composed,
    datasets: Vec<(Choice, String)>,
    chips: Vec<Chip>,
    offers: Vec<Offer>,
    adding: Option<Adding>,
    groups: Vec<Choice>,
    measures: Vec<Choice>,
    areas: Vec<Choice>,
    timed: String,
    answered: Option<Answered>,
    /// Forms whose lines these people may be.
    forms: Vec<Choice>,
    figures: String,
    today: String,
    saved: String,
}

impl QueryPage {
    /// So many groups can be chosen by click; the address takes three.
    fn places(&self) -> &'static [usize] {
        &[0, 1]
    }

    fn group_at(&self, at: &usize) -> &str {
        self.question.g.get(*at).map_or("", String::as_str)
    }

    fn carried(&self) -> Vec<(String, String)> {
        self.question
            .carried(&["g", "m", "from", "to", "area", "as_of", "k", "part"])
    }

    fn export(&self, format: &str) -> String {
        format!(
            "/insight/export/{format}?{}",
            self.question.question().address()
        )
    }

    fn by_area(&self) -> bool {
        self.question
            .g
            .iter()
            .any(|group| group.starts_with("area~"))
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(mut question): ApiQuery<Composed>,
    ApiQuery(step): ApiQuery<Step>,
) -> WebResult<Response> {
    let datasets = app.need::<Datasets>()?;
    let s = shell(&app, &ctx, prefs);
    question.g.retain(|group| !group.is_empty());
    if let Some(indicator) = question.indicator()? {
        question.d.clone_from(&indicator.dataset);
    }
    if question.d.is_empty() {
        question.d = datasets
            .open_to(&ctx)
            .next()
            .map_or_else(String::new, |set| set.schema().code.to_owned());
    }
    let words = Words {
        s: &s,
        datasets: &datasets,
    };
    let asked = match question.query(&datasets) {
        Ok(query) => asking::ask(&datasets, &ctx, query).await,
        Err(problem) => Err(problem),
    };
    let outside = asked.as_ref().is_err_and(asking::is_outside);
    let (answered, refused) = match asked {
        Ok(asked) => (Some(answered(&app, words, &question, &asked).await?), None),
        Err(problem) => (None, Some(mendable(problem)?)),
    };
    let e = match &refused {
        Some(problem) => beside(FormFaults::of(&s, problem)),
        None => FormFaults::none(),
    };
    // The words to choose from come with how often they occur there: no figure of an area that is not seen.
    let adding = match outside {
        true => None,
        false => steps::adding(&ctx, words, &question, &step).await?,
    };
    // Forms with such records a line each.
    let forms = if ctx.may(&crate::permissions::INSIGHT_FORMS) {
        let all = crate::forms::forms(app.db(), &ctx).await?.into_iter();
        all.filter(|form| form.closed.is_none() && form.dataset.as_ref() == Some(&question.d))
            .map(|form| Choice::new(form.id.to_string(), form.title()))
            .collect()
    } else {
        Vec::new()
    };
    let body = QueryPage {
        forms,
        datasets: tabs(words, &question),
        chips: chips(words, &question),
        offers: steps::offers(words, &question),
        adding,
        groups: groups(words, &question),
        measures: measures(words, &question),
        areas: areas_asked(&s, &question.area),
        timed: timed(words, &question),
        figures: words.figures(&question, &question.d),
        answered,
        e,
        today: ctx.now().local().date().to_string(),
        saved: if step.saved.is_empty() {
            String::new()
        } else {
            s.t("insight-view-saved")
        },
        question,
        s,
    };
    let shown = page(&body)?;
    Ok(match refused {
        Some(problem) => refused_with(&problem, shown),
        None => shown,
    })
}

/// The days of a span are fields of the form by their own names.
fn beside(mut e: FormFaults) -> FormFaults {
    for (field, _) in &mut e.fields {
        if let Some(end) = field.strip_prefix("time.") {
            *field = end.to_owned();
        }
    }
    e
}

async fn answered(
    app: &App,
    words: Words<'_>,
    question: &Composed,
    asked: &Asked,
) -> WebResult<Answered> {
    let all = totals::answer(asked).await?;
    let mut table = table::table(words, question, asked, &all);
    let title = words.figures(question, &question.d);
    let mut charts = Vec::new();
    for drawn in chart::fitting(asked, &table) {
        let svg = if drawn == Drawn::Map {
            let at = youlin_kernel::Micros(asked.at.instant);
            let shapes =
                youlin_places::queries::outlines(app.db(), &outline::areas(&table), at).await?;
            outline::map(&title, &table, shapes)
        } else {
            chart::draw(&title, &table, drawn)
        };
        if !svg.is_empty() {
            let map = format!("/insight/export/geojson?{}", question.question().address());
            let source = (drawn == Drawn::Map).then_some(map.as_str());
            let live = chart::live(&title, &table, drawn, source);
            charts.push(Chart {
                svg,
                live,
                left_out: left_out(words, question, asked, &table, drawn).await?,
            });
        }
    }
    let more = table.lines.len().saturating_sub(LINES);
    table.lines.truncate(LINES);
    Ok(Answered {
        total: words.figure(asked, &all.0.total),
        total_href: table::evidence_of(
            &Composed {
                g: Vec::new(),
                ..question.clone()
            },
            &[],
        ),
        more,
        charts,
        definition: words.definition(question, asked),
        adds: words.adds(asked),
        table,
    })
}

/// Another dataset is another question; the area and the day asked for stay.
fn tabs(words: Words<'_>, question: &Composed) -> Vec<(Choice, String)> {
    words
        .datasets
        .open_to(words.s.ctx())
        .map(|set| {
            let code = set.schema().code;
            let other = Composed {
                d: code.to_owned(),
                area: question.area.clone(),
                as_of: question.as_of.clone(),
                form: question.form.clone(),
                ..Composed::default()
            };
            let address = format!("/insight/query?{}", other.address());
            (Choice::new(code, words.dataset(code)), address)
        })
        .collect()
}

fn chips(words: Words<'_>, question: &Composed) -> Vec<Chip> {
    question
        .f
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let mut other = question.question();
            other.f.remove(at);
            Chip {
                text: Condition::parse(text)
                    .map_or_else(|_| text.clone(), |one| words.condition(&question.d, &one)),
                without: format!("/insight/query?{}", other.address()),
            }
        })
        .collect()
}

fn groups(words: Words<'_>, question: &Composed) -> Vec<Choice> {
    let Some(set) = words.datasets.get(&question.d) else {
        return Vec::new();
    };
    let may = |text: &String| {
        let dim = text.split('~').next().unwrap_or_default();
        set.dim_permission(dim)
            .is_none_or(|one| words.s.ctx().may(one))
    };
    let choices = group_choices(&set.schema()).into_iter().filter(may);
    choices
        .map(|text| Choice::new(text.clone(), words.group(&question.d, &text)))
        .collect()
}

fn measures(words: Words<'_>, question: &Composed) -> Vec<Choice> {
    let Some(set) = words.datasets.get(&question.d) else {
        return Vec::new();
    };
    let mut all = vec![Choice::new("", words.measure(&question.d, ""))];
    all.extend(
        set.measures()
            .iter()
            .map(|one| Choice::new(one.code, words.measure(&question.d, one.code))),
    );
    all
}

fn timed(words: Words<'_>, question: &Composed) -> String {
    let of_indicator = question
        .indicator()
        .ok()
        .flatten()
        .map(|one| one.time.as_str());
    let of_dataset = || words.datasets.get(&question.d).and_then(|set| set.time());
    of_indicator
        .or_else(of_dataset)
        .map_or_else(String::new, |dim| words.dim(dim))
}
