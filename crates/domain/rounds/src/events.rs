//! What this module tells the others: ids only.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;

/// A policy was made, changed or ended.
pub const POLICY_SAVED: &str = "rounds.policy-saved";
/// A round came in.
pub const ROUND_HANDED_IN: &str = "rounds.handed-in";
/// A round was taken back.
pub const ROUND_WITHDRAWN: &str = "rounds.withdrawn";
/// Somebody went back to a finding.
pub const RETURN_VISITED: &str = "rounds.return-visited";
/// What counts for proposing visits was changed.
pub const VISIT_RULE_SAVED: &str = "rounds.visit-rule-saved";
/// A visit was put on somebody's day or taken off it.
pub const VISIT_PICKED: &str = "rounds.visit-picked";

/// A rule set is put to use.
pub const RULES_USED: &str = "rounds.rules-used";
/// Something was done with a hazard.
pub const HAZARD_CHANGED: &str = "rounds.hazard-changed";
/// A campaign was made, changed, started, refreshed or ended.
pub const CAMPAIGN_SAVED: &str = "rounds.campaign-saved";
/// A version of a checklist was saved, published, withdrawn or dropped; the subject is its row.
pub const CHECKLIST_SAVED: &str = "rounds.checklist-saved";

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
