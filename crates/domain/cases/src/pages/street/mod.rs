//! Pages of those who work outside: today, my tasks, note it; and what their forms share with the residents'.

pub(super) mod faults;
pub(super) mod intake;
pub(super) mod kinds;
mod note;
pub(super) mod report_form;
pub(super) mod tasks;
mod today;
pub mod upload;
pub(super) mod writing;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, NavItem, NavPlace, Routes};

use crate::permissions::{CASES_REPORT, CASES_TASKS};

/// Doors of the navigation to these pages.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Today,
        href: "/today",
        label: "nav-today",
        icon: "today",
        access: Access::Needs(&CASES_TASKS),
        phone: true,
    },
    NavItem {
        place: NavPlace::Today,
        href: "/note",
        label: "nav-note",
        icon: "pen",
        access: Access::Needs(&CASES_REPORT),
        phone: true,
    },
    NavItem {
        place: NavPlace::Today,
        href: "/tasks",
        label: "nav-tasks",
        icon: "task",
        access: Access::Needs(&CASES_TASKS),
        // Today leads there; the bar has four doors.
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/me",
        label: "nav-me",
        icon: "person",
        access: Access::SignedIn,
        phone: true,
    },
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/today", Access::Needs(&CASES_TASKS), today::show)
        .get("/tasks", Access::Needs(&CASES_TASKS), tasks::list)
        .get("/tasks/{id}", Access::Needs(&CASES_TASKS), tasks::show)
        .route(
            Method::Post,
            "/tasks/{id}",
            Access::Needs(&CASES_TASKS),
            post(tasks::step).layer(DefaultBodyLimit::disable()),
        )
        .get("/note", Access::Needs(&CASES_REPORT), note::show)
        // The limit of uploads is kept while reading, see `upload`.
        .route(
            Method::Post,
            "/note",
            Access::Needs(&CASES_REPORT),
            post(note::send).layer(DefaultBodyLimit::disable()),
        )
        .post("/note/kinds", Access::Needs(&CASES_REPORT), note::kinds)
        .get("/me", Access::SignedIn, me)
}

/// `GET /me`: one's own account.
async fn me() -> Response {
    Redirect::to("/account").into_response()
}
