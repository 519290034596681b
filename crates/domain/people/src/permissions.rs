//! Who may do what with people's data. A grant holds for its area and everything below.

use youlin_kernel::{Permission, Role};

/// See registers with everything personal masked.
pub static PEOPLE_READ: Permission = Permission::new(
    "people.read",
    &[
        Role::MicroGridWorker,
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::SubdistrictSupervisor,
        Role::DistrictOperator,
        Role::Auditor,
        Role::Administrator,
    ],
);

/// Enter and change persons, households, memberships, labels.
pub static PEOPLE_WRITE: Permission = Permission::new(
    "people.write",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::Administrator,
    ],
);

/// Show what is hidden, for a purpose, which is logged. Those far from the street do not need it.
pub static PEOPLE_REVEAL: Permission = Permission::new(
    "people.reveal",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
    ],
);

/// See who looked at whom.
pub static PEOPLE_LOOKS: Permission = Permission::new(
    "people.looks",
    &[Role::CommunityLead, Role::Auditor, Role::Administrator],
);

/// Accounts, grants and keys.
pub static ACCOUNTS_ADMIN: Permission = Permission::new("people.accounts", &[Role::Administrator]);

/// See organisations.
pub static ORGANISATIONS_READ: Permission = Permission::new(
    "people.organisations-read",
    &[
        Role::Volunteer,
        Role::MicroGridWorker,
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::Partner,
        Role::SubdistrictSupervisor,
        Role::DistrictOperator,
        Role::Auditor,
        Role::Administrator,
    ],
);

/// Enter and change organisations.
pub static ORGANISATIONS_WRITE: Permission = Permission::new(
    "people.organisations-write",
    &[
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
        Role::Administrator,
    ],
);

/// See what is due to go by the rules of keeping, change them, and let them run.
pub static PEOPLE_RETENTION: Permission =
    Permission::new("people.retention", &[Role::Administrator]);

/// Take a list of persons out of the house, in the clear, with one's name and purpose on it.
pub static PEOPLE_EXPORT: Permission = Permission::new(
    "people.export",
    &[
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
    ],
);

/// Say yes or no to somebody else's large list.
pub static PEOPLE_EXPORT_APPROVE: Permission = Permission::new(
    "people.export-approve",
    &[Role::CommunityLead, Role::Administrator],
);

/// See and note labels that are sensitive (health, hardship), where the person lives. Everybody else neither sees nor counts
/// them.
pub static PEOPLE_SENSITIVE: Permission = Permission::new(
    "people.sensitive",
    &[Role::GridWorker, Role::CommunityDesk, Role::CommunityLead],
);

/// Keep the catalogue of labels.
pub static LABELS_ADMIN: Permission = Permission::new("people.labels", &[Role::Administrator]);
/// See who looks after what, who is on duty, and who was sent here.
pub static ROSTERS_READ: Permission = Permission::new(
    "people.rosters-read",
    &[
        Role::MicroGridWorker,
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::SubdistrictSupervisor,
        Role::DistrictOperator,
        Role::Auditor,
        Role::Administrator,
    ],
);

/// Divide areas, plan duties, note absences for others, confirm hours.
pub static ROSTERS_WRITE: Permission = Permission::new(
    "people.rosters-write",
    &[
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::Administrator,
    ],
);

/// See who might be asked to lead or to share a talent, and who agreed to be listed.
pub static TALENTS_READ: Permission = Permission::new(
    "people.talents-read",
    &[Role::GridWorker, Role::CommunityDesk, Role::CommunityLead],
);

/// Ask somebody, note the answer, decide what counts as a reason.
pub static TALENTS_WRITE: Permission = Permission::new(
    "people.talents-write",
    &[Role::GridWorker, Role::CommunityDesk, Role::CommunityLead],
);

/// All of them, for the authorization matrix.
pub static ALL: &[&Permission] = &[
    &PEOPLE_READ,
    &PEOPLE_WRITE,
    &PEOPLE_REVEAL,
    &PEOPLE_LOOKS,
    &ACCOUNTS_ADMIN,
    &ORGANISATIONS_READ,
    &ORGANISATIONS_WRITE,
    &PEOPLE_RETENTION,
    &PEOPLE_EXPORT,
    &PEOPLE_EXPORT_APPROVE,
    &PEOPLE_SENSITIVE,
    &LABELS_ADMIN,
    &ROSTERS_READ,
    &ROSTERS_WRITE,
    &TALENTS_READ,
    &TALENTS_WRITE,
];
