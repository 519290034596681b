//! Pages of privacy, for those who oversee and administer.

mod elsewhere;
mod exports;
mod looks;
mod record;
mod retention;
mod sealing;
mod written;

use serde::Deserialize;
use youlin_kernel::{Access, Ctx, Micros};
use youlin_web::{App, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{
    ACCOUNTS_ADMIN, PEOPLE_EXPORT, PEOPLE_EXPORT_APPROVE, PEOPLE_LOOKS, PEOPLE_RETENTION,
    PEOPLE_WRITE,
};

/// Doors of the navigation to the pages of privacy.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Settings,
        href: "/people/corrections",
        label: "nav-corrections",
        icon: "pen",
        access: Access::Needs(&PEOPLE_WRITE),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/looks",
        label: "nav-looks",
        icon: "eye",
        access: Access::Needs(&PEOPLE_LOOKS),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/processing",
        label: "nav-processing",
        icon: "book",
        access: Access::Needs(&PEOPLE_LOOKS),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/sealing",
        label: "nav-sealing",
        icon: "lock",
        access: Access::Needs(&ACCOUNTS_ADMIN),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/retention",
        label: "nav-retention",
        icon: "clock",
        access: Access::Needs(&PEOPLE_RETENTION),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/people/exports",
        label: "nav-exports",
        icon: "download",
        access: Access::Needs(&PEOPLE_EXPORT),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/people/exports/approve",
        label: "nav-exports-approve",
        icon: "check",
        access: Access::Needs(&PEOPLE_EXPORT_APPROVE),
        phone: false,
    },
];

pub(crate) fn routes() -> Routes {
    let oversee = Access::Needs(&PEOPLE_LOOKS);
    let keep = Access::Needs(&PEOPLE_RETENTION);
    let export = Access::Needs(&PEOPLE_EXPORT);
    let approve = Access::Needs(&PEOPLE_EXPORT_APPROVE);
    Routes::new()
        .get("/admin/looks", oversee, looks::list)
        .get("/admin/looks/entries", oversee, looks::entries)
        .get("/admin/processing", oversee, record::list)
        .get("/admin/retention", keep, retention::list)
        .get("/admin/retention/{subject}", keep, retention::show)
        .post("/admin/retention/{subject}", keep, retention::run)
        .post("/admin/retention/{subject}/days", keep, retention::days)
        .get("/people/exports", export, exports::list)
        .post("/people/exports", export, exports::ask)
        .get("/people/exports/approve", approve, exports::to_approve)
        .post("/people/exports/{id}/decide", approve, exports::decide)
        .post("/people/exports/{id}/take", export, exports::take)
        .get(
            "/admin/sealing",
            Access::Needs(&ACCOUNTS_ADMIN),
            sealing::show,
        )
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs, here: &'static str) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, here)
}

/// Periods one can choose.
pub(crate) const DAYS: [i64; 4] = [1, 7, 30, 90];

/// The period of a page: the last so many days, today included.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Period {
    pub(crate) days: Option<i64>,
}

impl Period {
    fn length(self) -> i64 {
        self.days.filter(|days| DAYS.contains(days)).unwrap_or(7)
    }

    fn span(self, ctx: &Ctx) -> (Micros, Micros) {
        let now = ctx.now();
        (now.plus(-self.length() * Micros::DAY), now.plus(1))
    }
}
