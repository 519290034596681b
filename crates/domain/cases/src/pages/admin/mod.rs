//! Administration of cases: the catalogue of categories, the working calendar, what is set; and the index of all
//! administration pages.

mod calendar;
mod calendar_form;
mod categories;
mod category_form;
mod settings;

use askama::Template;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use youlin_kernel::Access;
use youlin_web::{
    App, Caller, Method, NavItem, NavPlace, Navigation, Prefs, Routes, Shell, WebResult, page,
};

use crate::permissions::CASES_ADMIN;

/// Doors of the navigation to these pages.
pub const NAV: &[NavItem] = &[
    item("/admin", "nav-admin", "settings", ADMIN),
    item("/admin/categories", "nav-categories", "list", ADMIN),
    item("/admin/calendar", "nav-calendar", "calendar", ADMIN),
    item("/admin/settings", "nav-settings", "settings", ADMIN),
];

const ADMIN: Access = Access::Needs(&CASES_ADMIN);

const fn item(
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    access: Access,
) -> NavItem {
    NavItem {
        place: NavPlace::Settings,
        href,
        label,
        icon,
        access,
        phone: false,
    }
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin", ADMIN, index)
        .get("/admin/categories", ADMIN, categories::list)
        .get("/admin/categories/new", ADMIN, categories::fresh)
        .get("/admin/categories/{code}", ADMIN, categories::edit)
        .post("/admin/categories", ADMIN, categories::save)
        .get("/admin/calendar", ADMIN, calendar::show)
        .route(
            Method::Post,
            "/admin/calendar",
            ADMIN,
            texts(post(calendar::load)),
        )
        .get("/admin/settings", ADMIN, settings::show)
}

/// A catalogue is larger than other forms; `read_texts` keeps the limit.
fn texts(handler: MethodRouter<App>) -> MethodRouter<App> {
    handler.layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "cases_admin_index.html")]
struct IndexPage {
    s: Shell,
    doors: Vec<(&'static str, String, String, &'static str)>,
}

/// `GET /admin`: every administration page this caller may open, whichever module it belongs to.
async fn index(State(app): State<App>, Caller(ctx): Caller, prefs: Prefs) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Settings, "/admin");
    let roles = ctx.roles();
    let navigation = app.service::<Navigation>();
    let doors = navigation
        .iter()
        .flat_map(|navigation| &navigation.0)
        .filter(|item| {
            item.place == NavPlace::Settings
                && !item.phone
                && item.href != "/admin"
                && item.access.admits(&roles, ctx.is_signed_in())
        });
    let doors = doors
        .map(|item| (item.href, s.t(item.label), more(&s, item.label), item.icon))
        .collect();
    page(&IndexPage { doors, s })
}

/// A line about the page, where the catalogue has one.
fn more(s: &Shell, label: &str) -> String {
    s.app()
        .i18n()
        .find(s.ctx().locale(), &format!("{label}-more"), &[])
        .unwrap_or_default()
}
