//! Pages: what is due and what was found, a round and its form, the reach over time, policies, and the public board.

mod answer;
mod ask;
mod board;
mod building;
mod campaign;
mod checklists;
mod defence;
mod form;
mod go_back;
mod hazard;
mod overview;
mod pairs;
mod policy;
mod question;
mod reach;
mod round;
mod rules;
mod sheet;
mod talk;
mod upload;
mod waits;
mod ways;

pub use form::RIVER as RIVER_CATEGORIES;
pub use waits::RoundsToday;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::{Access, Ctx};
use youlin_web::{App, Method, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{
    CHECKLISTS_KEEP, ROUNDS_PLAN, ROUNDS_READ, ROUNDS_RULES, ROUNDS_WALK, VISITS_WALK,
};

/// The doors of this module.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Protect,
        href: "/rounds",
        label: "nav-rounds",
        icon: "river",
        access: Access::Needs(&ROUNDS_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Know,
        href: "/rounds/today",
        label: "nav-visits",
        icon: "home",
        access: Access::Needs(&VISITS_WALK),
        phone: false,
    },
];

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    let keep = Access::Needs(&CHECKLISTS_KEEP);
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
        .route(
            Method::Post,
            "/rounds/form",
            walk,
            post(form::again).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/{id}", read, round::show)
        .get("/rounds/{id}/photos/{photo}", read, round::photo)
        .post("/rounds/{id}/withdraw", walk, round::withdraw)
        .route(
            Method::Post,
            "/rounds/findings/{id}/return",
            walk,
            post(go_back::go_back).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/reaches/{id}", read, reach::show)
        .get("/rounds/reaches/{id}/map.geojson", read, reach::map)
        .get("/rounds/buildings/{id}", read, building::show)
        .get("/rounds/ask", read, ask::show)
        .get("/rounds/sheet", walk, sheet::show)
        .get("/rounds/checklists", read, checklists::list)
        .post("/rounds/checklists", keep, checklists::create)
        .get("/rounds/checklists/new", keep, checklists::start)
        .get("/rounds/checklists/import", keep, checklists::import)
        .route(
            Method::Post,
            "/rounds/checklists/import",
            keep,
            post(checklists::bring_in).layer(DefaultBodyLimit::max(checklists::READ_PAST)),
        )
        .get("/rounds/checklists/{name}", read, checklists::edit)
        // The limit of forms is kept while reading.
        .route(
            Method::Post,
            "/rounds/checklists/{name}",
            keep,
            post(checklists::save).layer(DefaultBodyLimit::disable()),
        )
        .get(
            "/rounds/checklists/{name}/form.xlsx",
            read,
            checklists::export,
        )
        .get("/rounds/checklists/{name}/preview", keep, form::preview)
        .post(
            "/rounds/checklists/{name}/publish",
            keep,
            checklists::publish,
        )
        .post(
            "/rounds/checklists/{name}/withdraw",
            keep,
            checklists::withdraw,
        )
        .post(
            "/rounds/checklists/{name}/drop",
            keep,
            checklists::drop_draft,
        )
        .get("/rounds/talks/new", walk, talk::fresh)
        .get("/rounds/talks", read, talk::seen)
        .post("/rounds/talks", walk, talk::hand_in)
        .get("/rounds/defence", read, defence::show)
        .get("/rounds/policies", read, policy::list)
        .get("/rounds/policies/new", plan, policy::fresh)
        .post("/rounds/policies", plan, policy::create)
        .get("/rounds/policies/{id}", plan, policy::edit)
        .post("/rounds/policies/{id}", plan, policy::change)
        .get("/rounds/policies/{id}/standing", read, policy::standing)
        .get("/rounds/policies/{id}/close", plan, policy::ask_stop)
        .post("/rounds/policies/{id}/close", plan, policy::close)
        .post("/rounds/policies/{id}/reopen", plan, policy::reopen)
        .merge(markets())
        .get("/r/{sign}", Access::Public, board::show)
        // The limit of uploads is kept while reading.
        .route(
            Method::Post,
            "/r/{sign}",
            Access::Public,
            post(board::report).layer(DefaultBodyLimit::disable()),
        )
        .get("/r/{sign}/code.svg", Access::Public, board::code)
}

pub(crate) use answer::Kept;
pub(crate) use checklists::{
    LARGEST as LARGEST_BOOK, XLSX, labels as sheet_labels, may_see as may_see_checklist,
};
pub(crate) use go_back::{MOST_PHOTOS, check_photographs, photographs};
pub use pairs::PairInCase;
pub(crate) use round::round_page;

/// Premises, their hazards, the rules they are judged by, campaigns.
fn markets() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    let write = Access::Needs(&ROUNDS_RULES);
    Routes::new()
        .get("/rounds/premises/{id}", read, hazard::premises::show)
        .get("/rounds/hazards", read, hazard::list::show)
        .get("/rounds/hazards/{id}", read, hazard::show::show)
        .route(
            Method::Post,
            "/rounds/hazards/{id}",
            walk,
            post(hazard::show::act).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/campaigns", read, campaign::list::show)
        .get("/rounds/campaigns/new", plan, campaign::form::fresh)
        .post("/rounds/campaigns", plan, campaign::form::create)
        .get("/rounds/campaigns/{id}", read, campaign::show::show)
        .post("/rounds/campaigns/{id}", plan, campaign::form::change)
        .get("/rounds/campaigns/{id}/edit", plan, campaign::form::edit)
        .get(
            "/rounds/campaigns/{id}/list",
            plan,
            campaign::premises::show,
        )
        .post(
            "/rounds/campaigns/{id}/list",
            plan,
            campaign::premises::take,
        )
        .post("/rounds/campaigns/{id}/close", plan, campaign::show::close)
        .get("/rounds/rules", read, rules::list)
        .post("/rounds/rules", write, rules::take_in)
        .get("/rounds/rules/{id}", read, rules::show)
        .get("/rounds/rules/{id}/rules.json", read, rules::export)
        .post("/rounds/rules/{id}/use", write, rules::put_to_use)
}

pub(crate) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Protect, "/rounds")
}

/// Words for what is kept instead of shown.
pub(crate) fn kept_shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    let (actor, grants) = (ctx.actor().clone(), ctx.grants().into());
    let kept = app.ctx(actor, grants, crate::checklists::KEPT, ctx.request_id());
    shell(app, &kept, prefs)
}
