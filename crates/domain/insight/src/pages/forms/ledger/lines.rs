//! The lines of the lists: what each of them says of a form, a filling, a column or a question.

use uuid::Uuid;
use youlin_datasets::{Datasets, Unanswered};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result};
use youlin_web::{App, Paged, Pages, Shell};

use super::super::period_words;
use super::{Of, Opened, href_of_fill};
use crate::forms::{self, Cells, CellsOf, Filling, FormLine, Ledger, Yearly};
use crate::pages::PAGE;

/// One place of a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) text: String,
    pub(super) href: String,
    pub(super) num: bool,
}

impl Place {
    fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    fn link(text: impl Into<String>, href: String) -> Self {
        Self {
            href,
            ..Self::text(text)
        }
    }

    fn number(number: impl std::fmt::Display) -> Self {
        Self {
            num: true,
            ..Self::text(number.to_string())
        }
    }

    /// A figure that opens, where there is anything to open.
    fn figure(number: i64, href: String) -> Self {
        Self {
            href: if number > 0 { href } else { String::new() },
            ..Self::number(number)
        }
    }
}

/// A list: names of its places, its lines, and what they add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) heads: Vec<Place>,
    pub(super) lines: Vec<Vec<Place>>,
    /// Empty where nothing is added up.
    pub(super) sum: Vec<Place>,
    /// Of how many lines these are some.
    pub(super) count: usize,
}

/// The list that is opened, and where its page stands.
pub(super) async fn list(
    s: &Shell,
    datasets: &Datasets,
    own: Ledger,
    opened: &Opened,
    paged: Paged,
) -> Result<(Lines, Pages)> {
    let (db, ctx) = (s.app().db(), s.ctx());
    let whole = opened.requester.is_empty() && opened.fill.is_none();
    let named = |title: &str, requester: &str| match whole {
        true => format!("{requester} · {title}"),
        false => title.to_owned(),
    };
    Ok(match opened.of {
        Of::Forms => {
            let (count, sum) = (own.forms.len(), own.yearly());
            let (some, at) = paged.cut(own.forms, PAGE);
            let lines = some.iter().map(|one| yearly(s, one, &named)).collect();
            (table(s, YEARLY, lines, &[sum], count), at)
        }
        Of::Fills => {
            let sums = [own.held(), own.fetched(), own.missing()];
            let count = own.fills.len();
            let (some, at) = paged.cut(own.fills, PAGE);
            let lines = some.iter().map(|one| filling(s, one, &named)).collect();
            (table(s, FILLS, lines, &sums, count), at)
        }
        Of::Held | Of::Fetched | Of::Missing => {
            let meant = match opened.of {
                Of::Held => forms::Of::Held,
                Of::Fetched => forms::Of::Fetched,
                _ => forms::Of::Missing,
            };
            let found = forms::cells(db, ctx, &own.fills, meant).await?;
            let sum: i64 = found.iter().map(|one| i64::from(one.answer.cells)).sum();
            let count = found.len();
            let (some, at) = paged.cut(found, PAGE);
            let lines = some.iter().map(|one| cells(s, one, &named)).collect();
            (table(s, CELLS, lines, &[sum], count), at)
        }
        Of::Asked => {
            let found = forms::unanswered(db, ctx, datasets, &opened.requester).await?;
            let count = found.len();
            let (some, at) = paged.cut(found, PAGE);
            let lines = asked(s, datasets, some, &named).await?;
            (table(s, ASKED, lines, &[], count), at)
        }
    })
}

/// Names of the places of a line; those of numbers are marked.
type Heads = &'static [(&'static str, bool)];

const YEARLY: Heads = &[
    ("form-ledger-form", false),
    ("form-every", false),
    ("form-area", false),
    ("form-ledger-cells-once", true),
    ("form-ledger-times", true),
    ("form-ledger-yearly", true),
];
const FILLS: Heads = &[
    ("form-ledger-form", false),
    ("form-period", false),
    ("form-when", false),
    ("form-by", false),
    ("form-lines", true),
    ("form-ledger-held", true),
    ("form-ledger-fetched", true),
    ("form-ledger-missing", true),
];
const CELLS: Heads = &[
    ("form-ledger-form", false),
    ("form-column", false),
    ("form-period", false),
    ("form-when", false),
    ("data-dim-area", false),
    ("data-dim-origin", false),
    ("data-dim-cells", true),
];
const ASKED: Heads = &[
    ("form-ledger-who", false),
    ("data-dim-area", false),
    ("form-ledger-question", false),
    ("form-ledger-form", false),
    ("form-ledger-since", false),
];

/// The sums stand under the last places.
fn table(s: &Shell, heads: Heads, lines: Vec<Vec<Place>>, sums: &[i64], count: usize) -> Lines {
    let mut sum = Vec::new();
    if !sums.is_empty() {
        sum.push(Place::text(s.t("insight-total")));
        sum.resize(heads.len() - sums.len(), Place::default());
        sum.extend(sums.iter().map(Place::number));
    }
    let head = |(key, num): &(&'static str, bool)| Place {
        num: *num,
        ..Place::text(s.t(key))
    };
    Lines {
        heads: heads.iter().map(head).collect(),
        lines,
        sum,
        count,
    }
}

/// What a form is called, with its requester where there are several.
type Named<'a> = &'a (dyn Fn(&str, &str) -> String + Sync);

fn yearly(s: &Shell, one: &Yearly, named: Named<'_>) -> Vec<Place> {
    let form = &one.form;
    // What a form takes is known once it was filled; until then it is said to be expected, or not to be counted.
    let said = |text: String| Place {
        num: true,
        ..Place::text(text)
    };
    let once = match one.cells {
        Cells::Filled(cells) => Place::number(cells),
        Cells::Expected(cells) => said(s.t1("form-ledger-expected", "cells", cells)),
        Cells::Unknown => said(s.t("form-never")),
    };
    let yearly = match one.cells {
        Cells::Unknown => said(s.t("form-ledger-left-out")),
        _ => Place::number(one.yearly()),
    };
    vec![
        Place::link(named(&form.title(), &form.requester), page_of(form.id)),
        Place::text(s.tt("form-every", form.every.as_str())),
        Place::text(s.area(&form.area)),
        once,
        Place::number(one.times()),
        yearly,
    ]
}

fn filling(s: &Shell, one: &Filling, named: Named<'_>) -> Vec<Place> {
    let fill = &one.fill;
    // What was filled again for the same period counts once.
    let figure = |of: Of, cells: i64| match one.sent {
        true => Place::figure(cells, href_of_fill(of, fill.id)),
        false => Place {
            num: true,
            ..Place::text(s.t("form-ledger-again"))
        },
    };
    vec![
        Place::link(named(&one.title, &one.requester), page_of(fill.form_id)),
        Place::text(period_words(s, &fill.period)),
        Place::text(s.when(&forms::at(fill))),
        Place::text(fill.by_name.clone()),
        Place::number(fill.lines),
        figure(Of::Held, one.tally.held),
        figure(Of::Fetched, one.tally.fetched),
        figure(Of::Missing, one.tally.missing),
    ]
}

fn cells(s: &Shell, one: &CellsOf, named: Named<'_>) -> Vec<Place> {
    let answer = &one.answer;
    let said = one.said.iter();
    let said = said.map(|(by, on)| s.t2("answer-said", &("by", by), &("on", period_words(s, on))));
    let origin: Vec<String> = std::iter::once(s.tt("answer", &answer.origin))
        .chain(said)
        .collect();
    let origin = origin.join(" · ");
    vec![
        Place::link(named(&one.title, &one.requester), page_of(answer.form_id)),
        Place::text(answer.column_name.clone()),
        Place::text(period_words(s, &answer.period)),
        Place::text(s.when(&Micros(answer.at))),
        Place::text(s.area(&AreaId(answer.area_id))),
        Place::text(origin),
        Place::number(answer.cells),
    ]
}

/// Of whom, masked like everywhere; whom the caller may not see is said to be somebody else's.
async fn asked(
    s: &Shell,
    datasets: &Datasets,
    some: Vec<(FormLine, Unanswered)>,
    named: Named<'_>,
) -> Result<Vec<Vec<Place>>> {
    let Some(set) = datasets.get("persons") else {
        return Ok(Vec::new());
    };
    let (app, ctx): (&App, &Ctx) = (s.app(), s.ctx());
    let records: Vec<(CommunityId, Uuid)> = some.iter().map(|(_, one)| one.record).collect();
    let scope = ctx.scope(set.permission())?;
    let known = set
        .describe(app.db(), ctx, &scope, app.i18n(), &records)
        .await?;
    let line = |(form, one): (FormLine, Unanswered)| {
        let (who, area) = match known.get(&one.record.1) {
            Some(line) => (
                Place::link(line.title.clone(), line.href.clone()),
                line.area.map_or_else(String::new, |area| s.area_path(area)),
            ),
            None => (Place::text(s.t("insight-evidence-gone")), String::new()),
        };
        vec![
            who,
            Place::text(area),
            Place::text(one.text),
            Place::link(named(&form.title(), &form.requester), page_of(form.id)),
            Place::text(s.when(&one.since)),
        ]
    };
    Ok(some.into_iter().map(line).collect())
}

fn page_of(form: Uuid) -> String {
    format!("/insight/forms/{form}")
}
