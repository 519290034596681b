//! Pages of visits: today's list in walking order, one door with what is known and what is to be asked, the whole team's
//! day, and what counts when visits are proposed.

pub(crate) mod feed;
mod my_day;
mod plan_map;
mod rule;
mod team;
mod today;
mod typed;
mod visit;
mod words;

pub use my_day::{MyDay, VisitsToday, my_day};
pub use visit::speaks_for_itself;
pub use words::{my_leave, whys as reasons};

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::{Access, CommunityId, Ctx, Problem, Result, Scope};
use youlin_people::permissions::PEOPLE_READ;
use youlin_web::{App, Choice, Method, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{ROUNDS_PLAN, VISITS_TEAM, VISITS_WALK};

pub(crate) fn routes() -> Routes {
    let walk = Access::Needs(&VISITS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    Routes::new()
        .get("/rounds/today", walk, today::show)
        .post("/rounds/today/add", walk, today::add)
        .post("/rounds/today/pick", walk, today::pick)
        .get(
            "/rounds/calendar/{community}/{who}/{id}/{token}",
            Access::Public,
            feed::calendar,
        )
        .get("/rounds/visits", Access::Needs(&VISITS_TEAM), team::show)
        .get("/rounds/visits/rule", plan, rule::show)
        .post("/rounds/visits/rule", plan, rule::save)
        .get("/rounds/visits/{id}", walk, visit::show)
        // The limit of uploads is kept while reading.
        .route(
            Method::Post,
            "/rounds/visits/{id}",
            walk,
            post(visit::record).layer(DefaultBodyLimit::disable()),
        )
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/rounds/today")
}

/// The community a page is about: the one asked for, else the caller's first.
fn community(scope: &Scope, asked: Option<CommunityId>) -> Result<CommunityId> {
    match asked {
        Some(one) if scope.contains_community(one) => Ok(one),
        Some(_) => Err(Problem::not_found()),
        None => {
            let first = scope.parts().first().map(|part| part.community);
            first.ok_or_else(Problem::not_found)
        }
    }
}

/// Choices for who sees several communities; none for everybody else.
fn communities(s: &Shell, scope: &Scope) -> Vec<Choice> {
    let all = scope.parts();
    if all.len() < 2 {
        return Vec::new();
    }
    let choice = |one: &youlin_kernel::ScopePart| {
        Choice::new(one.community.0.to_string(), s.area(&one.community.into()))
    };
    all.iter().map(choice).collect()
}

/// People of the doors the caller may walk to.
fn people(ctx: &Ctx) -> Result<Scope> {
    ctx.scope(&VISITS_WALK)?;
    ctx.scope(&PEOPLE_READ)
}
