//! Sharing: what a neighbourhood has and can do for one another. Rooms, vehicles and equipment with their lending; the
//! three lists (problems, tasks, resources) as three views of records that are entered once; professional support asked
//! for and given (the page's S2: 三张清单, 专业支持).
//!
//! People with skills and organisations are resources too; they are read from the register of people, never copied, so
//! that a consent withdrawn takes somebody off the list at once. Cases lie below: they open a place on their page
//! (`youlin_cases::CaseSection`) that [`UsedInCase`] fills.

mod api;
mod commands;
pub mod datasets;
mod entities;
mod events;
mod in_use;
mod migrations;
pub mod model;
mod pages;
pub mod permissions;
mod queries;
mod service;
mod text;

pub use commands::*;
pub use events::{LOAN_LATE, LOAN_SAVED, RESOURCE_SAVED, SUPPORT_LATE, SUPPORT_SAVED};
pub use in_use::PeopleInSharing;
pub use migrations::MIGRATIONS;
pub use pages::{NAV, ResourceFinder, UsedInCase};
pub use queries::*;
pub use service::Sharing;

use std::sync::Arc;

use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_database::{AuditedTable, JobHandler, audited_table};
use youlin_web::Module;

fn audited() -> Vec<AuditedTable> {
    use entities::*;
    vec![
        audited_table::<resource::Entity>(),
        audited_table::<resource_stock::Entity>(),
        audited_table::<resource_loan::Entity>(),
        audited_table::<sharing_past::Entity>(),
        audited_table::<support_request::Entity>(),
        audited_table::<support_offer::Entity>(),
        audited_table::<support_entry::Entity>(),
    ]
}

fn sealed() -> Vec<SealedTable> {
    use entities::*;
    const LOAN: &[SealedColumn] = &[
        SealedColumn::new("note_sealed", "resource_loan", "note"),
        SealedColumn::new("reason_sealed", "resource_loan", "reason"),
    ];
    const REQUEST: &[SealedColumn] = &[SealedColumn::new(
        "question_sealed",
        "support_request",
        "question",
    )];
    const ENTRY: &[SealedColumn] = &[SealedColumn::new("text_sealed", "support_entry", "text")];
    vec![
        sealed_record::<resource_loan::Entity>(LOAN),
        sealed_record::<support_request::Entity>(REQUEST),
        sealed_record::<support_entry::Entity>(ENTRY),
    ]
}

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        audited: audited(),
        sealed: sealed(),
        routes: || api::routes().merge(pages::routes()),
        jobs: |_| vec![Arc::new(commands::sweep::Sweep) as Arc<dyn JobHandler>],
        recurring: &[SWEEP],
        ..Module::named("sharing")
    }
}
