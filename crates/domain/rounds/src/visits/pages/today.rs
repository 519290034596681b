//! `/rounds/today`: the morning's list of whoever goes from door to door: proposed by need, grouped by entrance, in walking
//! order, each with its reasons. One may be put on it by hand or taken off.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_people::facts::RegisterPolicy;
use youlin_people::{Directory, DwellingFile};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::my_day::{MyDay, my_day};
use super::plan_map::{Drawing, drawing};
use super::{communities, community, feed, people, shell, words};
use crate::model::Outcome;
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{RoundView, round_view};
use crate::service::Rounds;
use crate::visits::queries::visits_today;
use crate::visits::visitors::outside;
use crate::visits::{
    DayRound, OnLeave, PickKind, PickVisit, Standing, Stop, VisitLine, VisitOf, standing,
};

/// Another day that was named.
struct Later {
    dwelling: Uuid,
    address: String,
    day: String,
}

#[derive(Template)]
#[template(path = "visits/today.html")]
struct TodayPage {
    s: Shell,
    e: FormFaults,
    here: CommunityId,
    communities: Vec<Choice>,
    round: DayRound,
    /// Who is behind each door, masked.
    files: HashMap<Uuid, DwellingFile>,
    drawing: Option<Drawing>,
    done: Vec<(String, VisitOf)>,
    /// Of the caller's areas, handed in by others today: why a door is no longer on the list.
    others: Vec<(String, VisitOf)>,
    /// Taken off today's list by hand.
    away: Vec<(Uuid, String)>,
    later: Vec<Later>,
    /// Wait for another day.
    full: usize,
    /// Areas of somebody absent that the caller may not see.
    outside: usize,
    /// The caller is away.
    leave: Option<OnLeave>,
    /// Others of the same areas who are away.
    others_away: Vec<OnLeave>,
    typed: String,
    /// Addresses that fit what was typed.
    found: Vec<(Uuid, String)>,
    saved: Option<RoundView>,
    may_plan: bool,
    /// Of whoever holds a post.
    calendar: Option<String>,
    lat: String,
    lon: String,
}

impl TodayPage {
    fn who(&self, visit: &VisitLine) -> String {
        let file = self.files.get(&visit.dwelling);
        file.map_or_else(String::new, |file| words::who(&self.s, file))
    }

    fn my_leave(&self, one: &OnLeave) -> String {
        words::my_leave(&self.s, one)
    }

    fn leave(&self, one: &OnLeave) -> String {
        words::leave(&self.s, one)
    }

    fn whys(&self, visit: &VisitLine) -> Vec<String> {
        words::whys(&self.s, &visit.whys)
    }

    fn state(&self, visit: &VisitOf) -> &'static str {
        let _shape_of_templates = self;
        match visit.outcome {
            Outcome::Done => "ok",
            Outcome::Tried => "soon",
            Outcome::Skipped | Outcome::Withdrawn => "done",
        }
    }

    fn way(&self) -> String {
        let metres = self.round.metres.max(0.0).round();
        if metres < 1_000.0 {
            let tens = (metres / 10.0).round() * 10.0;
            return self.s.t1("visit-metres", "count", format!("{tens:.0}"));
        }
        self.s.t1(
            "visit-kilometres",
            "count",
            format!("{:.1}", metres / 1_000.0),
        )
    }

    fn stops(&self) -> impl Iterator<Item = (usize, &Stop)> {
        (1..).zip(&self.round.stops)
    }

    fn saved_words(&self, round: &RoundView) -> String {
        let outcome = self.s.tt("visit-outcome", round.line.outcome);
        let place = &round.line.subject_name;
        self.s
            .t2("visit-saved", &("place", place), &("outcome", outcome))
    }

    /// The case that came of the visit that was just written down.
    fn saved_cases(&self) -> Vec<(Uuid, String)> {
        let found = self.saved.iter().flat_map(|round| &round.findings);
        found
            .filter_map(|one| one.case.as_ref())
            .map(|case| (case.id, case.number.clone()))
            .collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    community: Option<CommunityId>,
    /// Where the caller starts, degrees of WGS-84.
    lat: String,
    lon: String,
    /// The visit that was just written down.
    saved: Option<Uuid>,
}

/// `GET /rounds/today?community=&lat=&lon=&saved=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&today_page(s, asked, FormFaults::none(), String::new()).await?)
}

fn start(asked: &Asked) -> Option<(f64, f64)> {
    let lon: f64 = asked.lon.parse().ok()?;
    let lat: f64 = asked.lat.parse().ok()?;
    ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some((lon, lat))
}

async fn today_page(s: Shell, asked: Asked, e: FormFaults, typed: String) -> Result<TodayPage> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let db = app.db();
    let rounds = app.need::<Rounds>()?;
    let scope = people(&ctx)?;
    let here = community(&scope, asked.community)?;
    let start = start(&asked);
    let MyDay {
        round,
        ground,
        me,
        holds_post,
        leave,
        away: others_away,
        full,
    } = my_day(&app, &ctx, here, start).await?;
    let proposed: Vec<Uuid> = round
        .stops
        .iter()
        .flat_map(|stop| stop.visits.iter().map(|visit| visit.dwelling))
        .collect();
    let visits = visits_today(db, &ctx, here).await?;
    let place = |one: &VisitOf| rounds.cases.locator().dwelling(one.dwelling);
    let addressed = |one: VisitOf| {
        let address = place(&one).map_or_else(String::new, |place| place.address);
        (address, one)
    };
    let read = ctx.scope(&ROUNDS_READ)?;
    let of_mine = |one: &VisitOf| {
        place(one).is_some_and(|place| {
            let areas = [place.grid, place.neighbourhood];
            me.areas().any(|area| area == place.area()) && read.contains(here, &areas)
        })
    };
    let taken = ground
        .doors
        .iter()
        .filter(|one| one.door.picked == Some(PickKind::TakenAway));
    let later =
        ground
            .doors
            .iter()
            .filter_map(|one| match standing(&one.door, &ground.rule, ctx.now()) {
                Standing::Later(at) => Some(Later {
                    dwelling: one.dwelling,
                    address: one.address.clone(),
                    day: s.day(&at),
                }),
                _ => None,
            });
    let found = match typed.is_empty() {
        true => Vec::new(),
        false => fitting(&rounds, &scope, &typed),
    };
    let saved = match asked.saved {
        Some(id) => Some(round_view(&rounds, db, &read, id).await?),
        None => None,
    };
    Ok(TodayPage {
        e,
        here,
        communities: communities(&s, &scope),
        files: files(&app, &ctx, here, &proposed).await?,
        drawing: drawing(&round.stops, start),
        others: visits
            .others
            .into_iter()
            .filter(of_mine)
            .map(addressed)
            .collect(),
        done: visits.own.into_iter().map(addressed).collect(),
        away: taken
            .map(|one| (one.dwelling, one.address.clone()))
            .collect(),
        later: later.collect(),
        full,
        outside: outside(&scope, here, &me),
        leave,
        others_away,
        typed,
        found,
        saved,
        may_plan: ctx.may(&ROUNDS_PLAN),
        calendar: me
            .person
            .filter(|_| holds_post)
            .map(|person| feed::address(&app, &rounds.vault, here, feed::Whose::Person(person))),
        lat: asked.lat,
        lon: asked.lon,
        round,
        s,
    })
}

/// Who lives behind these doors, masked as the caller's scope allows.
pub(super) async fn files(
    app: &App,
    ctx: &Ctx,
    community: CommunityId,
    dwellings: &[Uuid],
) -> Result<HashMap<Uuid, DwellingFile>> {
    let rounds = app.need::<Rounds>()?;
    let scope = people(ctx)?;
    let policy = app.service::<RegisterPolicy>().unwrap_or_default();
    let asked = (community, dwellings);
    let db = app.db().read();
    let files =
        Directory::dwelling_files(db, &rounds.vault, &scope, &policy, ctx.now(), asked).await?;
    Ok(files
        .into_iter()
        .map(|file| (file.dwelling, file))
        .collect())
}

/// Dwellings a text may mean.
fn fitting(rounds: &Rounds, scope: &youlin_kernel::Scope, text: &str) -> Vec<(Uuid, String)> {
    const SHOWN: usize = 8;
    let locator = rounds.cases.locator();
    let all = locator.candidates(text, Some(scope), SHOWN * 4).into_iter();
    all.filter_map(|one| Some((one.place.dwelling?, one.place.address)))
        .take(SHOWN)
        .collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AddForm {
    community: Option<CommunityId>,
    address: String,
}

/// `POST /rounds/today/add`: the one dwelling the words mean, or the choice between several.
pub(super) async fn add(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<AddForm>,
) -> WebResult<Response> {
    let rounds = app.need::<Rounds>()?;
    let scope = people(&ctx)?;
    let text = form.address.trim().to_owned();
    let found = match text.is_empty() {
        true => Vec::new(),
        false => fitting(&rounds, &scope, &text),
    };
    if let [(only, _)] = found.as_slice() {
        let pick = PickVisit {
            rounds,
            dwelling: *only,
            kind: Some(PickKind::Added),
        };
        app.db().execute(&ctx, pick).await?;
        return Ok(Redirect::to("/rounds/today#list").into_response());
    }
    let code = match (text.is_empty(), found.is_empty()) {
        (true, _) => "visit-address",
        (false, true) => "visit-address-unknown",
        (false, false) => "visit-address-several",
    };
    let problem = Problem::invalid("address", code);
    let s = shell(&app, &ctx, prefs);
    let e = FormFaults::of(&s, &problem);
    let asked = Asked {
        community: form.community,
        ..Asked::default()
    };
    let body = today_page(s, asked, e, text).await?;
    Ok(refused_with(&problem, page(&body)?))
}

#[derive(Debug, Deserialize)]
pub(super) struct PickForm {
    dwelling: Uuid,
    /// `added`, `taken_away`, or nothing to undo either.
    #[serde(default)]
    kind: String,
}

/// `POST /rounds/today/pick`.
pub(super) async fn pick(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<PickForm>,
) -> WebResult<Response> {
    let pick = PickVisit {
        rounds: app.need::<Rounds>()?,
        dwelling: form.dwelling,
        kind: PickKind::parse(&form.kind),
    };
    match app.db().execute(&ctx, pick).await {
        Ok(()) => Ok(Redirect::to("/rounds/today#list").into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = today_page(s, Asked::default(), e, String::new()).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
