//! Insight: figures from records. Questions composed by clicks or sent as JSON, indicators with versioned definitions,
//! the records behind every figure, exports with their definition, and saved views.
//!
//! Nothing is counted here that a module has not declared (`youlin-datasets`), and nothing is shown that the asker may
//! not see record by record. There is no ranking of persons, and no way to ask for one: persons are never grouped by.

mod answers;
mod api;
mod asking;
mod commands;
mod compose;
mod entities;
mod export;
mod forms;
mod indicators;
mod migrations;
mod pages;
pub mod permissions;
mod queries;
mod totals;
mod units;
mod visits;
mod words;

use std::sync::Arc;

use youlin_database::{Consumer, audited_table};
use youlin_datasets::{Datasets, Forget};
use youlin_web::{App, Module};

pub use answers::{AnswersDataset, CountsOut, counts_out};
pub use commands::{DropView, SaveView};
pub use compose::Composed;
pub use forms::{
    AnswerCount, Blank, Column, Every, MapForm, Mapping, NoteAnswers, NoteFill, Origin,
    ReplaceBlank, Rows, SaveForm, Source, TypeAnswers,
};
pub use indicators::{INDICATORS, Indicator, IndicatorFigure, Period, figures};
pub use migrations::MIGRATIONS;
pub use pages::NAV;
pub use queries::{SavedView, view, views};
pub use visits::QuestionsAtDoors;

/// The columns of a blank workbook.
///
/// # Errors
/// 422 on `file` for what is no workbook with named columns.
pub fn read_blank(bytes: &[u8]) -> youlin_kernel::Result<Blank> {
    forms::blank_of("", bytes)
}

fn consumers(app: &App) -> Vec<Arc<dyn Consumer>> {
    match app.service::<Datasets>() {
        Some(datasets) => vec![Arc::new(Forget(datasets))],
        None => Vec::new(),
    }
}

/// This module as the composition root takes it in. Needs `Arc<Datasets>` in the application.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        audited: vec![
            audited_table::<entities::view::Entity>(),
            audited_table::<entities::report_form::Entity>(),
            audited_table::<entities::report_blank::Entity>(),
            audited_table::<entities::report_fill::Entity>(),
            audited_table::<entities::report_answer::Entity>(),
            audited_table::<entities::report_typed::Entity>(),
        ],
        routes: || pages::routes().merge(api::routes()),
        consumers,
        ..Module::named("insight")
    }
}
