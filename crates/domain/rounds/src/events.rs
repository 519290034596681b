//! What this module tells the others: ids only.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;

/// A policy was made, changed or ended.
pub const POLICY_SAVED: &str = "rounds.policy-saved";
/// A round came in.
pub const ROUND_HANDED_IN: &str = "rounds.handed-in";
/// Somebody went back to a finding.
pub const RETURN_VISITED: &str = "rounds.return-visited";
/// What counts for proposing visits was changed.
pub const VISIT_RULE_SAVED: &str = "rounds.visit-rule-saved";
/// A visit was put on somebody's day or taken off it.
pub const VISIT_PICKED: &str = "rounds.visit-picked";

pub(crate) fn event(topic: &'static str, community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}
