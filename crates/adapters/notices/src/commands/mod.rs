//! Verbs of this module.

mod claim;
mod enqueue;
mod mark_read;
mod save_webhook;
mod send_again;
mod settle;
mod switch_webhook;
mod tidy;

pub(crate) use claim::Claim;
pub(crate) use enqueue::{Enqueue, NewDelivery, NewNotice};
pub use mark_read::{MarkAllRead, MarkRead};
pub(crate) use save_webhook::secret_place;
pub use save_webhook::{SaveWebhook, SavedWebhook, WebhookInput};
pub use send_again::SendAgain;
pub(crate) use settle::{Outcome, Settle};
pub use switch_webhook::SwitchWebhook;
pub(crate) use tidy::Tidy;

/// Subscriptions belong to no community.
pub(crate) const SYSTEM: youlin_kernel::CommunityId = youlin_kernel::CommunityId::SYSTEM;
