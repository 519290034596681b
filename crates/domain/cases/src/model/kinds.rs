//! The words of the model: states, sources, urgencies, task states.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and transmitted word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

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
