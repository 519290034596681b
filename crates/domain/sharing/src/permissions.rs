//! Who may do what with resources and with professional support.

use youlin_kernel::{Permission, Role};

use Role::{
    Administrator, Auditor, CommunityDesk, CommunityLead, DistrictOperator, GridWorker,
    MicroGridWorker, Partner, SubdistrictSupervisor, Volunteer,
};

/// See what there is, what is free, and who has it (masked).
pub static SHARING_READ: Permission = Permission::new(
    "sharing.read",
    &[
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
        Administrator,
    ],
);
/// Ask for something for somebody; the desk confirms.
pub static SHARING_ASK: Permission = Permission::new(
    "sharing.ask",
    &[
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);
/// Lend, hand out, take back.
pub static SHARING_LEND: Permission =
    Permission::new("sharing.lend", &[GridWorker, CommunityDesk, CommunityLead]);
/// Enter and change resources.
pub static SHARING_WRITE: Permission =
    Permission::new("sharing.write", &[CommunityDesk, CommunityLead]);
/// See requests for support of one's area; what was written is for those who may ask, and for the specialist asked.
pub static SUPPORT_READ: Permission = Permission::new(
    "sharing.support-read",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
    ],
);
/// Ask for support, offer the request to specialists.
pub static SUPPORT_ASK: Permission = Permission::new(
    "sharing.support-ask",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
    ],
);
/// Be asked as a specialist, and answer; only what one was asked oneself.
pub static SUPPORT_ANSWER: Permission = Permission::new(
    "sharing.support-answer",
    &[
        Role::Resident,
        Volunteer,
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
    ],
);

/// Give support as an organisation one works with; it is part of such an account's work and stands in its bar.
pub static SUPPORT_GIVE: Permission = Permission::new("sharing.support-give", &[Partner]);

/// All of them, for the authorization matrix.
pub static ALL: &[&Permission] = &[
    &SHARING_READ,
    &SHARING_ASK,
    &SHARING_LEND,
    &SHARING_WRITE,
    &SUPPORT_READ,
    &SUPPORT_ASK,
    &SUPPORT_ANSWER,
    &SUPPORT_GIVE,
];
