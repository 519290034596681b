//! `/duty/{id}`: a month of a duty, for reading, printing, planning, and asking somebody to take a shift.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::rota_form::person_of;
use super::{clock, feed, shell, time_of};
use crate::Vault;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};
use crate::privacy::WorkingDays;
use crate::rosters::planner::midnight;
use crate::rosters::queries::{find_shift, find_swap, people_in_office};
use crate::rosters::{AnswerSwap, AskSwap, CloseRota, PlanDuty, RotaView, ShiftView, rota, shifts};

/// A day of the month with its shifts.
struct Day {
    date: Date,
    shifts: Vec<ShiftView>,
}

#[derive(Template)]
#[template(path = "rosters/month.html")]
struct MonthPage {
    s: Shell,
    e: Errors,
    rota: RotaView,
    /// 2026-11
    month: String,
    before: String,
    after: String,
    days: Vec<Day>,
    people: Vec<Choice>,
    plan_to: String,
    feed: String,
    me: Option<Uuid>,
    may_write: bool,
    saved: String,
    now: youlin_kernel::Micros,
}

impl MonthPage {
    fn times(&self) -> String {
        let pattern = &self.rota.pattern;
        format!(
            "{} – {}",
            clock(pattern.from_minute),
            clock(pattern.to_minute)
        )
    }

    fn weekday(&self, day: &Day) -> String {
        self.s
            .tt("weekday", day.date.weekday().to_monday_zero_offset())
    }

    fn may_ask(&self, shift: &ShiftView) -> bool {
        shift.to > self.now && (self.may_write || (self.me.is_some() && shift.person == self.me))
    }

    fn times_of(&self, shift: &ShiftView) -> String {
        let _shape_of_templates = self;
        format!("{} – {}", time_of(shift.from), time_of(shift.to))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    month: String,
    saved: String,
}

async fn month_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    which: Which,
    problem: Option<&Problem>,
) -> WebResult<MonthPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let rota = rota(db, &vault, &scope, id).await?;
    let today = ctx.now().local().date();
    let first: Date = format!("{}-01", which.month)
        .parse()
        .unwrap_or_else(|_this_month| today.first_of_month());
    let last = first.last_of_month();
    let span = (midnight(first), midnight(last.saturating_add(1.day())));
    let mut all = shifts(db, &vault, &scope, span, Some(id)).await?;
    let days = all.iter().filter_map(|shift| shift.day.parse().ok());
    let mut dates: Vec<Date> = days.filter(|day| *day >= first && *day <= last).collect();
    dates.dedup();
    let days = dates
        .into_iter()
        .map(|date| Day {
            shifts: all
                .extract_if(.., |shift| shift.day == date.to_string())
                .collect(),
            date,
        })
        .collect();
    let may_write = ctx.authorize(&ROSTERS_WRITE, rota.area).is_ok();
    let people = people_in_office(db, &vault, rota.community).await?;
    let words = |day: Date| day.strftime("%Y-%m").to_string();
    let s = shell(app, ctx, prefs);
    Ok(MonthPage {
        e: problem.map_or_else(Errors::none, |problem| Errors::of(&s, problem)),
        before: words(first.saturating_sub(1.day())),
        after: words(last.saturating_add(1.day())),
        month: words(first),
        people: people
            .into_iter()
            .map(|(home, id, name)| Choice::new(format!("{home}:{id}"), name))
            .collect(),
        plan_to: today.saturating_add(28.days()).to_string(),
        feed: format!(
            "{}/duty/{id}/calendar/{}.ics",
            app.config().public_url,
            feed::token(&vault, id)
        ),
        saved: match which.saved.as_str() {
            word @ ("rota" | "plan" | "asked" | "answered") => s.tt("duty-saved", word),
            _ => String::new(),
        },
        me: ctx.actor().person(),
        now: ctx.now(),
        may_write,
        rota,
        days,
        s,
    })
}

/// `GET /duty/{id}?month=`.
pub(super) async fn month(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    page(&month_page(&app, &ctx, prefs, id, which, None).await?)
}

async fn again(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    month: String,
    problem: Problem,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let which = Which {
        month,
        saved: String::new(),
    };
    let body = month_page(app, ctx, prefs, id, which, Some(&problem)).await?;
    Ok(with_status(&problem, page(&body)?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlanForm {
    to: String,
    month: String,
}

/// `POST /duty/{id}/plan`.
pub(super) async fn plan(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<PlanForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_WRITE)?;
    let rota = rota(app.db().read(), &vault, &scope, id).await?;
    let planned = async {
        let command = PlanDuty {
            community: rota.community,
            rota: id,
            to: form
                .to
                .trim()
                .parse()
                .map_err(|_no_day| Problem::invalid("to", "no-day"))?,
            working: app.service::<WorkingDays>().unwrap_or_default(),
        };
        app.db().execute(&ctx, command).await
    };
    match planned.await {
        Ok(_open) => Ok(to(&format!(
            "/duty/{id}?saved=plan&month={}",
            month_word(&form.month)
        ))),
        Err(problem) => again(&app, &ctx, prefs, id, form.month, problem).await,
    }
}

/// A month for an address; nothing that is none.
fn month_word(text: &str) -> &str {
    let fine = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if fine { text } else { "" }
}

/// `POST /duty/{id}/close`.
pub(super) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_WRITE)?;
    let rota = rota(app.db().read(), &vault, &scope, id).await?;
    let command = CloseRota {
        community: rota.community,
        rota: id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/duty"))
}

#[derive(Debug, Deserialize)]
pub(super) struct AskForm {
    rota: Uuid,
    #[serde(default)]
    person: String,
    #[serde(default)]
    month: String,
}

/// `POST /duty/shifts/{id}/ask`.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<AskForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let community = find_shift(app.db().read(), &scope, id).await?;
    let asked: Result<Uuid> = async {
        let command = AskSwap {
            community,
            shift: id,
            to: person_of("person", &form.person)?,
        };
        app.db().execute(&ctx, command).await
    }
    .await;
    match asked {
        Ok(_id) => Ok(to(&format!(
            "/duty/{}?saved=asked&month={}",
            form.rota,
            month_word(&form.month)
        ))),
        Err(problem) => again(&app, &ctx, prefs, form.rota, form.month, problem).await,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    answer: String,
}

/// `POST /duty/swaps/{id}/answer`.
pub(super) async fn answer(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<AnswerForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = AnswerSwap {
        community: find_swap(app.db().read(), &scope, id).await?,
        id,
        yes: form.answer == "yes",
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/duty"))
}
