//! Who may read the register of places, and who may change it.

use youlin_kernel::{Permission, Role};

/// Areas, estates, buildings and dwellings; no personal data. Everyone who works here needs it to find their way.
pub static PLACES_READ: Permission = Permission::new(
    "places.read",
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

/// Entering and changing estates, buildings and dwellings: whoever keeps a community's register.
pub static PLACES_REGISTER: Permission = Permission::new(
    "places.register",
    &[
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
        Role::Administrator,
    ],
);

/// Entering equipment and noting what a look at it found: also whoever walks the streets.
pub static PLACES_CHECK: Permission = Permission::new(
    "places.check",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
        Role::Administrator,
    ],
);

/// Changing areas and boundaries: once, above, for everybody below.
pub static PLACES_ADMIN: Permission = Permission::new(
    "places.admin",
    &[Role::DistrictOperator, Role::Administrator],
);

/// All of this module's permissions.
pub static ALL: &[&Permission] = &[&PLACES_READ, &PLACES_REGISTER, &PLACES_CHECK, &PLACES_ADMIN];
