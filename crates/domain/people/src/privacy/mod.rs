//! What protects personal data beyond sealing and masks (domain §5): unusual looking-up is listed, keys are changed by a
//! job that can be interrupted, what is no longer needed goes, lists of persons leave the house with a name on them, and
//! a record says who processed what for which purpose.

mod elsewhere;
mod export;
mod lines;
mod listed;
mod looks;
mod merchants_list;
mod migrations;
pub(crate) mod pages;
mod processing;
mod register_tables;
mod release;
mod retention;
mod retention_end;
mod retention_job;
mod sealing;
mod unusual;

use std::sync::Arc;

use youlin_database::{JobHandler, Recurring};
use youlin_web::App;

pub use elsewhere::{EndingLine, KeptElsewhere, KeptParts};
pub use export::{
    AskExport, DecideExport, EXPORT_FREE, ExportContents, ExportState, ExportView, TakeExport,
};
pub use lines::{ExportLine, WholeLine};
pub use listed::export_count;
pub use looks::{UnusualLooks, WorkingDays, unusual_looks};
pub(crate) use migrations::{PRIVACY, RELEASES};
pub use pages::NAV;
pub(crate) use processing::{NewProcessing, note_processing};
pub use processing::{ProcessingKind, ProcessingLine, processing_record};
pub(crate) use register_tables::{CONTENTS, FILTERS};
pub(crate) use release::{AskRelease, release, released};
pub(crate) use retention::NO_INDEX;
pub use retention::{
    RETENTION_KIND, RetentionRule, RetentionSubject, RunRetention, SetRetention, may_set_retention,
    retention_counts, retention_list, retention_rules,
};
pub use retention_job::EndRetention;
pub(crate) use sealing::sealed;
pub use sealing::{RESEAL, ResealAll, SealedTables, SealingPass, fields_by_key, sealing_pass};
pub use unusual::{Habits, LookFact, LookFinding, LookLimits, LookRule, unusual};

/// Jobs of the own file and of privacy.
pub(crate) fn jobs(app: &App) -> Vec<Arc<dyn JobHandler>> {
    let mut jobs: Vec<Arc<dyn JobHandler>> = vec![Arc::new(crate::own::TidyOwn)];
    if let Some(vault) = app.service() {
        jobs.push(Arc::new(EndRetention(vault)));
    }
    if let Some(vault) = app.service() {
        jobs.push(Arc::new(crate::labels::ExpireLabels(vault)));
    }
    if let (Some(vault), Some(tables)) = (app.service(), app.service()) {
        jobs.push(Arc::new(ResealAll { vault, tables }));
    }
    jobs
}

/// Those that run again and again.
pub(crate) const RECURRING: &[Recurring] =
    &[crate::own::OWN_TIDY, RESEAL, crate::labels::EXPIRE_LABELS];

/// The pages of privacy this person may open, for the page of the register: those of the administration's index are only
/// reached by administrators.
pub(crate) fn doors(s: &youlin_web::Shell) -> Vec<(&'static str, String)> {
    let roles = s.ctx().roles();
    NAV.iter()
        .filter(|item| item.access.admits(&roles, s.signed_in()))
        .map(|item| (item.href, s.t(item.label)))
        .collect()
}
