//! Who may walk rounds, read them, and say how often they are due.

use youlin_kernel::{Permission, Role};

use Role::{
    Administrator, Auditor, CommunityDesk, CommunityLead, DistrictOperator, GridWorker,
    MicroGridWorker, Partner, SubdistrictSupervisor, Volunteer,
};

/// Rounds, findings and what is due, of one's area.
pub static ROUNDS_READ: Permission = Permission::new(
    "rounds.read",
    &[
        Volunteer,
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
        Administrator,
    ],
);

/// Hand rounds in and go back to see what was put right.
pub static ROUNDS_WALK: Permission = Permission::new(
    "rounds.walk",
    &[
        Volunteer,
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// Say who goes where how often.
pub static ROUNDS_PLAN: Permission = Permission::new(
    "rounds.plan",
    &[
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// All of this module's permissions.
pub static ALL: &[&Permission] = &[&ROUNDS_READ, &ROUNDS_WALK, &ROUNDS_PLAN];
