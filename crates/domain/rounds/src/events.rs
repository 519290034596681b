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

/// A round's track came in, or was passed on to whoever plans.
pub const TRACK_TAKEN: &str = "rounds.track-taken";
/// Water was looked at.
pub const WATER_READ: &str = "rounds.water-read";

pub(crate) fn event(topic: &'static str, community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}
