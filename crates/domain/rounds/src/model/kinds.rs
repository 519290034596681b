//! The words of rounds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::words;

words! {
    /// One thing by three names.
    RoundKind {
        /// 走访
        Visit = "visit",
        /// 巡查
        Patrol = "patrol",
        /// 检查
        Inspection = "inspection",
        /// 宣传: people were told something, and handed something out.
        Talk = "talk",
    }
}

words! {
    /// What a round goes to.
    SubjectKind {
        Reach = "reach",
        Premises = "premises",
        Building = "building",
        Dwelling = "dwelling",
    }
}

impl SubjectKind {
    /// Whether people can be gathered there to be told something.
    #[must_use]
    pub fn takes_talks(self) -> bool {
        self != Self::Dwelling
    }
}

words! {
    /// How a round ended.
    Outcome {
        /// It took place.
        Done = "done",
        /// Nobody was there, or the way was closed; it is tried again.
        Tried = "tried",
        /// Left out, with a reason.
        Skipped = "skipped",
        /// Handed in by mistake and taken back: it stays to be read and counts nowhere. Never sent in.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// By which way a round came in.
    Channel {
        Page = "page",
        /// The field client, perhaps long after.
        Field = "field",
        Phone = "phone",
        Paper = "paper",
        Openrosa = "openrosa",
        Api = "api",
    }
}

words! {
    /// How often a policy asks for a round.
    Every {
        Day = "day",
        Week = "week",
        Month = "month",
        Quarter = "quarter",
        Year = "year",
    }
}

words! {
    /// How bad what was found is.
    Severity {
        Low = "low",
        Medium = "medium",
        High = "high",
        /// To be stopped before anybody leaves.
        Immediate = "immediate",
    }
}

words! {
    /// What became of a finding.
    FindingState {
        /// Put right on the spot by whoever found it.
        OnSpot = "on_spot",
        /// A case, until its verified end.
        Case = "case",
        /// Noted only.
        Noted = "noted",
        /// A hazard that is on the list already, seen again.
        Seen = "seen",
        /// Its round was taken back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// How far a version of a checklist is.
    ChecklistState {
        /// Being written; nobody is asked by it.
        Draft = "draft",
        /// In use, and never changed again.
        Published = "published",
        /// No new round is asked by it; what was answered stays to be read.
        Withdrawn = "withdrawn",
    }
}

/// What a round goes to, by kind and id.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[schema(as = RoundSubject)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Uuid,
}
