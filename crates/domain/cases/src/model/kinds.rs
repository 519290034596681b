//! The words of the model: states, sources, urgencies, task states.

use uuid::Uuid;
use youlin_kernel::words;

words! {
    /// Where a case stands.
    Status {
        /// Came in; nobody has looked at it yet.
        Reported = "reported",
        /// 立案: it is ours and will be dealt with.
        Accepted = "accepted",
        /// 不予立案, with a reason.
        Declined = "declined",
        /// 派遣: lead and supporting parties know of it.
        Dispatched = "dispatched",
        /// 处置: the lead has started.
        InProgress = "in_progress",
        /// Said to be done; waits for verification.
        Handled = "handled",
        /// Verified and ended.
        Closed = "closed",
        /// 缓办: waits for a review date.
        Deferred = "deferred",
        /// With the area above or a line department.
        Escalated = "escalated",
        /// Taken back by the reporter.
        Cancelled = "cancelled",
        /// 并单: goes on in another case.
        Merged = "merged",
    }
}

impl Status {
    /// No further work, though it may be reopened or taken apart again.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            Self::Declined | Self::Closed | Self::Cancelled | Self::Merged
        )
    }
}

words! {
    /// How a case came in.
    Source {
        Phone = "phone",
        Desk = "desk",
        Worker = "worker",
        Resident = "resident",
        Partner = "partner",
        Import = "import",
        Api = "api",
        Open311 = "open311",
        Patrol = "patrol",
        /// Heard or seen on a visit to a household.
        Visit = "visit",
        Inspection = "inspection",
    }
}

words! {
    Urgency {
        Normal = "normal",
        Urgent = "urgent",
        Emergency = "emergency",
    }
}

words! {
    TaskRole {
        Lead = "lead",
        Supporting = "supporting",
        FollowUp = "follow_up",
    }
}

words! {
    TaskStatus {
        /// Asked, not answered.
        Open = "open",
        Accepted = "accepted",
        Started = "started",
        Done = "done",
        /// The party cannot help.
        Declined = "declined",
        /// No longer needed.
        Cancelled = "cancelled",
    }
}

impl TaskStatus {
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::Declined | Self::Cancelled)
    }
}

/// One entry of a case's history to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Key of the words in the catalogue: `event-<kind>` for the house, `track-<kind>` for the reporter.
    pub kind: &'static str,
    pub text: Option<String>,
    /// Whether `text` may stand on the reporter's page.
    pub public: bool,
    pub data: serde_json::Value,
}

impl Happened {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            text: None,
            public: false,
            data: serde_json::Value::Null,
        }
    }

    pub(crate) fn because(kind: &'static str, text: &str) -> Self {
        Self {
            text: Some(text.to_owned()),
            ..Self::new(kind)
        }
    }

    pub(crate) fn public(mut self) -> Self {
        self.public = true;
        self
    }

    pub(crate) fn data(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }

    pub(crate) fn about(self, task: Uuid) -> Self {
        self.data(serde_json::json!({ "task": task }))
    }
}
