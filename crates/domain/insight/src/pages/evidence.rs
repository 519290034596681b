//! `/insight/evidence`: exactly the records behind one figure, as the caller may see them now. Persons are masked; what is
//! hidden is revealed on their own page, with a purpose.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::cube::{Measure, RecordRef};
use youlin_datasets::{Asked, Datasets, HandOver, RecordLine};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, FormFaults, Paged, Pages, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::mangled::mangled;
use super::{PAGE, shell};
use crate::asking;
use crate::compose::{Composed, Condition};
use crate::words::Words;

/// A list that somebody is to work through.
const LIST: usize = 500;
/// Characters of its title.
const TITLE: usize = 80;

struct Row {
    line: Option<RecordLine>,
    area: String,
}

#[derive(Template)]
#[template(path = "insight/evidence.html")]
struct EvidencePage {
    s: Shell,
    question: Composed,
    definition: Vec<(String, String)>,
    title: String,
    count: usize,
    /// Of a count of different ones, of a sum and of a weighted share: what the figure is, which is not the number of records.
    figure: String,
    rows: Vec<Row>,
    at: Pages,
    /// What a ratio is a share of, and what of it is meant: addresses to switch.
    whole: String,
    part: String,
    /// Key of the words of the button that makes something of this list.
    hand_over: Option<&'static str>,
    /// What that is called: as typed, else the conditions that are for everybody.
    list_title: String,
    /// The question takes more than seeing the records: colleagues without that right are not told what the list is called.
    sensitive: bool,
    /// More than a list holds.
    too_long: bool,
    /// Why no list was made.
    e: FormFaults,
    past: bool,
}

impl EvidencePage {
    fn to(&self, page: &usize) -> String {
        format!("/insight/evidence?{}&page={page}", self.question.address())
    }

    fn back(&self) -> String {
        format!("/insight/query?{}", self.question.question().address())
    }

    fn address(&self) -> String {
        self.question.address()
    }

    fn most(&self) -> usize {
        let _shape_of_templates = self;
        LIST
    }
}

async fn behind(
    datasets: &Datasets,
    ctx: &Ctx,
    question: &Composed,
) -> Result<(Asked, Vec<RecordRef>)> {
    let asked = asking::ask(datasets, ctx, question.query(datasets)?).await?;
    let cell = question.cell()?;
    if cell.len() > asked.query.group.len() {
        return Err(Problem::invalid("k", "query-cell"));
    }
    let records = asked.evidence(cell, !question.part.is_empty()).await?;
    Ok((asked, records))
}

fn pairs(records: &[RecordRef]) -> Vec<(CommunityId, Uuid)> {
    records
        .iter()
        .map(|one| (CommunityId(one.community), Uuid::from_u128(one.id)))
        .collect()
}

pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(question): ApiQuery<Composed>,
    ApiQuery(paged): ApiQuery<Paged>,
) -> WebResult<Response> {
    let datasets = app.need::<Datasets>()?;
    let s = shell(&app, &ctx, prefs);
    let found = match behind(&datasets, &ctx, &question).await {
        Ok(found) => found,
        Err(problem) => return mangled(s, &question, problem),
    };
    records_page((s, datasets), question, found, paged, None).await
}

/// `refused` is the title of a list that was not made, and why.
async fn records_page(
    (s, datasets): (Shell, Arc<Datasets>),
    question: Composed,
    (asked, records): (Asked, Vec<RecordRef>),
    paged: Paged,
    refused: Option<(String, FormFaults)>,
) -> WebResult<Response> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let words = Words {
        s: &s,
        datasets: &datasets,
    };
    let count = records.len();
    let (shown, at) = paged.cut(records, PAGE);
    let shown = pairs(&shown);
    let mut lines = asked
        .dataset
        .describe(app.db(), &ctx, &asked.scope, app.i18n(), &shown)
        .await?;
    let rows = shown
        .iter()
        .map(|(_, id)| {
            let line = lines.remove(id);
            let area: Option<AreaId> = line.as_ref().and_then(|line| line.area);
            Row {
                area: area.map_or_else(String::new, |area| s.area_path(area)),
                line,
            }
        })
        .collect();
    let ratio = matches!(asked.query.measure, Measure::Ratio { .. });
    let switched = |part: &str| {
        let other = Composed {
            part: part.to_owned(),
            ..question.clone()
        };
        if ratio {
            format!("/insight/evidence?{}", other.address())
        } else {
            String::new()
        }
    };
    let mut definition = words.definition(&question, &asked);
    for (text, (group, key)) in question
        .g
        .iter()
        .zip(asked.query.group.iter().zip(question.cell()?))
    {
        let name = words.group(&asked.query.dataset, text);
        definition.push((name, words.key(&*asked.dataset, group, &key)));
    }
    let several = matches!(
        asked.query.measure,
        Measure::Distinct(_)
            | Measure::Sum(_)
            | Measure::Ratio {
                weight: Some(_),
                ..
            }
    );
    let (list_title, e) = match refused {
        Some((title, e)) => (title, e),
        None => (suggested(words, &question, &asked), FormFaults::none()),
    };
    page(&EvidencePage {
        title: words.dataset(&asked.query.dataset),
        count,
        figure: if several {
            let name = words.figures(&question, &asked.query.dataset);
            format!("{name}{}", of_all(&asked, &question).await?)
        } else {
            String::new()
        },
        rows,
        at,
        whole: switched(""),
        part: switched("1"),
        hand_over: asked
            .dataset
            .hand_over_label()
            .filter(|_| count > 0 && !asked.past),
        past: asked.past,
        sensitive: asked.sensitive,
        too_long: count > LIST,
        list_title,
        e,
        definition,
        question,
        s,
    })
}

/// What a list that colleagues read may be called: nothing of what is sensitive.
fn suggested(words: Words<'_>, question: &Composed, asked: &Asked) -> String {
    if !asked.sensitive {
        return list_title(words, question);
    }
    let mut open = question.clone();
    open.f.retain(|text| {
        let condition = Condition::parse(text);
        condition.is_ok_and(|one| !words.is_sensitive(&question.d, &one))
    });
    match list_title(words, &open) {
        title if title.is_empty() => {
            let (s, now) = (words.s, words.s.ctx().now());
            s.t1("insight-list-neutral", "day", s.day(&now))
        }
        title => title,
    }
}

/// What these records may be called: the conditions, as far as a title has room.
pub(super) fn list_title(words: Words<'_>, question: &Composed) -> String {
    let conditions = question
        .f
        .iter()
        .filter_map(|text| Condition::parse(text).ok());
    let said: Vec<String> = conditions
        .map(|one| words.condition(&question.d, &one))
        .collect();
    said.join("，").chars().take(TITLE).collect()
}

/// The figure itself beside its name, where all of it was opened: `（809 / 1100）`, of a part `（809）`.
async fn of_all(asked: &Asked, question: &Composed) -> WebResult<String> {
    if !question.k.is_empty() {
        return Ok(String::new());
    }
    let total = asked.answer().await?.total;
    Ok(match (total.part, total.sum) {
        (Some(part), _) if question.part.is_empty() => format!("（{part} / {}）", total.count),
        (Some(part), _) => format!("（{part}）"),
        (None, Some(_sum)) => {
            let said = crate::words::figure_text(asked, &total).unwrap_or_default();
            format!("（{said}）")
        }
        (None, None) => format!("（{}）", total.count),
    })
}

/// Turns the records behind a figure into what their module makes of them, for example a visiting list.
pub(crate) async fn hand_over(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(sent): ApiForm<Sent>,
) -> WebResult<Response> {
    let datasets = app.need::<Datasets>()?;
    let s = shell(&app, &ctx, prefs);
    let question = sent.question()?;
    let (asked, records) = match behind(&datasets, &ctx, &question).await {
        Ok(found) => found,
        Err(problem) => return mangled(s, &question, problem),
    };
    if asked.dataset.hand_over_label().is_none() {
        return Err(Problem::not_found().into());
    }
    let made = if records.len() > LIST {
        Err(Problem::invalid("title", "query-list-long")
            .field_arg("max", LIST)
            .field_arg("count", records.len()))
    } else {
        let what = HandOver {
            title: sent.title.trim(),
            records: &pairs(&records),
            sensitive: asked.sensitive,
        };
        asked.dataset.hand_over(app.db(), &ctx, &what).await
    };
    match made {
        Ok(href) => Ok(Redirect::to(&href).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let refused = Some((sent.title, FormFaults::of(&s, &problem)));
            let (found, first) = ((asked, records), Paged::default());
            let body = records_page((s, datasets), question, found, first, refused).await?;
            Ok(refused_with(&problem, body))
        }
    }
}

/// The question as it came in the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    title: String,
    address: String,
}

impl Sent {
    fn question(&self) -> WebResult<Composed> {
        Ok(super::views::read(&self.address)?)
    }
}
