//! The verbs of this module, one a file.

mod ask_support;
mod book_loan;
mod follow;
mod save_resource;
mod set_state;
mod step_loan;
pub(crate) mod step_support;
pub(crate) mod stock;
pub(crate) mod sweep;

pub use ask_support::AskSupport;
pub use book_loan::{Asker, BookLoan, Borrower};
pub use follow::SharingFollow;
pub use save_resource::{Contact, ResourceInput, SaveResource};
pub use set_state::SetResourceState;
pub use step_loan::{Damage, StepLoan};
pub use step_support::StepSupport;
pub use sweep::SWEEP;
