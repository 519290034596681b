//! What protects personal data beyond sealing and masks (domain §5): unusual looking-up is listed, keys are changed by a
//! job that can be interrupted, what is no longer needed goes, lists of persons leave the house with a name on them, and
//! a record says who processed what for which purpose.

mod looks;
mod migrations;
pub(crate) mod pages;
mod processing;
mod unusual;

use std::sync::Arc;

use youlin_database::{JobHandler, Recurring};
use youlin_web::App;

pub use looks::{UnusualLooks, WorkingDays, unusual_looks};
pub(crate) use migrations::PRIVACY;
pub use pages::NAV;
pub(crate) use processing::{NewProcessing, note_processing};
pub use processing::{ProcessingKind, ProcessingLine, processing_record};
pub use unusual::{Habits, LookFact, LookFinding, LookLimits, LookRule, unusual};

/// Jobs of the own file and of privacy.
pub(crate) fn jobs(_app: &App) -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(crate::own::TidyOwn)]
}

/// Those that run again and again.
pub(crate) const RECURRING: &[Recurring] = &[crate::own::OWN_TIDY];
