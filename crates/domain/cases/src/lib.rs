//! Cases: one problem from report to verified end, its tasks, deadlines, dispatch, verification and merge. See the README for the state diagram and the table of transitions.

mod answers;
mod api;
pub mod catalogue;
mod commands;
pub mod datasets;
mod entities;
mod error;
mod headline;
mod import;
mod migrations;
pub mod model;
mod pages;
pub mod permissions;
mod queries;
mod service;
mod text;
mod tracking;

pub use commands::*;
pub use headline::headline;
pub use import::{CategoriesRegister, PeopleInCases};
pub use migrations::MIGRATIONS;
pub use pages::{
    ADMIN_NAV, CaseFinder, CaseSection, CaseSections, DESK_NAV, STREET_NAV, badge, hand_out,
    light_words, numbered, task_badge, upload,
};
pub use queries::*;
pub use service::{Cases, CasesSettings};
pub use text::CaseTexts;
pub use tracking::shown as shown_tracking_code;

use std::sync::Arc;

use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_database::{JobHandler, audited_table};
use youlin_web::{App, LiveTopic, Module};

/// What open pages hear of.
const LIVE: &[LiveTopic] = &[
    LiveTopic {
        prefix: "cases.",
        name: "case",
        permission: &permissions::CASES_READ,
        url: "/cases/{id}",
    },
    LiveTopic {
        prefix: "calls.",
        name: "call",
        permission: &permissions::CASES_DESK,
        url: "/desk/calls/{id}/panel",
    },
];

fn sealed() -> Vec<SealedTable> {
    const CASE: &[SealedColumn] = &[SealedColumn::new(
        "reporter_contact",
        "case_record",
        "reporter_contact",
    )];
    const CALL: &[SealedColumn] = &[SealedColumn::new("phone", "phone_call", "phone")];
    vec![
        sealed_record::<entities::case_record::Entity>(CASE),
        sealed_record::<entities::phone_call::Entity>(CALL),
    ]
}

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        reference: &["category_row", "calendar_year"],
        permissions: permissions::ALL,
        sealed: sealed(),
        audited: vec![
            audited_table::<entities::case_record::Entity>(),
            audited_table::<entities::case_task::Entity>(),
            audited_table::<entities::case_event::Entity>(),
            audited_table::<entities::case_file::Entity>(),
            audited_table::<entities::phone_call::Entity>(),
            audited_table::<entities::category_row::Entity>(),
            audited_table::<entities::calendar_year::Entity>(),
        ],
        routes: || api::routes().merge(pages::routes()),
        jobs,
        recurring: &[SWEEP],
        live: LIVE,
        texts: |_| vec![Arc::new(CaseTexts)],
        ..Module::named("cases")
    }
}

fn jobs(app: &App) -> Vec<Arc<dyn JobHandler>> {
    match app.service::<Cases>() {
        Some(cases) => vec![Arc::new(commands::Sweep::new(cases))],
        None => Vec::new(),
    }
}
