//! `/insight`: the indicators of one's area and a month, the datasets that can be asked, kept questions.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use youlin_datasets::Datasets;
use youlin_kernel::Ctx;
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
};

use super::{areas_asked, shell};
use crate::compose::{Composed, read_area};
use crate::indicators::{self, IndicatorFigure, Period};
use crate::permissions::INSIGHT_FORMS;
use crate::queries::{self, SavedView};
use crate::words::Words;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    area: String,
    /// `2026-10`
    month: String,
    as_of: String,
}

struct Shown {
    figure: IndicatorFigure,
    /// By month.
    question: String,
    whole: String,
    part: String,
}

#[derive(Template)]
#[template(path = "insight/overview.html")]
struct OverviewPage {
    s: Shell,
    e: FormFaults,
    chosen: Chosen,
    areas: Vec<Choice>,
    months: Vec<String>,
    indicators: Vec<Shown>,
    datasets: Vec<(String, String, String)>,
    views: Vec<SavedView>,
    today: String,
    /// May keep the forms others ask for.
    forms: bool,
}

impl OverviewPage {
    fn means(&self, one: &Shown) -> String {
        format!("indicator-{}-means", one.figure.code)
    }
}

const MONTHS: i32 = 13;

pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(mut chosen): ApiQuery<Chosen>,
) -> WebResult<Response> {
    let datasets = app.need::<Datasets>()?;
    let s = shell(&app, &ctx, prefs);
    let words = Words {
        s: &s,
        datasets: &datasets,
    };
    let first = ctx.now().local().date().first_of_month();
    let (from, to) = match month(&chosen.month) {
        Some(month) => month,
        None => {
            chosen.month = first.strftime("%Y-%m").to_string();
            (first, first.last_of_month())
        }
    };
    let area = read_area(&chosen.area);
    let period = Period {
        from: from.to_string(),
        to: to.to_string(),
        area: area.as_ref().ok().copied().flatten(),
        as_of: Some(chosen.as_of.trim().to_owned()).filter(|day| !day.is_empty()),
    };
    let figures = match area {
        Ok(_read) => indicators::figures(&datasets, &ctx, &period).await,
        Err(problem) => Err(problem),
    };
    let (figures, e) = match figures {
        Ok(figures) => (figures, FormFaults::none()),
        Err(problem) => (Vec::new(), FormFaults::of(&s, &mendable(problem)?)),
    };
    page(&OverviewPage {
        areas: areas_asked(&s, &chosen.area),
        months: (0..MONTHS)
            .filter_map(|back| first.checked_sub(back.months()).ok())
            .map(|day| day.strftime("%Y-%m").to_string())
            .collect(),
        indicators: figures.into_iter().map(|one| shown(one, &period)).collect(),
        datasets: open(&ctx, words),
        views: queries::views(app.db(), &datasets, &ctx).await?,
        today: ctx.now().local().date().to_string(),
        forms: ctx.may(&INSIGHT_FORMS),
        chosen,
        e,
        s,
    })
}

fn month(text: &str) -> Option<(Date, Date)> {
    let first: Date = format!("{text}-01").parse().ok()?;
    Some((first, first.last_of_month()))
}

fn open(ctx: &Ctx, words: Words<'_>) -> Vec<(String, String, String)> {
    words
        .datasets
        .open_to(ctx)
        .map(|set| {
            let code = set.schema().code;
            let hint = words.s.t(&format!("data-{code}-hint"));
            (
                words.dataset(code),
                hint,
                format!("/insight/query?d={code}"),
            )
        })
        .collect()
}

fn shown(figure: IndicatorFigure, period: &Period) -> Shown {
    let question = Composed {
        i: figure.code.clone(),
        from: period.from.clone(),
        to: period.to.clone(),
        area: period
            .area
            .map_or_else(String::new, |area| area.to_string()),
        as_of: period.as_of.clone().unwrap_or_default(),
        ..Composed::default()
    };
    let meant = Composed {
        part: "1".to_owned(),
        ..question.clone()
    };
    Shown {
        whole: format!("/insight/evidence?{}", question.address()),
        part: format!("/insight/evidence?{}", meant.address()),
        question: format!("/insight/query?{}", question.address()),
        figure,
    }
}
