//! Words of this module that are stored, transmitted and looked up in the catalogues.

use youlin_kernel::words;

words! {
    /// What can be lent or used. People with skills and organisations are resources too, but they stand in the registers
    /// of people and are read from there. Money is none.
    ResourceKind {
        /// 场地
        Room = "room",
        /// 车辆
        Vehicle = "vehicle",
        /// 器材
        Equipment = "equipment",
    }
}

words! {
    /// Whether it can be had at all.
    ResourceState {
        InService = "in_service",
        /// Being repaired, or not given out for another reason; comes back.
        Resting = "resting",
        /// Gone for good.
        Retired = "retired",
    }
}

words! {
    /// Where a loan stands.
    LoanState {
        /// Asked for, by somebody who may not lend; holds nothing yet.
        Asked = "asked",
        Booked = "booked",
        /// Handed out.
        Out = "out",
        Back = "back",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

impl LoanState {
    /// Nothing more happens to it, unless the last step is taken back.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Back | Self::Declined | Self::Cancelled)
    }
}

words! {
    /// What a specialist is asked for.
    SupportField {
        Law = "law",
        Medicine = "medicine",
        FireSafety = "fire_safety",
        Mind = "mind",
        Building = "building",
        Other = "other",
    }
}

impl SupportField {
    /// Skills (`talent:…`) that qualify a person for it.
    #[must_use]
    pub fn skills(self) -> &'static [&'static str] {
        match self {
            Self::Law => &["lawyer"],
            Self::Medicine => &["doctor", "nurse", "first_aid"],
            Self::FireSafety => &["fire_officer"],
            Self::Mind => &["counsellor"],
            Self::Building => &["engineer", "electrician"],
            Self::Other => &[],
        }
    }
}

words! {
    /// Where a request for support stands.
    SupportState {
        /// Offered to nobody at present.
        Asked = "asked",
        Offered = "offered",
        /// One specialist has taken it.
        Accepted = "accepted",
        Answered = "answered",
        /// The answer is being acted upon.
        Following = "following",
        /// The asker confirmed.
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

impl SupportState {
    /// Nothing more happens to it.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }
}

words! {
    /// What became of asking one specialist.
    OfferState {
        Offered = "offered",
        Accepted = "accepted",
        Declined = "declined",
        /// Somebody else took it, or it was taken back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Whether the answer helped, as the asker says at the end.
    Helped { Yes = "yes", Partly = "partly", No = "no" }
}
