//! Events this module puts in the outbox. Payloads hold ids and codes only.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;

/// A person was entered or changed.
pub const PERSON_SAVED: &str = "people.person-saved";
/// Hidden fields of a person were shown to somebody.
pub const REVEALED: &str = "people.revealed";
/// An organisation was entered or changed.
pub const ORGANISATION_SAVED: &str = "people.organisation-saved";
/// Somebody's membership began, changed or ended.
pub const MEMBERSHIP_SAVED: &str = "people.membership-saved";
/// An account's rights or state changed; remembered sessions are to be forgotten.
pub const ACCOUNT_CHANGED: &str = "people.account-changed";

/// Somebody asked for a fact of their file to be put right.
pub const CORRECTION_ASKED: &str = "people.correction-asked";

pub(crate) fn event(topic: &str, community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}
