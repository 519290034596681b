//! Figures as files. What was asked stands on the first sheet (csv: in the first lines), so that no figure travels without
//! its definition (GeoJSON and Parquet: in what they know as metadata). Nothing a spreadsheet could take for a formula leaves as one.

mod csv;
mod geojson;
mod parquet;
mod xlsx;

use axum::extract::{Path, State};
use axum::response::Response;
use youlin_datasets::cube::{Answer, Key, Value};
use youlin_datasets::{Asked, Datasets};
use youlin_kernel::{Problem, Result};
use youlin_web::{ApiQuery, App, CSV, Caller, Prefs, WebResult, XLSX, save_as};

use crate::compose::Composed;
use crate::pages;
use crate::words::Words;

/// One line of figures.
pub(crate) struct Line {
    pub(crate) names: Vec<String>,
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
    /// The total last.
    pub(crate) lines: Vec<Line>,
}

fn sheet(words: Words<'_>, question: &Composed, asked: &Asked, answer: &Answer) -> Sheet {
    let s = words.s;
    let line = |names: Vec<String>, keys: Vec<Key>, figure: &youlin_datasets::cube::Figure| Line {
        names,
        keys,
        count: figure.count,
        part: figure.part,
        text: crate::words::figure_text(asked, figure).unwrap_or_default(),
        value: crate::words::figure_value(asked, figure),
    };
    let mut lines: Vec<Line> = answer
        .cells
        .iter()
        .map(|cell| {
            let groups = asked.query.group.iter().zip(&cell.keys);
            let names = groups
                .map(|(group, key)| words.key(&*asked.dataset, group, key))
                .collect();
            line(names, cell.keys.clone(), &cell.figure)
        })
        .collect();
    let mut total = vec![String::new(); asked.query.group.len()];
    if let Some(first) = total.first_mut() {
        *first = s.t("insight-total");
    }
    lines.push(line(total, Vec::new(), &answer.total));
    let mut columns = vec![s.t("insight-records")];
    if answer.total.part.is_some() {
        columns.push(s.t("insight-part"));
    }
    columns.push(words.figures(question, &asked.query.dataset));
    let mut definition = words.definition(question, asked);
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
    let asked = datasets.ask(&ctx, question.query(&datasets)?).await?;
    let answer = asked.answer().await?;
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
