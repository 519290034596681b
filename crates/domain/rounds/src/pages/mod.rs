//! Pages: what is due and what was found, a round and its form, the reach over time, policies, and the public board.

mod asked;
mod board;
mod defence;
mod form;
mod overview;
mod pairs;
mod policies;
mod policy_form;
mod reach;
mod round;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::{Access, Ctx};
use youlin_web::{App, Method, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ, ROUNDS_WALK};

/// The doors of this module.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Protect,
    href: "/rounds",
    label: "nav-rounds",
    icon: "river",
    access: Access::Needs(&ROUNDS_READ),
    phone: false,
}];

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    Routes::new()
        .get("/rounds", read, overview::show)
        .get("/rounds/new", walk, form::fresh)
        // The limit of uploads is kept while reading.
        .route(
            Method::Post,
            "/rounds",
            walk,
            post(form::hand_in).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/{id}", read, round::show)
        .get("/rounds/{id}/photos/{photo}", read, round::photo)
        .route(
            Method::Post,
            "/rounds/findings/{id}/return",
            walk,
            post(round::go_back).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/reaches/{id}", read, reach::show)
        .get("/rounds/reaches/{id}/map.geojson", read, reach::map)
        .get("/rounds/defence", read, defence::show)
        .get("/rounds/policies", read, policies::list)
        .get("/rounds/policies/new", plan, policy_form::fresh)
        .post("/rounds/policies", plan, policy_form::create)
        .get("/rounds/policies/{id}", plan, policy_form::edit)
        .post("/rounds/policies/{id}", plan, policy_form::change)
        .post("/rounds/policies/{id}/close", plan, policies::close)
        .get("/r/{sign}", Access::Public, board::show)
        .post("/r/{sign}", Access::Public, board::report)
        .get("/r/{sign}/code.svg", Access::Public, board::code)
}

pub use pairs::PairInCase;
pub(crate) use round::round_page;

pub(crate) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Protect, "/rounds")
}
