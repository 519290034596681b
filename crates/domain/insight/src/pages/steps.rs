//! Adding a condition, one step after the other: which dimension, then of whom, how and what.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_datasets::Datasets;
use youlin_datasets::cube::{Dim, Group, Kind, Op, Quantity, Query, Schema};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{ApiQuery, App, Choice, WebResult};

use super::areas_to_ask;
use super::query::Step;
use crate::compose::{Composed, Condition, Who, op_text};
use crate::units;
use crate::words::Words;

/// Dimensions that can be asked about, of this or of a related dataset.
pub(crate) struct Offer {
    pub(crate) title: String,
    /// Name and address.
    pub(crate) dims: Vec<(String, String)>,
}

/// The form for one condition.
pub(crate) struct Adding {
    pub(crate) title: String,
    pub(crate) set: String,
    pub(crate) dim: String,
    pub(crate) whos: Vec<Choice>,
    pub(crate) ops: Vec<Choice>,
    /// Words to tick and how often they occur; empty where a value is typed.
    pub(crate) words: Vec<(Choice, u64)>,
    /// Areas to choose from.
    pub(crate) areas: Vec<Choice>,
    /// `number` or `date` where a value is typed.
    pub(crate) input: &'static str,
    pub(crate) sensitive: bool,
    /// What is to be said of the value that was sent; empty where nothing is.
    pub(crate) fault: String,
    /// What was typed, after a refusal.
    pub(crate) was: String,
    /// Of whom and how it was to be compared, after a refusal.
    pub(crate) who: String,
    pub(crate) op: String,
    /// The label of the value: what to do about it.
    pub(crate) value_label: String,
    /// Whether a part of a unit may be typed.
    pub(crate) decimal: bool,
    /// What a comparison of such days includes.
    pub(crate) never: bool,
    pub(crate) carried: Vec<(String, String)>,
    pub(crate) back: String,
}

fn keys(schema: &Schema) -> impl Iterator<Item = &'static Dim> {
    schema.dims.iter().filter(|dim| dim.kind == Kind::Key)
}

/// Keys both have, such as the building.
fn shared(own: &Schema, other: &Schema) -> Vec<&'static str> {
    keys(own)
        .filter(|dim| other.dim(dim.code).is_some_and(|dim| dim.kind == Kind::Key))
        .map(|dim| dim.code)
        .collect()
}

pub(crate) fn offers(words: Words<'_>, question: &Composed) -> Vec<Offer> {
    let Some(own) = words.datasets.get(&question.d) else {
        return Vec::new();
    };
    let own = own.schema();
    let may = |schema: &Schema, dim: &Dim| {
        let wanted = words
            .datasets
            .get(schema.code)
            .and_then(|set| set.dim_permission(dim.code));
        wanted.is_none_or(|one| words.s.ctx().may(one))
    };
    let offer = |title: String, schema: &Schema| Offer {
        title,
        dims: schema
            .dims
            .iter()
            .filter(|dim| dim.kind != Kind::Key && may(schema, dim))
            .map(|dim| {
                let address = question.question().address();
                let href = format!(
                    "/insight/query?{address}&add={}~{}#add",
                    schema.code, dim.code
                );
                (words.dim(dim.code), href)
            })
            .collect(),
    };
    let mut all = vec![offer(words.dataset(own.code), &own)];
    for other in words.datasets.open_to(words.s.ctx()) {
        let schema = other.schema();
        if schema.code != own.code && !shared(&own, &schema).is_empty() {
            let title = words
                .s
                .t1("insight-related", "what", words.dataset(schema.code));
            all.push(offer(title, &schema));
        }
    }
    all
}

pub(crate) async fn adding(
    ctx: &Ctx,
    words: Words<'_>,
    question: &Composed,
    step: &Step,
) -> Result<Option<Adding>> {
    let Some((set, code)) = step.add.split_once('~') else {
        return Ok(None);
    };
    let (Some(own), Some(other)) = (words.datasets.get(&question.d), words.datasets.get(set))
    else {
        return Ok(None);
    };
    let (own, schema) = (own.schema(), other.schema());
    let Some(dim) = schema.dim(code) else {
        return Ok(None);
    };
    let ticks = match dim.kind {
        Kind::Choice | Kind::Labels => ticks(ctx, words, question, set, code).await?,
        _ => Vec::new(),
    };
    Ok(Some(Adding {
        title: words.dim(code),
        set: set.to_owned(),
        dim: code.to_owned(),
        whos: whos(words, &own, &schema),
        who: step.who.clone(),
        op: step.op.clone(),
        was: step.was.clone(),
        value_label: words.s.t(match dim.kind {
            Kind::Choice | Kind::Labels => "insight-values-some",
            Kind::Number | Kind::Age | Kind::Since => "insight-values-number",
            Kind::Day | Kind::Time => "insight-values-day",
            Kind::Area | Kind::Key => "insight-values",
        }),
        decimal: dim.per > 1,
        never: dim.kind == Kind::Since,
        ops: ops(words, dim.kind),
        words: ticks,
        areas: if dim.kind == Kind::Area {
            areas_to_ask(words.s)
        } else {
            Vec::new()
        },
        input: match dim.kind {
            Kind::Number | Kind::Age | Kind::Since => "number",
            Kind::Day | Kind::Time => "date",
            _ => "",
        },
        sensitive: dim.sensitive,
        fault: match step.empty.as_str() {
            "" => String::new(),
            "wrong" => words.s.t("insight-values-wrong"),
            _ => words.s.t("insight-values-needed"),
        },
        carried: question.carried(&["k", "part"]),
        back: format!("/insight/query?{}", question.question().address()),
    }))
}

/// The words that occur where the caller asks, each with how often; after them those that may be said and nobody has.
async fn ticks(
    ctx: &Ctx,
    words: Words<'_>,
    question: &Composed,
    set: &str,
    dim: &str,
) -> Result<Vec<(Choice, u64)>> {
    let query = Query {
        dataset: set.to_owned(),
        group: vec![Group {
            dim: dim.to_owned(),
            ..Group::default()
        }],
        area: question.area.trim().parse().ok(),
        named_at: question.named.trim().parse().ok(),
        ..Query::default()
    };
    let answer = words.datasets.ask(ctx, query).await?.answer().await?;
    let known = answer.cells.into_iter().filter_map(|cell| {
        let value = cell.keys.into_iter().next()??.to_string();
        let label = words.value(set, dim, &value);
        Some((Choice::new(value, label), cell.figure.count))
    });
    let mut known: Vec<(Choice, u64)> = known.collect();
    let may_be = words.datasets.get(set).map(|one| one.values(dim));
    for value in may_be.unwrap_or_default() {
        if known.iter().all(|(one, _)| one.value != value) {
            let label = words.value(set, dim, &value);
            known.push((Choice::new(value, label), 0));
        }
    }
    Ok(known)
}

fn whos(words: Words<'_>, own: &Schema, other: &Schema) -> Vec<Choice> {
    let s = words.s;
    let mut all = Vec::new();
    if own.code == other.code {
        let who = words.dataset(own.code);
        all.push(Choice::new("", s.t1("insight-who-own", "who", &who)));
        all.push(Choice::new("not", s.t1("insight-who-not", "who", &who)));
    }
    // A record shares its own id with itself alone, and with records of other datasets that speak of it.
    let sharing = shared(own, other).into_iter();
    for key in sharing.filter(|key| own.code != other.code || !own.code.starts_with(key)) {
        for quantity in [Quantity::None, Quantity::Any] {
            let who = Who::Others {
                quantity,
                sharing: key.to_owned(),
                dataset: other.code.to_owned(),
            };
            let words_key = match quantity {
                Quantity::None => "insight-who-none",
                Quantity::Any => "insight-who-any",
            };
            let same = ("same", s.tt("data-same", key));
            let label = s.t2(words_key, &same, &("who", words.dataset(other.code)));
            all.push(Choice::new(who.text(), label));
        }
    }
    all
}

fn ops(words: Words<'_>, kind: Kind) -> Vec<Choice> {
    let ops: &[Op] = match kind {
        Kind::Choice | Kind::Labels | Kind::Area | Kind::Key => &[Op::Is, Op::Missing],
        _ => &[Op::Ge, Op::Le, Op::Gt, Op::Lt, Op::Is, Op::Missing],
    };
    ops.iter()
        .map(|op| Choice::new(op_text(*op), words.s.tt("insight-op", op_text(*op))))
        .collect()
}

/// The form as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    set: String,
    dim: String,
    who: String,
    op: String,
    v: Vec<String>,
}

/// Puts the condition into the address and goes there.
pub(crate) async fn add(
    State(app): State<App>,
    ApiQuery(mut question): ApiQuery<Composed>,
    ApiQuery(sent): ApiQuery<Sent>,
) -> WebResult<Response> {
    let datasets = app.need::<Datasets>()?;
    let values: Vec<String> = sent
        .v
        .iter()
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect();
    let to = |query: String| Redirect::to(&format!("/insight/query?{query}")).into_response();
    // Asked again, with what was said kept.
    let again = |question: &Composed, fault: &str| {
        let step = serde_html_form::to_string([
            ("add", format!("{}~{}", plain(&sent.set), plain(&sent.dim))),
            ("empty", fault.to_owned()),
            ("who", sent.who.clone()),
            ("op", plain(&sent.op)),
            ("was", values.first().cloned().unwrap_or_default()),
        ]);
        let step = step.unwrap_or_default();
        to(format!("{}&{step}#add", question.question().address()))
    };
    if values.is_empty() && sent.op != "missing" {
        return Ok(again(&question, "1"));
    }
    let mut condition = Condition::parse(&format!("{}~{}", sent.dim, sent.op))?;
    condition.who = Who::parse(&sent.who)?;
    let own = datasets.get(&question.d).ok_or_else(|| {
        Problem::invalid("dataset", "query-dataset").field_arg("what", &question.d)
    })?;
    if condition.op != Op::Missing {
        let schema = condition.schema(&own.schema(), &datasets)?;
        match units::typed(&schema, &condition.dim, values.clone()) {
            Ok(kept) => condition.values = kept,
            Err(_no_number) => return Ok(again(&question, "wrong")),
        }
    }
    let wrong_value =
        |problem: &Problem| problem.fields().iter().any(|one| one.code == "query-value");
    match condition.filter(&own.schema(), &datasets) {
        Ok(_filter) => {}
        Err(problem) if wrong_value(&problem) => return Ok(again(&question, "wrong")),
        Err(problem) => return Err(problem.into()),
    }
    question.f.push(condition.text());
    Ok(to(question.question().address()))
}

/// Codes of datasets and dimensions hold nothing else; what does is no code.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}
