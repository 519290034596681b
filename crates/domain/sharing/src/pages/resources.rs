//! `/resources/{id}`: what it is, when it is free, who has it, what it did.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};
use serde::Deserialize;
use youlin_kernel::{Micros, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::words::{self, Reached};
use super::{LISTS, shell};
use crate::SetResourceState;
use crate::model::{LoanState, ResourceState, Span};
use crate::permissions::{SHARING_ASK, SHARING_READ, SHARING_WRITE};
use crate::queries::{LoanRow, ResourceRow, loans_of_resource, resource};
use crate::service::Sharing;

/// Days the calendar shows at once.
const DAYS: i64 = 7;

/// One day of the calendar.
struct Day {
    date: Date,
    name: String,
    today: bool,
    /// Hours on that day; none: closed.
    open: Vec<Span>,
    always: bool,
    loans: Vec<LoanRow>,
    /// Free all day long.
    free: u32,
}

#[derive(Template)]
#[template(path = "sharing/resource.html")]
struct ResourcePage<'a> {
    s: &'a Shell,
    row: ResourceRow,
    contacts: Vec<Reached>,
    keepers: Vec<Reached>,
    days: Vec<Day>,
    earlier: Date,
    later: Date,
    /// Loans that are over or go on, the newest first.
    past: Vec<LoanRow>,
    may_ask: bool,
    may_write: bool,
    saved: String,
}

impl ResourcePage<'_> {
    fn badge(&self, loan: &LoanRow) -> &'static str {
        words::loan_badge(loan.state, loan.late)
    }

    fn state_badge(&self) -> &'static str {
        words::resource_badge(self.row.state)
    }

    fn clock(&self, at: &Micros) -> String {
        at.local().strftime("%H:%M").to_string()
    }

    /// From when to when on that day.
    fn span(&self, loan: &LoanRow, day: &Day) -> String {
        let (from, to) = (loan.from.local(), loan.to.local());
        let begin = if from.date() < day.date {
            "…".to_owned()
        } else {
            self.clock(&loan.from)
        };
        let end = if to.date() > day.date {
            "…".to_owned()
        } else {
            self.clock(&loan.to)
        };
        format!("{begin}–{end}")
    }

    fn hours(&self, day: &Day) -> String {
        let spans: Vec<String> = day.open.iter().map(|span| span.text()).collect();
        spans.join(" ")
    }
}

/// What the calendar shows, and the sentence after a change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// The first day.
    from: String,
    saved: String,
}

fn midnight(day: Date) -> Micros {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    day.to_zoned(zone)
        .map_or(Micros(0), |at| at.timestamp().into())
}

/// `GET /resources/{id}?from=2026-11-09`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(shown): ApiQuery<Shown>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let s = shell(&app, &ctx, prefs, LISTS);
    let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_READ)?, id).await?;
    let today = ctx.now().local().date();
    let first: Date = shown.from.parse().unwrap_or(today);
    let first = first.clamp(
        today.saturating_sub(400.days()),
        today.saturating_add(400.days()),
    );
    let days = days(&s, &sharing, &row, first).await?;
    let window = (Micros(0), midnight(today.saturating_add(400.days())));
    let mut past = loans_of_resource(&sharing, &ctx, (row.community, id), window).await?;
    past.reverse();
    past.truncate(50);
    page(&ResourcePage {
        contacts: words::reached(&s, &sharing, row.community, row.contact).await?,
        keepers: words::reached(&s, &sharing, row.community, row.key_keeper).await?,
        may_ask: ctx
            .scope(&SHARING_ASK)
            .is_ok_and(|scope| scope.contains_community(row.community)),
        may_write: ctx.authorize(&SHARING_WRITE, row.area).is_ok(),
        earlier: first.saturating_sub(DAYS.days()),
        later: first.saturating_add(DAYS.days()),
        saved: match shown.saved.as_str() {
            "new" | "changed" | "state" => s.tt("sharing-saved", &shown.saved),
            _ => String::new(),
        },
        days,
        past,
        row,
        s: &s,
    })
}

async fn days(s: &Shell, sharing: &Sharing, row: &ResourceRow, first: Date) -> Result<Vec<Day>> {
    let (ctx, today) = (s.ctx(), s.ctx().now().local().date());
    let end = first.saturating_add(DAYS.days());
    let window = (midnight(first), midnight(end));
    let mut loans = loans_of_resource(sharing, ctx, (row.community, row.id), window).await?;
    loans.retain(|loan| !matches!(loan.state, LoanState::Declined | LoanState::Cancelled));
    let holds: Vec<crate::model::Hold> = loans
        .iter()
        .filter(|loan| matches!(loan.state, LoanState::Booked | LoanState::Out))
        .map(|loan| crate::model::Hold {
            from: loan.out_at.map_or(loan.from.0, |at| at.0.min(loan.from.0)),
            // What is late stays away until it comes.
            to: if loan.late { i64::MAX } else { loan.to.0 },
            count: loan.amount,
        })
        .collect();
    let mut days = Vec::new();
    let mut day = first;
    while day < end {
        let (from, to) = (midnight(day), midnight(day.saturating_add(1.days())));
        let touches = |loan: &&LoanRow| {
            let until = match (loan.back_at, loan.late) {
                (Some(back), _) => back.0.max(loan.to.0),
                (None, true) => ctx.now().0.max(loan.to.0),
                (None, false) => loan.to.0,
            };
            loan.from.0 < to.0 && until > from.0
        };
        let open = row.opening.on(day, sharing.is_holiday(day));
        days.push(Day {
            name: weekday(s, day),
            today: day == today,
            always: open == [Span(0, 24 * 60)],
            free: crate::model::free(row.amount, &holds, from.0, to.0),
            loans: loans.iter().filter(touches).cloned().collect(),
            open,
            date: day,
        });
        day = day.saturating_add(1.days());
    }
    Ok(days)
}

fn weekday(s: &Shell, day: Date) -> String {
    let number = day.weekday().to_monday_one_offset();
    let date = if s.is_english() {
        day.strftime("%-d %b").to_string()
    } else {
        day.strftime("%-m月%-d日").to_string()
    };
    format!("{date} {}", s.tt("sharing-day", number))
}

/// In service, resting, gone.
#[derive(Debug, Deserialize)]
pub(super) struct NewState {
    version: i32,
    state: String,
}

/// `POST /resources/{id}/state`.
pub(super) async fn set_state(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(new): ApiForm<NewState>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_WRITE)?, id).await?;
    let command = SetResourceState {
        community: row.community,
        id,
        version: new.version,
        state: ResourceState::parse(&new.state)
            .ok_or_else(|| Problem::invalid("state", "unknown-value"))?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to(&format!("/resources/{id}?saved=state")).into_response())
}
