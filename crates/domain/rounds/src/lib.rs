//! Rounds: visits, patrols and inspections are one thing, a round to a subject by a policy, with what was found and how it
//! ended. What is found and not put right on the spot is a case in the same transaction; it ends when somebody else went
//! back and looked.

mod api;
pub mod checklists;
mod commands;
mod entities;
pub mod events;
mod migrations;
pub mod model;
mod pages;
pub mod permissions;
mod queries;
mod service;

pub use commands::*;
pub use migrations::MIGRATIONS;
pub use pages::NAV;
pub use queries::*;
pub use service::Rounds;

use youlin_database::audited_table;
use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_web::Module;

fn sealed() -> Vec<SealedTable> {
    const ROUND: &[SealedColumn] = &[
        SealedColumn::new("text_sealed", "round", "text"),
        SealedColumn::new("answers_sealed", "round", "answers"),
    ];
    vec![sealed_record::<entities::round::Entity>(ROUND)]
}

/// This module as the composition root takes it in. Needs `Arc<Rounds>` in the application.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        routes: pages::routes().merge(api::routes()),
        sealed: sealed(),
        audited: vec![
            audited_table::<entities::round_policy::Entity>(),
            audited_table::<entities::round::Entity>(),
            audited_table::<entities::finding::Entity>(),
            audited_table::<entities::round_file::Entity>(),
            audited_table::<entities::return_visit::Entity>(),
            audited_table::<entities::checklist::Entity>(),
        ],
        reference: &["checklist"],
        ..Module::named("rounds")
    }
}
