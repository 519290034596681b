//! The wall screen: the same figures, large, dark, calm, refreshed live; each still opens to its records.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Micros};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::counted::{self, Figure};
use super::query::DeskQuery;
use super::{shell, words};
use crate::model::Status;
use crate::permissions::CASES_READ;
use crate::service::Cases;
use crate::{CaseRow, Sort, counts, counts_by_area, list};

/// Rows of the table of what goes on.
const ROWS: u64 = 8;

/// An area with its figures, each a link.
struct Line {
    name: String,
    open: i64,
    overdue: i64,
    open_url: String,
    overdue_url: String,
}

#[derive(Template)]
#[template(path = "desk_wall.html")]
struct Wall<'a> {
    s: &'a Shell,
    name: String,
    now: Micros,
    figures: Vec<Figure>,
    rows: Vec<CaseRow>,
    lines: Vec<Line>,
    closed: i64,
    closed_url: String,
    own_url: String,
}

impl Wall<'_> {
    fn badge(&self, row: &CaseRow) -> &'static str {
        words::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        words::light_words(self.s, row)
    }

    /// What fits on one line of the wall.
    fn short(&self, row: &CaseRow) -> String {
        row.title()
    }

    fn place(&self, row: &CaseRow) -> String {
        words::where_of(self.s, row)
    }
}

/// Which area hangs on the wall.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WallQuery {
    area: Option<i64>,
}

/// `GET /wall`.
pub(super) async fn wall(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<WallQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_READ)?;
    let named = asked.area.map(AreaId);
    let top = named.or_else(|| ctx.grants().first().map(|grant| grant.area));
    // The area of one's own grant is no question that could be refused: it may lie outside what one reads cases of.
    let narrowed = match (named, top) {
        (None, Some(own)) => scope.narrowed(ctx.areas(), own),
        (area, _) => scope.asked(ctx.areas(), area)?,
    };
    let query = DeskQuery {
        area: asked.area,
        ..DeskQuery::default()
    };
    let counted = counts(app.db(), &narrowed).await?;
    let filter = crate::CaseFilter {
        sort: Sort::Due,
        ..query.filter(ROWS)
    };
    let rows = list(app.db(), &cases, &ctx, &narrowed, &filter)
        .await?
        .items;
    let tally = counts_by_area(app.db(), &narrowed).await?;
    let tree = ctx.areas();
    let lines = top
        .map(|top| tree.children(top))
        .unwrap_or_default()
        .iter()
        .filter_map(|area| {
            tree.get(*area).filter(|node| !node.closed)?;
            let within = tree.subtree(*area);
            let sums = within
                .iter()
                .filter_map(|one| tally.get(one))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            let view = DeskQuery {
                area: Some(area.0),
                ..DeskQuery::default()
            };
            Some(Line {
                name: s.area(area),
                open: sums.0,
                overdue: sums.1,
                open_url: view.at("/desk"),
                overdue_url: DeskQuery {
                    overdue: Some(true),
                    ..view
                }
                .at("/desk"),
            })
        });
    let closed = DeskQuery {
        status: vec![Status::Closed],
        ..query.clone()
    };
    page(&Wall {
        s: &s,
        name: top.map(|area| s.area(&area)).unwrap_or_default(),
        now: ctx.now(),
        figures: counted::figures(&s, &counted, &query),
        rows,
        lines: lines.collect(),
        closed: counted
            .by_status
            .get(Status::Closed.as_str())
            .copied()
            .unwrap_or(0),
        closed_url: closed.at("/desk"),
        own_url: query.at("/wall"),
    })
}
