//! Events this module puts in the outbox.

/// A line was added to somebody's list: `{"account", "text": {"zh-CN", "en"}, "url"}`. Reaches that account's pages.
pub const NEW: &str = "notices.new";
/// A subscription was made, changed or switched.
pub const WEBHOOK_CHANGED: &str = "notices.webhook-changed";
