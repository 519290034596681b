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

/// A version of a checklist was saved, published, withdrawn or dropped; the subject is its row.
pub const CHECKLIST_SAVED: &str = "rounds.checklist-saved";

pub(crate) fn event(topic: &'static str, community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}
