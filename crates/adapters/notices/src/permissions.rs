//! Who may do what with notices.

use youlin_kernel::{Permission, Role};

/// Read one's own notices: everybody with a role somewhere.
pub static NOTICES_READ: Permission = Permission::new("notices.read", &Role::ALL);

/// Let other systems be told, and see what was sent and what could not be.
pub static NOTICES_ADMIN: Permission = Permission::new(
    "notices.admin",
    &[Role::DistrictOperator, Role::Administrator],
);

/// All of them, for the authorization matrix.
pub static ALL: &[&Permission] = &[&NOTICES_READ, &NOTICES_ADMIN];
