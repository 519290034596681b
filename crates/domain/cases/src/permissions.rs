//! Who may do what with cases. The rules of single transitions stand in `model::rules`.

use youlin_kernel::{Permission, Role};

use Role::{
    Administrator, Auditor, CommunityDesk, CommunityLead, DistrictOperator, GridWorker,
    MicroGridWorker, Partner, SubdistrictSupervisor, Volunteer,
};

/// See cases of one's area.
pub static CASES_READ: Permission = Permission::new(
    "cases.read",
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
/// File a case on behalf of others.
pub static CASES_REPORT: Permission = Permission::new(
    "cases.report",
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
/// Accept, decline, dispatch, reassign, merge, close the loop: the desk's work.
pub static CASES_DESK: Permission = Permission::new(
    "cases.desk",
    &[
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);
/// Verify that a case is solved.
pub static CASES_VERIFY: Permission = Permission::new(
    "cases.verify",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);
/// Approve extensions and deferrals.
pub static CASES_APPROVE: Permission = Permission::new(
    "cases.approve",
    &[
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);
/// Take escalated cases, supervise.
pub static CASES_SUPERVISE: Permission = Permission::new(
    "cases.supervise",
    &[SubdistrictSupervisor, DistrictOperator],
);
/// Have tasks and answer them while signed in.
pub static CASES_TASKS: Permission = Permission::new(
    "cases.tasks",
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
    ],
);
/// Edit categories and load calendar years.
pub static CASES_ADMIN: Permission =
    Permission::new("cases.admin", &[Administrator, DistrictOperator]);

pub static ALL: &[&Permission] = &[
    &CASES_READ,
    &CASES_REPORT,
    &CASES_DESK,
    &CASES_VERIFY,
    &CASES_APPROVE,
    &CASES_SUPERVISE,
    &CASES_TASKS,
    &CASES_ADMIN,
];
