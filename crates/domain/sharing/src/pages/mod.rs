//! Pages: the three lists, resources with their calendar, loans, professional support, and what a case's page shows of
//! them.

mod book;
mod export;
mod finder;
mod form;
mod free;
pub(crate) mod lists;
mod loans;
mod resource_form;
mod resources;
mod section;
mod support;
mod support_form;
pub(crate) mod tasks;
mod words;

pub use finder::ResourceFinder;
pub use section::UsedInCase;

use youlin_kernel::{Access, Ctx};
use youlin_web::{App, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{
    SHARING_ASK, SHARING_LEND, SHARING_READ, SHARING_WRITE, SUPPORT_ANSWER, SUPPORT_ASK,
    SUPPORT_GIVE, SUPPORT_READ,
};

/// Doors of this module.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Know,
        href: "/lists/problems",
        label: "nav-lists",
        icon: "task",
        access: Access::Needs(&SHARING_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Know,
        href: "/support",
        label: "nav-support",
        icon: "help",
        access: Access::Needs(&SUPPORT_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Know,
        href: "/support",
        label: "nav-support",
        icon: "help",
        access: Access::Needs(&SUPPORT_GIVE),
        phone: true,
    },
];

const READ: Access = Access::Needs(&SHARING_READ);
const ASK: Access = Access::Needs(&SHARING_ASK);
const LEND: Access = Access::Needs(&SHARING_LEND);
const WRITE: Access = Access::Needs(&SHARING_WRITE);
const SUPPORTS: Access = Access::Needs(&SUPPORT_ANSWER);
const NEEDS_SUPPORT: Access = Access::Needs(&SUPPORT_ASK);

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/lists/problems", READ, lists::problems)
        .get("/lists/tasks", READ, tasks::tasks)
        .get("/lists/resources", READ, lists::resources)
        .get("/lists/{list}/export/{format}", READ, export::file)
        .get("/resources/new", WRITE, resource_form::fresh)
        .post("/resources", WRITE, resource_form::create)
        .get("/resources/free", ASK, free::free)
        .get("/resources/{id}", READ, resources::show)
        .get("/resources/{id}/edit", WRITE, resource_form::edit)
        .post("/resources/{id}", WRITE, resource_form::change)
        .post("/resources/{id}/state", WRITE, resources::set_state)
        .get("/resources/{id}/book", ASK, book::form)
        .post("/resources/{id}/book", ASK, book::save)
        .get("/loans/late", LEND, loans::late)
        .get("/loans/{id}", READ, loans::show)
        .post("/loans/{id}/act", ASK, loans::act)
        .get("/support", SUPPORTS, support::list)
        .get("/support/new", NEEDS_SUPPORT, support_form::fresh)
        .post("/support", NEEDS_SUPPORT, support_form::create)
        .get("/support/{id}", SUPPORTS, support::show)
        .post("/support/{id}/act", SUPPORTS, support::act)
}

pub(crate) fn shell(app: &App, ctx: &Ctx, prefs: Prefs, here: &'static str) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, here)
}

pub(crate) const LISTS: &str = "/lists/problems";
const SUPPORT: &str = "/support";
