//! Who may ask for figures. What is counted is decided by the permission of each dataset.

use youlin_kernel::{Permission, Role};

/// Ask questions and see indicators, of one's own area.
pub static INSIGHT_READ: Permission = Permission::new(
    "insight.read",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::SubdistrictSupervisor,
        Role::DistrictOperator,
        Role::Auditor,
        Role::Administrator,
    ],
);

/// Keep the forms others ask for, and fill them. Facts of people in the clear need the permission of their module too.
pub static INSIGHT_FORMS: Permission = Permission::new(
    "insight.forms",
    &[
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::SubdistrictSupervisor,
        Role::DistrictOperator,
    ],
);

/// All of this module's permissions.
pub static ALL: &[&Permission] = &[&INSIGHT_READ, &INSIGHT_FORMS];
