//! What this module tells the others.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::CommunityId;

/// The tree or the boundaries changed: whoever holds them in memory reads them anew.
pub const AREAS_CHANGED: &str = "places.areas-changed";

/// The register of a community changed.
pub const ADDRESSES_CHANGED: &str = "places.addresses-changed";

/// Premises or their stalls changed; the subject is the premises.
pub const PREMISES_CHANGED: &str = "places.premises-changed";

/// Equipment was entered, changed or looked at.
pub const EQUIPMENT_CHANGED: &str = "places.equipment-changed";

pub(crate) fn premises_changed(community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: PREMISES_CHANGED.to_owned(),
        ..addresses_changed(community, subject)
    }
}

pub(crate) fn equipment_changed(community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: EQUIPMENT_CHANGED.to_owned(),
        ..addresses_changed(community, subject)
    }
}

pub(crate) fn areas_changed(subject: Uuid) -> Event {
    Event {
        topic: AREAS_CHANGED.to_owned(),
        community: CommunityId::SYSTEM,
        subject,
        payload: json!({}),
    }
}

pub(crate) fn addresses_changed(community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: ADDRESSES_CHANGED.to_owned(),
        community,
        subject,
        payload: json!({}),
    }
}

/// A reach, its chiefs or its outlets changed.
pub const REACH_CHANGED: &str = "places.reach-changed";

pub(crate) fn reach_changed(community: CommunityId, reach: Uuid) -> Event {
    Event {
        topic: REACH_CHANGED.to_owned(),
        community,
        subject: reach,
        payload: json!({}),
    }
}

/// An area of a community was closed or split: what is open there falls where its place falls now. The subject is the area.
pub const AREAS_MOVED: &str = "places.areas-moved";

pub(crate) fn areas_moved(community: CommunityId, subject: Uuid) -> Event {
    Event {
        topic: AREAS_MOVED.to_owned(),
        ..addresses_changed(community, subject)
    }
}
