//! The desk: list, board and map of cases, the record with everything one may do to it, the form for a new case, the
//! ringing telephone and the wall screen.

mod act;
mod calls;
mod counted;
mod fields;
mod forms;
mod list;
mod map;
mod merge;
mod new_case;
mod query;
mod record;
mod section;
mod suggestions;
mod tree;
mod verbs;
mod wall;
mod words;

pub use section::{CaseSection, CaseSections};
pub use words::{badge, light_words, numbered, task_badge};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use youlin_kernel::{Access, Ctx};
use youlin_web::{App, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{CASES_DESK, CASES_READ, CASES_REPORT};

/// The doors of the desk in the navigation.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Serve,
    href: "/desk",
    label: "nav-desk",
    icon: "list",
    access: Access::Needs(&CASES_READ),
    phone: false,
}];

const READ: Access = Access::Needs(&CASES_READ);
const REPORT: Access = Access::Needs(&CASES_REPORT);
const DESK: Access = Access::Needs(&CASES_DESK);

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk", READ, list::desk)
        .get("/desk/board", READ, list::board)
        .get("/desk/map", READ, map::map)
        .get("/desk/cases.geojson", READ, map::geojson)
        .get("/desk/calls/{id}/panel", DESK, calls::panel)
        .get("/desk/calls/{id}/people", DESK, calls::people)
        .post("/desk/calls/{id}/attach", DESK, calls::attach)
        .get("/cases/new", REPORT, new_case::form)
        .get("/cases/place", REPORT, suggestions::places)
        .post("/cases/suggest", REPORT, suggestions::suggest)
        .post("/cases", REPORT, new_case::save)
        .get("/cases/{id}", Access::SignedIn, record::record)
        .get("/cases/{id}/forms/{verb}", Access::SignedIn, forms::form)
        .post("/cases/{id}/act", Access::SignedIn, act::act)
        .post("/cases/{id}/merge", DESK, merge::merge)
        .post("/cases/{id}/unmerge", DESK, merge::unmerge)
        .get("/wall", READ, wall::wall)
}

/// Whether htmx asks for a part of a page rather than a person for a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part(pub(super) bool);

impl<S: Sync> FromRequestParts<S> for Part {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let whole = parts
            .headers
            .get("hx-request-type")
            .is_some_and(|kind| kind == "full");
        Ok(Self(parts.headers.contains_key("hx-request") && !whole))
    }
}

/// The frame of every page of the desk.
pub(super) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Serve, "/desk")
}
