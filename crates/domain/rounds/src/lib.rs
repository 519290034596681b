//! Rounds: visits, patrols and inspections are one thing, a round to a subject by a policy, with what was found and how it
//! ended. What is found and not put right on the spot is a case in the same transaction; it ends when somebody else went
//! back and looked.

mod api;
mod api_checklists;
mod api_hazards;
mod api_policies;
pub mod checklists;
mod commands;
mod entities;
mod error;
pub mod events;
mod migrations;
pub mod model;
mod pages;
pub mod permissions;
mod queries;
mod service;
pub mod tracks;
pub mod visits;
pub mod water;

pub use commands::*;
pub use migrations::MIGRATIONS;
pub use pages::{NAV, PairInCase, RIVER_CATEGORIES, RoundsToday};
pub use queries::*;
pub use service::Rounds;

use youlin_database::audited_table;
use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_web::Module;

fn sealed() -> Vec<SealedTable> {
    const ROUND: &[SealedColumn] = &[
        SealedColumn::new("text_sealed", "round", "text"),
        SealedColumn::new("answers_sealed", "round", "answers"),
        SealedColumn::new("told_by_sealed", "round", "told_by"),
    ];
    const TRACK: &[SealedColumn] = &[
        SealedColumn::new("fixes_sealed", "round_track", "fixes"),
        SealedColumn::new("summary_sealed", "round_track", "summary"),
        SealedColumn::new("words_sealed", "round_track", "words"),
    ];
    const LIVE: &[SealedColumn] = &[SealedColumn::new("tail_sealed", "live_track", "tail")];
    const PART: &[SealedColumn] = &[SealedColumn::new("fixes_sealed", "live_part", "fixes")];
    vec![
        sealed_record::<entities::round::Entity>(ROUND),
        sealed_record::<entities::round_track::Entity>(TRACK),
        sealed_record::<entities::live_track::Entity>(LIVE),
        sealed_record::<entities::live_part::Entity>(PART),
    ]
}

/// This module as the composition root takes it in. Needs `Arc<Rounds>` in the application.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        routes: || {
            pages::routes()
                .merge(api::routes())
                .merge(api_hazards::routes())
                .merge(api_policies::routes())
                .merge(api_checklists::routes())
                .merge(visits::routes())
                .merge(tracks::api_routes())
                .merge(tracks::pages::routes())
                .merge(water::api_routes())
                .merge(water::pages::routes())
        },
        jobs: |_app| vec![std::sync::Arc::new(tracks::EndOldTracks)],
        recurring: &[tracks::END_TRACKS],
        sealed: sealed(),
        audited: vec![
            audited_table::<entities::round_policy::Entity>(),
            audited_table::<entities::round::Entity>(),
            audited_table::<entities::finding::Entity>(),
            audited_table::<entities::round_file::Entity>(),
            audited_table::<entities::return_visit::Entity>(),
            audited_table::<entities::hazard::Entity>(),
            audited_table::<entities::hazard_note::Entity>(),
            audited_table::<entities::judgement::Entity>(),
            audited_table::<entities::rule_set::Entity>(),
            audited_table::<entities::campaign::Entity>(),
            audited_table::<entities::campaign_premises::Entity>(),
            audited_table::<entities::checklist::Entity>(),
            audited_table::<visits::entities::visit_rule::Entity>(),
            audited_table::<visits::entities::visit_pick::Entity>(),
            audited_table::<entities::round_track::Entity>(),
            audited_table::<entities::live_track::Entity>(),
            audited_table::<entities::live_part::Entity>(),
            audited_table::<entities::water_point::Entity>(),
            audited_table::<entities::water_reading::Entity>(),
            audited_table::<entities::spot_file::Entity>(),
        ],
        reference: &["rule_set", "campaign", "checklist"],
        ..Module::named("rounds")
    }
}
