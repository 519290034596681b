//! One verb per file.

mod pick;
mod record;
mod save_rule;

pub use pick::PickVisit;
pub(super) use record::closed;
pub use record::{Gone, Learnt, NewVisit, RecordVisit, prepare_visit};
pub use save_rule::SaveVisitRule;
