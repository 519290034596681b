//! Events this module puts in the outbox. Payloads hold ids and codes only.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;

/// A person was entered or changed.
pub const PERSON_SAVED: &str = "people.person-saved";
/// Somebody was at a dwelling; the subject is the dwelling.
pub const DWELLING_VISITED: &str = "people.dwelling-visited";
/// A visiting list was made or went on.
pub const VISITING_SAVED: &str = "people.visiting-saved";
/// A form had something asked of people, or took what nobody had answered back.
pub const QUESTIONS_ASKED: &str = "people.questions-asked";
/// Hidden fields of a person were shown to somebody.
pub const REVEALED: &str = "people.revealed";
/// People came in from a spreadsheet, or such an import was taken back; the subject is the import, `persons` in the payload
/// are those of the batch.
pub const RESIDENTS_IMPORTED: &str = "people.residents-imported";
/// An organisation was entered or changed.
pub const ORGANISATION_SAVED: &str = "people.organisation-saved";
/// A merchant was entered or changed, moved in or out, or its persons changed.
pub const MERCHANT_SAVED: &str = "people.merchant-saved";
/// Somebody's membership began, changed or ended.
pub const MEMBERSHIP_SAVED: &str = "people.membership-saved";
/// An account's rights or state changed; remembered sessions are to be forgotten.
pub const ACCOUNT_CHANGED: &str = "people.account-changed";

/// Somebody asked for a fact of their file to be put right.
pub const CORRECTION_ASKED: &str = "people.correction-asked";

/// A list of persons or a form waits for a second person's yes; the subject is the request.
pub const EXPORT_ASKED: &str = "people.export-asked";
/// It was said yes or no to: `asker` in the payload is the account that asked, `approved` the answer.
pub const EXPORT_DECIDED: &str = "people.export-decided";

/// Two entries became one person, or that was taken back; the subject is the kept entry, `gone` in the payload the other.
pub const PERSONS_MERGED: &str = "people.persons-merged";
/// The catalogue of labels changed.
pub const LABELS_CHANGED: &str = "people.labels-changed";

pub(crate) fn persons_merged(community: CommunityId, kept: Uuid, gone: Uuid) -> Event {
    Event {
        payload: json!({ "gone": gone }),
        ..event(PERSONS_MERGED, community, kept)
    }
}

pub(crate) fn residents_imported(community: CommunityId, import: Uuid, persons: &[Uuid]) -> Event {
    Event {
        payload: json!({ "persons": persons }),
        ..event(RESIDENTS_IMPORTED, community, import)
    }
}

pub(crate) fn export_asked(community: CommunityId, id: Uuid, asker: Uuid) -> Event {
    Event {
        payload: json!({ "asker": asker }),
        ..event(EXPORT_ASKED, community, id)
    }
}

pub(crate) fn export_decided(
    community: CommunityId,
    id: Uuid,
    asker: Uuid,
    approved: bool,
    page: Option<&str>,
) -> Event {
    Event {
        payload: json!({ "asker": asker, "approved": approved, "page": page }),
        ..event(EXPORT_DECIDED, community, id)
    }
}

/// The persons an event of this module says something about.
pub(crate) fn persons_of(event: &Event) -> Vec<Uuid> {
    match event.topic.as_str() {
        PERSON_SAVED => vec![event.subject],
        RESIDENTS_IMPORTED => {
            let persons = event.payload["persons"].as_array();
            let ids = persons.into_iter().flatten().filter_map(|id| id.as_str());
            ids.filter_map(|id| id.parse().ok()).collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn event(topic: &str, community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: topic.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}
