//! Pages: the tree and its boundaries for the administration, the register (清) for everybody who works here.

mod area_finder;
mod areas;
mod finder;
pub(crate) mod forms;
mod premises;
mod register;
pub(crate) mod split;
mod tree_view;

pub use area_finder::AreaFinder;
pub use finder::PlaceFinder;
pub use premises::PremisesFinder;
pub(crate) use premises::{due_mark, kilowatts, metres, state_mark};
pub(crate) use split::duties;

use youlin_kernel::Access;
use youlin_web::{NavItem, NavPlace, Routes};

use forms::{building, dwelling, estate};

use crate::permissions::{PLACES_ADMIN, PLACES_READ, PLACES_REGISTER};

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
        place: NavPlace::Protect,
        href: "/places/rivers",
        label: "nav-rivers",
        icon: "river",
        access: Access::Needs(&PLACES_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Know,
        href: "/places/premises",
        label: "nav-premises",
        icon: "store",
        access: Access::Needs(&PLACES_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/places",
        label: "nav-register",
        icon: "building",
        access: Access::Needs(&PLACES_REGISTER),
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
    let keep = Access::Needs(&PLACES_REGISTER);
    let register = Routes::new()
        .get("/admin/areas", read, areas::show)
        .post("/admin/areas", admin, areas::save)
        .post("/admin/areas/close", admin, areas::close)
        .post("/admin/areas/boundary", admin, areas::redraw)
        .get("/admin/areas/split", admin, split::show)
        .post("/admin/areas/split", admin, split::split)
        .get("/places", read, register::list)
        .get("/places/estates/new", keep, estate::fresh)
        .post("/places/estates", keep, estate::create)
        .get("/places/estates/{id}", keep, estate::edit)
        .post("/places/estates/{id}", keep, estate::change)
        .get("/places/buildings/new", keep, building::fresh)
        .post("/places/buildings", keep, building::create)
        .get("/places/buildings/{id}", read, register::building)
        .get("/places/buildings/{id}/edit", keep, building::edit)
        .post("/places/buildings/{id}", keep, building::change)
        .post(
            "/places/buildings/{id}/staircase",
            keep,
            dwelling::staircase,
        )
        .get("/places/dwellings/new", keep, dwelling::fresh)
        .post("/places/dwellings", keep, dwelling::create)
        .get("/places/dwellings/{id}", keep, dwelling::edit)
        .post("/places/dwellings/{id}", keep, dwelling::change);
    register.merge(premises::routes())
}
