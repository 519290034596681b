//! Pages of rosters: `/rosters…` (coverage, teams, seconded staff), `/duty…`, and the public card of an area's team.

mod absences;
mod bare;
mod coverage;
mod duty;
mod feed;
mod rota_form;
mod seconded;
mod settings;
mod shifts;
mod teams;

use youlin_kernel::{Access, AreaId, Ctx, Micros, Problem, Result, Scope};
use youlin_web::{App, NavPlace, Prefs, Routes, Shell, TopbarPart};

use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};

/// Who is on duty, in the bar on top of every page.
pub const TOPBAR: &[TopbarPart] = &[TopbarPart {
    href: "/duty/now",
    access: Access::Needs(&ROSTERS_READ),
}];

pub(super) fn routes() -> Routes {
    let (read, write) = (Access::Needs(&ROSTERS_READ), Access::Needs(&ROSTERS_WRITE));
    Routes::new()
        .get("/rosters", read, coverage::show)
        .get("/rosters/map.geojson", read, coverage::map)
        .get("/rosters/holes", read, coverage::holes)
        .get("/rosters/settings", write, settings::show)
        .post("/rosters/settings", write, settings::save)
        .get("/rosters/teams/{area}", read, teams::show)
        .get("/rosters/teams/{area}/cards", read, teams::cards)
        .post("/rosters/shares", write, teams::take_share)
        .post("/rosters/shares/{id}/end", write, teams::end_share)
        .get("/rosters/seconded", read, seconded::list)
        .post("/rosters/seconded", write, seconded::save)
        .get("/rosters/seconded/hours", read, seconded::hours)
        .get("/rosters/seconded/{id}", read, seconded::show)
        .post("/rosters/seconded/{id}/hours", read, seconded::note)
        .post("/rosters/seconded/{id}/end", write, seconded::end)
        .post("/rosters/hours/{id}/decide", write, seconded::decide)
        .get("/my-grid-worker/{area}", Access::Public, teams::public)
        .merge(duty_routes())
}

fn duty_routes() -> Routes {
    let (read, write) = (Access::Needs(&ROSTERS_READ), Access::Needs(&ROSTERS_WRITE));
    Routes::new()
        .get("/duty", read, duty::show)
        .get("/duty/now", read, duty::now)
        .get("/duty/new", write, rota_form::fresh)
        .post("/duty", write, rota_form::create)
        .get("/duty/absences", read, absences::list)
        .post("/duty/absences", read, absences::note)
        .post("/duty/absences/{id}/answer", read, absences::answer)
        .post("/duty/absences/{id}/withdraw", read, absences::withdraw)
        .get("/duty/{id}", read, shifts::month)
        .get("/duty/{id}/edit", write, rota_form::edit)
        .post("/duty/{id}", write, rota_form::change)
        .post("/duty/{id}/plan", write, shifts::plan)
        .post("/duty/{id}/close", write, shifts::close)
        .get(
            "/duty/{id}/calendar/{token}",
            Access::Public,
            feed::calendar,
        )
        .post("/duty/shifts/{id}/ask", read, shifts::ask)
        .post("/duty/swaps/{id}/answer", read, shifts::answer)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// The area asked for, or the one the caller works in; 404 outside the scope.
fn chosen(ctx: &Ctx, scope: &Scope, asked: Option<i64>) -> Result<AreaId> {
    if let Some(area) = asked.map(AreaId) {
        let narrowed = scope.narrowed(ctx.areas(), area);
        let seen = narrowed.parts().iter().any(|part| {
            part.areas
                .as_ref()
                .is_none_or(|areas| areas.contains(&area))
        });
        return seen.then_some(area).ok_or_else(Problem::not_found);
    }
    let own = own_areas(ctx).first().copied();
    let first = || scope.parts().first().map(|part| part.community.into());
    own.or_else(first).ok_or_else(Problem::not_found)
}

/// The areas the caller works in, each once.
fn own_areas(ctx: &Ctx) -> Vec<AreaId> {
    let mut own = Vec::new();
    for grant in ctx.grants() {
        if ROSTERS_READ.held_by(grant.role) && !own.contains(&grant.area) {
            own.push(grant.area);
        }
    }
    own
}

/// 08:30
fn clock(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Minutes after midnight of a time typed as 08:30.
fn minute(text: &str) -> Option<i32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

/// Hours with one decimal, for people: 3.5
fn hours_words(minutes: i64) -> String {
    let tenths = (minutes * 10 + 30) / 60;
    if tenths % 10 == 0 {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// Minutes of a number of hours as typed: 3, 3.5
fn minutes_of(text: &str) -> i32 {
    let hours: f64 = text.trim().parse().unwrap_or(0.0);
    if !(0.0..=24.0 * 7.0).contains(&hours) {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most a week")]
    let minutes = (hours * 60.0).round() as i32;
    minutes
}

/// 08:30 in local time.
fn time_of(at: Micros) -> String {
    at.local().strftime("%H:%M").to_string()
}
