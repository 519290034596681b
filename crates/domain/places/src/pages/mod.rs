//! Pages: the tree and its boundaries for the administration, the register (清) for everybody who works here.

mod areas;
mod import;
mod register;
mod tree_view;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, NavItem, NavPlace, Routes};

use crate::api::UPLOAD_MAX;
use crate::permissions::{PLACES_ADMIN, PLACES_READ};

/// The doors of this module.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Know,
        href: "/places",
        label: "nav-places",
        icon: "building",
        access: Access::Needs(&PLACES_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/areas",
        label: "nav-areas",
        icon: "map",
        access: Access::Needs(&PLACES_ADMIN),
        phone: false,
    },
];

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&PLACES_READ);
    let admin = Access::Needs(&PLACES_ADMIN);
    let upload = post(import::upload).layer(DefaultBodyLimit::max(UPLOAD_MAX));
    Routes::new()
        .get("/admin/areas", read, areas::show)
        .post("/admin/areas", admin, areas::save)
        .post("/admin/areas/close", admin, areas::close)
        .post("/admin/areas/boundary", admin, areas::redraw)
        .get("/admin/areas/import", admin, import::form)
        .route(Method::Post, "/admin/areas/import", admin, upload)
        .get("/places", read, register::list)
        .get("/places/buildings/{id}", read, register::building)
}
