//! Events this module puts in the outbox; ids and codes only.

use serde_json::{Value, json};
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;
use youlin_people::Party;

/// A resource was entered or changed.
pub const RESOURCE_SAVED: &str = "sharing.resource-saved";
/// A loan was made or took a step; `step` in the payload.
pub const LOAN_SAVED: &str = "sharing.loan-saved";
/// A loan is not back in time; once for each time it was due.
pub const LOAN_LATE: &str = "sharing.loan-late";
/// A request for support was made or took a step; `step` in the payload, and `parties` where somebody is concerned.
pub const SUPPORT_SAVED: &str = "sharing.support-saved";
/// An answer, or what follows from it, is overdue.
pub const SUPPORT_LATE: &str = "sharing.support-late";

pub(crate) fn event(topic: &str, community: CommunityId, subject: Uuid, payload: Value) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload,
    }
}

pub(crate) fn support_step(
    community: CommunityId,
    id: Uuid,
    step: &str,
    parties: &[Party],
    asker: Option<Uuid>,
) -> Event {
    let payload = json!({ "step": step, "parties": parties, "asker": asker });
    event(SUPPORT_SAVED, community, id, payload)
}
