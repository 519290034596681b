//! `/duty/new`, `/duty/{id}/edit`: a duty's pattern and its people.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::{clock, minute, shell};
use crate::Vault;
use crate::pages::form::{Errors, area_of, areas_with, shown, to, with_status};
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::planner::Pattern;
use crate::rosters::queries::people_in_office;
use crate::rosters::{DutyDays, DutyKind, SaveRota, rota};

/// As typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RotaForm {
    area: String,
    kind: String,
    name: String,
    days: String,
    /// 0 is Monday.
    weekday: Vec<i32>,
    turn_weeks: String,
    from: String,
    to: String,
    heads: String,
    starts_on: String,
    ends_on: String,
    /// Community and person, with a colon between, in the order of turns.
    member: Vec<String>,
}

#[derive(Template)]
#[template(path = "rosters/rota_form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: RotaForm,
    id: Option<Uuid>,
    kinds: Vec<Choice>,
    days: Vec<Choice>,
    areas: Vec<Choice>,
    people: Vec<Choice>,
}

impl FormPage {
    fn has_day(&self, day: &i32) -> bool {
        self.f.weekday.contains(day)
    }

    fn has(&self, value: &str) -> bool {
        self.f.member.iter().any(|one| one == value)
    }

    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/duty/{id}"),
            None => "/duty".to_owned(),
        }
    }
}

async fn form_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    f: RotaForm,
    e: Errors,
    id: Option<Uuid>,
) -> WebResult<FormPage> {
    let vault = app.need::<Vault>()?;
    let areas: Vec<Choice> = areas_with(&s, &ROSTERS_WRITE)
        .into_iter()
        .filter(|one| {
            area_of(&one.value).is_some_and(|area| ctx.areas().community_of(area).is_some())
        })
        .collect();
    let mut f = f;
    if f.area.is_empty() {
        f.area = areas
            .first()
            .map_or_else(String::new, |one| one.value.clone());
    }
    let community = area_of(&f.area).and_then(|area| ctx.areas().community_of(area));
    let people = match community {
        Some(community) if ctx.authorize(&ROSTERS_WRITE, community).is_ok() => {
            people_in_office(app.db().read(), &vault, community).await?
        }
        _ => Vec::new(),
    };
    let mut people: Vec<Choice> = people
        .into_iter()
        .map(|(home, id, name)| Choice::new(format!("{home}:{id}"), name))
        .collect();
    // Those who take part come first, in their order.
    people.sort_by_key(|one| {
        let at = f.member.iter().position(|member| *member == one.value);
        at.unwrap_or(usize::MAX)
    });
    let words = |family: &str, all: Vec<&'static str>| {
        all.into_iter()
            .map(|word| Choice::new(word, s.tt(family, word)))
            .collect()
    };
    Ok(FormPage {
        kinds: words(
            "duty-kind",
            DutyKind::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        days: words(
            "duty-days",
            DutyDays::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        areas,
        people,
        id,
        e,
        f,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    area: String,
}

/// `GET /duty/new?area=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(at): ApiQuery<Where>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let f = RotaForm {
        area: at.area,
        kind: DutyKind::Office.as_str().to_owned(),
        days: DutyDays::WorkingDays.as_str().to_owned(),
        turn_weeks: "0".into(),
        from: "08:30".into(),
        to: "17:30".into(),
        heads: "1".into(),
        starts_on: ctx.now().local().date().to_string(),
        ..RotaForm::default()
    };
    page(&form_page(&app, &ctx, s, f, Errors::none(), None).await?)
}

/// `GET /duty/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_WRITE)?;
    let row = rota(app.db().read(), &vault, &scope, id).await?;
    let pattern = row.pattern;
    let f = RotaForm {
        area: row.area.to_string(),
        kind: row.kind.as_str().to_owned(),
        name: row.name,
        days: pattern.days.as_str().to_owned(),
        weekday: (0..7)
            .filter(|day| pattern.weekdays & (1 << day) != 0)
            .collect(),
        turn_weeks: pattern.turn_weeks.to_string(),
        from: clock(pattern.from_minute),
        to: clock(pattern.to_minute),
        heads: pattern.heads.to_string(),
        starts_on: pattern.starts_on.to_string(),
        ends_on: pattern
            .ends_on
            .map_or_else(String::new, |day| day.to_string()),
        member: row
            .members
            .iter()
            .map(|(home, id, _)| format!("{home}:{id}"))
            .collect(),
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, &ctx, s, f, Errors::none(), Some(id)).await?)
}

/// A community and a person, with a colon between.
pub(super) fn person_of(field: &'static str, text: &str) -> Result<(CommunityId, Uuid)> {
    let read = || {
        let (home, id) = text.split_once(':')?;
        Some((CommunityId(home.parse().ok()?), id.parse().ok()?))
    };
    read().ok_or_else(|| Problem::invalid(field, "unknown-person"))
}

fn command(ctx: &Ctx, f: &RotaForm, id: Option<Uuid>) -> Result<SaveRota> {
    let number = |text: &str| text.trim().parse().unwrap_or(-1);
    let day = |field: &'static str, text: &str| {
        text.trim()
            .parse()
            .map_err(|_no_day| Problem::invalid(field, "no-day"))
    };
    let time = |field: &'static str, text: &str| {
        minute(text).ok_or_else(|| Problem::invalid(field, "duty-time"))
    };
    let area: AreaId = area_of(&f.area).ok_or_else(|| Problem::invalid("area", "required"))?;
    Ok(SaveRota {
        community: ctx
            .areas()
            .community_of(area)
            .ok_or_else(|| Problem::invalid("area", "unknown-area"))?,
        id,
        area,
        kind: DutyKind::parse(&f.kind).ok_or_else(|| Problem::invalid("kind", "unknown-value"))?,
        name: f.name.clone(),
        pattern: Pattern {
            days: DutyDays::parse(&f.days)
                .ok_or_else(|| Problem::invalid("days", "unknown-value"))?,
            weekdays: f
                .weekday
                .iter()
                .filter(|day| (0..7).contains(*day))
                .fold(0, |set, day| set | (1 << day)),
            turn_weeks: number(&f.turn_weeks),
            from_minute: time("from", &f.from)?,
            to_minute: time("to", &f.to)?,
            heads: number(&f.heads),
            starts_on: day("starts_on", &f.starts_on)?,
            ends_on: match f.ends_on.trim() {
                "" => None,
                text => Some(day("ends_on", text)?),
            },
        },
        members: f
            .member
            .iter()
            .map(|one| person_of("member", one))
            .collect::<Result<_>>()?,
    })
}

/// `POST /duty`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<RotaForm>,
) -> WebResult<Response> {
    save(app, ctx, prefs, f, None).await
}

/// `POST /duty/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<RotaForm>,
) -> WebResult<Response> {
    save(app, ctx, prefs, f, Some(id)).await
}

async fn save(
    app: App,
    ctx: Ctx,
    prefs: Prefs,
    f: RotaForm,
    id: Option<Uuid>,
) -> WebResult<Response> {
    let saved = async { app.db().execute(&ctx, command(&ctx, &f, id)?).await };
    match saved.await {
        Ok(id) => Ok(to(&format!("/duty/{id}?saved=rota"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = form_page(&app, &ctx, s, f, e, id).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}
