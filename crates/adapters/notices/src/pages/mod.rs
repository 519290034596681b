//! Pages: one's own notices, and the administration of webhooks.

mod notices;
mod webhooks;

use youlin_kernel::Access;
use youlin_web::{NavItem, NavPlace, Routes, TopbarPart};

use crate::permissions::{NOTICES_ADMIN, NOTICES_READ};

/// Doors of this module.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Today,
        href: "/notices",
        label: "nav-notices",
        icon: "bell",
        access: Access::Needs(&NOTICES_READ),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/webhooks",
        label: "nav-webhooks",
        icon: "send",
        access: Access::Needs(&NOTICES_ADMIN),
        phone: false,
    },
];

/// The bell with the number of unread notices.
pub const TOPBAR: &[TopbarPart] = &[TopbarPart {
    href: "/notices/badge",
    access: Access::Needs(&NOTICES_READ),
}];

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&NOTICES_READ);
    let admin = Access::Needs(&NOTICES_ADMIN);
    Routes::new()
        .get("/notices", read, notices::list)
        .get("/notices/badge", read, notices::badge)
        .post("/notices/read", read, notices::read_all)
        .post("/notices/{id}/read", read, notices::read_one)
        .get("/admin/webhooks", admin, webhooks::list)
        .post("/admin/webhooks", admin, webhooks::create)
        .get("/admin/webhooks/{id}", admin, webhooks::edit)
        .post("/admin/webhooks/{id}", admin, webhooks::change)
        .post("/admin/webhooks/{id}/switch", admin, webhooks::switch)
        .get("/admin/deliveries", admin, webhooks::log)
        .post("/admin/deliveries/{id}/again", admin, webhooks::again)
}
