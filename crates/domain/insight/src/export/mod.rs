//! Figures as files. What was asked stands on the first sheet (csv: in the first lines), so that no figure travels without
//! its definition (GeoJSON and Parquet: in what they know as metadata). Nothing a spreadsheet could take for a formula leaves as one.

mod csv;
mod geojson;
mod parquet;
mod xlsx;

use axum::extract::{Path, State};
use axum::response::Response;
use youlin_datasets::cube::{Answer, Group, Key, Value};
use youlin_datasets::{Asked, Datasets};
use youlin_kernel::{Problem, Result};
use youlin_web::{ApiQuery, App, CSV, Caller, Prefs, WebResult, XLSX, save_as};

use crate::asking;
use crate::compose::Composed;
use crate::pages;
use crate::totals::{self, Totals};
use crate::words::Words;

/// One line of figures.
pub(crate) struct Line {
    pub(crate) names: Vec<String>,
    /// Of a cell; empty for totals.
    pub(crate) keys: Vec<Key>,
    pub(crate) count: u64,
    pub(crate) part: Option<u64>,
    /// As it is read; empty where there is nothing to divide.
    pub(crate) text: String,
    pub(crate) value: Option<f64>,
}

/// What every format writes.
pub(crate) struct Sheet {
    pub(crate) definition: Vec<(String, String)>,
    pub(crate) groups: Vec<String>,
    /// Names of count, part, figure.
    pub(crate) columns: Vec<String>,
    pub(crate) lines: Vec<Line>,
    /// Over one dimension each, marked by its name; for those who read the lines, not for those who count with them.
    pub(crate) totals: Vec<Line>,
    /// Over everything.
    pub(crate) total: Line,
}

impl Sheet {
    /// Every line for those who read them, and whether it is a total: totals stand below what they are over.
    fn read(&self) -> impl Iterator<Item = (&Line, bool)> {
        let totals = self.totals.iter().chain([&self.total]);
        let lines = self.lines.iter().map(|line| (line, false));
        lines.chain(totals.map(|line| (line, true)))
    }
}

fn sheet(
    words: Words<'_>,
    question: &Composed,
    asked: &Asked,
    (answer, totals): &(Answer, Totals),
) -> Sheet {
    let s = words.s;
    let line = |names: Vec<String>, keys: Vec<Key>, figure: &youlin_datasets::cube::Figure| Line {
        names,
        keys,
        count: figure.count,
        part: figure.part,
        text: crate::words::figure_text(asked, figure).unwrap_or_default(),
        value: crate::words::figure_value(asked, figure),
    };
    let groups = &asked.query.group;
    // The name of a key in its place; where a dimension was left out, that it is a total.
    let named = |keys: &[Key], from: usize| -> Vec<String> {
        let places = groups.iter().enumerate();
        let name = |(at, group): (usize, &Group)| {
            let key = at.checked_sub(from).and_then(|at| keys.get(at));
            key.map_or_else(
                || s.t("insight-total"),
                |key| words.key(&*asked.dataset, group, key),
            )
        };
        places.map(name).collect()
    };
    let lines = answer
        .cells
        .iter()
        .map(|cell| line(named(&cell.keys, 0), cell.keys.clone(), &cell.figure))
        .collect();
    let down = groups.len().saturating_sub(1);
    let beside = totals.lines.iter().map(|cell| (cell, 0));
    let below = totals.columns.iter().map(|cell| (cell, down));
    let totals = beside
        .chain(below)
        .map(|(cell, from)| line(named(&cell.keys, from), Vec::new(), &cell.figure))
        .collect();
    let total = line(named(&[], 0), Vec::new(), &answer.total);
    let mut columns = vec![s.t("insight-records")];
    if answer.total.part.is_some() {
        columns.push(s.t("insight-part"));
    }
    columns.push(words.figures(question, &asked.query.dataset));
    let mut definition = words.definition(question, asked);
    let why = words.adds(asked).into_iter();
    definition.extend(why.map(|why| (s.t("insight-total"), why)));
    let ctx = s.ctx();
    definition.push((s.t("insight-def-when"), ctx.now().local_minute()));
    definition.push((s.t("insight-def-who"), ctx.actor().name().to_owned()));
    definition.push((
        s.t("insight-def-address"),
        format!("/insight/query?{}", question.address()),
    ));
    Sheet {
        definition,
        groups: question
            .g
            .iter()
            .map(|text| words.group(&asked.query.dataset, text))
            .collect(),
        columns,
        lines,
        totals,
        total,
    }
}

/// `/insight/export/{csv,xlsx,geojson,parquet}?…` with the question of the page.
pub(crate) async fn file(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(format): Path<String>,
    ApiQuery(mut question): ApiQuery<Composed>,
) -> WebResult<Response> {
    if !["csv", "xlsx", "geojson", "parquet"].contains(&format.as_str()) {
        return Err(Problem::not_found().into());
    }
    question.g.retain(|group| !group.is_empty());
    let question = question.question();
    let datasets = app.need::<Datasets>()?;
    let asked = asking::ask(&datasets, &ctx, question.query(&datasets)?).await?;
    let answer = totals::answer(&asked).await?;
    let s = pages::shell(&app, &ctx, prefs);
    let sheet = sheet(
        Words {
            s: &s,
            datasets: &datasets,
        },
        &question,
        &asked,
        &answer,
    );
    let (kind, body): (&'static str, Vec<u8>) = match format.as_str() {
        "csv" => (CSV, csv::write(&sheet)),
        "xlsx" => (XLSX, xlsx::write(&s, &sheet)?),
        "parquet" => (
            "application/vnd.apache.parquet",
            parquet::write(&s, &asked, &sheet)?,
        ),
        _ => (
            "application/geo+json",
            geojson::write(&app, &asked, &sheet).await?,
        ),
    };
    let name = format!(
        "youlin-{}-{}.{format}",
        asked.query.dataset,
        youlin_datasets::cube::day::text_of(asked.at.day)
    );
    Ok(save_as(&name, kind, body))
}

/// The area of a line, where the first group is one.
fn area_of(keys: &[Key], at: usize) -> Option<i64> {
    match keys.get(at) {
        Some(Some(Value::Number(area))) => Some(*area),
        _ => None,
    }
}

fn broken(error: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("a workbook cannot be written: {error}"))
}

/// Result of this floor.
type Written = Result<Vec<u8>>;
