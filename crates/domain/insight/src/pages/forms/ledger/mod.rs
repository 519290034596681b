//! `/insight/forms/ledger`: the list behind a figure of the ledger. What is shown is what was counted: as many lines as the
//! figure says, or lines that add up to it.

mod lines;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_kernel::{Micros, Problem, Result};
use youlin_web::{ApiQuery, App, Caller, Paged, Pages, Prefs, Shell, WebResult, page};

use self::lines::{Lines, list};
use crate::forms::{self, Ledger};
use crate::pages::shell;

/// Which of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Of {
    /// Forms that are still asked for, with what they take in a year.
    #[default]
    Forms,
    /// The times they were filled.
    Fills,
    /// Columns that were filled from what was held, cell for cell.
    Held,
    /// Columns somebody fetched the answers of because a form asked for them.
    Fetched,
    /// Columns that stayed empty.
    Missing,
    /// Questions nobody has answered yet.
    Asked,
}

impl Of {
    const ALL: [Self; 6] = [
        Self::Forms,
        Self::Fills,
        Self::Held,
        Self::Fetched,
        Self::Missing,
        Self::Asked,
    ];

    /// The words of its figure.
    fn key(self) -> &'static str {
        match self {
            Self::Forms => "form-ledger-forms",
            Self::Fills => "form-ledger-fills",
            Self::Held => "form-ledger-held",
            Self::Fetched => "form-ledger-fetched",
            Self::Missing => "form-ledger-missing",
            Self::Asked => "form-ledger-asked",
        }
    }
}

/// Which list, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Opened {
    of: Of,
    /// All of them where none is named.
    #[serde(skip_serializing_if = "String::is_empty")]
    requester: String,
    /// Only the cells of this filling.
    #[serde(skip_serializing_if = "Option::is_none")]
    fill: Option<Uuid>,
}

/// A requester as the ledger shows it: each figure with its name and the address of its list.
pub(super) struct Line {
    pub(super) requester: String,
    pub(super) figures: Vec<(String, i64, String)>,
}

/// One line of the ledger, of a requester or of all of them.
pub(super) fn line(s: &Shell, one: &Ledger) -> Line {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let figure = |key: &str, figure: i64, of: Of| (s.t(key), figure, href(of, &one.requester));
    let own = |of: Of, number: i64| figure(of.key(), number, of);
    Line {
        requester: one.requester.clone(),
        figures: vec![
            own(Of::Forms, count(one.forms.len())),
            own(Of::Fills, count(one.fills.len())),
            own(Of::Held, one.held()),
            own(Of::Fetched, one.fetched()),
            own(Of::Missing, one.missing()),
            own(Of::Asked, count(one.asked)),
            figure("form-ledger-yearly", one.yearly(), Of::Forms),
        ],
    }
}

/// The address of the list behind a figure.
fn href(of: Of, requester: &str) -> String {
    Opened {
        of,
        requester: requester.to_owned(),
        fill: None,
    }
    .address()
}

/// The address of the cells of one filling.
pub(super) fn href_of_fill(of: Of, fill: Uuid) -> String {
    Opened {
        of,
        requester: String::new(),
        fill: Some(fill),
    }
    .address()
}

impl Opened {
    fn address(&self) -> String {
        let query = serde_html_form::to_string(self).unwrap_or_default();
        format!("/insight/forms/ledger?{query}")
    }
}

#[derive(Template)]
#[template(path = "insight/forms/ledger.html")]
struct LedgerPage {
    s: Shell,
    opened: Opened,
    /// What the figure is, and whose.
    title: String,
    whose: String,
    /// Name, figure and address of each list of this requester.
    figures: Vec<(String, String, String, bool)>,
    list: Lines,
    at: Pages,
}

impl LedgerPage {
    /// The address of a page, as far as its number.
    fn to(&self) -> String {
        format!("{}&page=", self.opened.address())
    }
}

/// `GET /insight/forms/ledger`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(opened): ApiQuery<Opened>,
    ApiQuery(paged): ApiQuery<Paged>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let datasets = app.need::<Datasets>()?;
    let (own, whose) = match opened.fill {
        Some(fill) => {
            let one = forms::filling(app.db(), &ctx, fill).await?;
            let whose = format!(
                "{} · {} · {}",
                one.title,
                super::period_words(&s, &one.fill.period),
                s.when(&Micros(one.fill.at))
            );
            let own = Ledger {
                fills: vec![one],
                ..Ledger::default()
            };
            (own, whose)
        }
        None => {
            let all = forms::ledger(app.db(), &ctx, &datasets).await?;
            whose_ledger(&s, all, &opened.requester)?
        }
    };
    let figures = figures(&s, &own, &opened);
    let (list, at) = list(&s, &datasets, own, &opened, paged).await?;
    page(&LedgerPage {
        title: s.t1("form-ledger-of", "what", s.t(opened.of.key())),
        whose,
        figures,
        list,
        at,
        opened,
        s,
    })
}

/// The ledger of that requester, or of all of them.
fn whose_ledger(s: &Shell, all: Vec<Ledger>, requester: &str) -> Result<(Ledger, String)> {
    if requester.is_empty() {
        return Ok((Ledger::whole(&all), s.t("form-ledger-all")));
    }
    let mut all = all.into_iter();
    let own = all.find(|one| one.requester == requester);
    Ok((own.ok_or_else(Problem::not_found)?, requester.to_owned()))
}

/// The other figures of the same requester; of one filling, how many of its cells were filled and how many were not.
fn figures(s: &Shell, own: &Ledger, opened: &Opened) -> Vec<(String, String, String, bool)> {
    let all = Of::ALL.into_iter();
    let all = all
        .filter(|of| opened.fill.is_none() || matches!(of, Of::Held | Of::Fetched | Of::Missing));
    all.map(|of| {
        let figure = match of {
            Of::Forms => own.forms.len().to_string(),
            Of::Fills => own.fills.len().to_string(),
            Of::Held => own.held().to_string(),
            Of::Fetched => own.fetched().to_string(),
            Of::Missing => own.missing().to_string(),
            Of::Asked => own.asked.to_string(),
        };
        let other = Opened {
            of,
            ..opened.clone()
        };
        (s.t(of.key()), figure, other.address(), of == opened.of)
    })
    .collect()
}
