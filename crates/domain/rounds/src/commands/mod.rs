//! One verb per file.

mod attach_photo;
mod hand_in;
mod new_round;
mod return_visit;
mod save_checklist;
mod save_policy;
mod turn_checklist;

pub use attach_photo::AttachPhoto;
pub use hand_in::{FiledFinding, HandIn, HandedIn};
pub use new_round::{KnownRound, NewFinding, NewRound, prepare, prepare_known};
pub use return_visit::ReturnVisit;
pub use save_checklist::{SaveChecklist, SavedChecklist};
pub use save_policy::{ClosePolicy, SavePolicy};
pub use turn_checklist::{DropChecklist, PublishChecklist, WithdrawChecklist};
