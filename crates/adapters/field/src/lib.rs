//! The field client's side of the house: what a walker takes along, what comes back, and the shell that starts without
//! signal.
//!
//! An adapter over the verbs of rounds, cases and people, with no rules of its own: a day's pack is read by their queries,
//! an item of an outbox is translated into their commands. What is added here is what a line that breaks asks for: each
//! item is taken once however often it is sent (`outbox`), a photograph goes on where it was cut (`uploads`), and what a
//! telephone keeps can only be opened by whoever wrote it (`key`, ADR 0008).

mod contract;
mod doors;
mod due;
mod entities;
mod forms;
mod job;
mod key;
mod migrations;
mod outbox;
mod outline;
mod pack;
mod parties;
mod shell;
mod subjects;
mod uploads;
mod visits;
mod waits;

pub use contract::CONTRACT;
pub use migrations::MIGRATIONS;
pub use uploads::{Uploads, UploadsSettings};
pub use waits::FieldToday;

use std::sync::Arc;

use axum::routing::patch;
use utoipa_axum::routes;
use youlin_database::{JobHandler, audited_table};
use youlin_kernel::Access;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_web::{App, Method, Module, NavItem, NavPlace, Routes};

/// The door to the client.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Today,
    href: "/field",
    label: "fieldwork-nav",
    icon: "offline",
    access: Access::Needs(&ROUNDS_WALK),
    phone: false,
}];

/// This module as the composition root takes it in. Needs `Arc<Rounds>` and `Arc<Uploads>` in the application.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        audited: vec![audited_table::<entities::field_item::Entity>()],
        routes,
        jobs,
        recurring: &[job::SWEEP],
        ..Module::named("field")
    }
}

fn jobs(app: &App) -> Vec<Arc<dyn JobHandler>> {
    match app.service::<Uploads>() {
        Some(uploads) => vec![Arc::new(job::SweepUploads(uploads))],
        None => Vec::new(),
    }
}

fn routes() -> Routes {
    let walker = Access::Needs(&ROUNDS_WALK);
    Routes::new()
        // The shell holds nothing of anybody: it must also start for somebody whose session ended out there.
        .get("/field", Access::Public, shell::page_of)
        .get("/field/sw.js", Access::Public, shell::worker)
        .get("/field/words/{language}", Access::Public, shell::words)
        .get(
            "/field/manifest.webmanifest",
            Access::Public,
            shell::manifest,
        )
        .api(walker, routes!(key::key))
        .api(walker, routes!(pack::pack))
        .api(walker, routes!(outbox::take))
        .api(walker, routes!(uploads::api::begin))
        .route(
            Method::Patch,
            "/api/v1/field/uploads/{id}",
            walker,
            patch(uploads::api::append),
        )
}
