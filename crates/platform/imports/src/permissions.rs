//! Who may give files at all; what of it each may take in is the registers' own question.

use youlin_kernel::{Permission, Role};

/// Give a file to be judged and taken in. Held by whoever holds the permission of at least one register.
pub static IMPORTS_GIVE: Permission = Permission::new(
    "imports.give",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::CommunityLead,
        Role::DistrictOperator,
        Role::Administrator,
    ],
);

/// All of this module's permissions.
pub static ALL: &[&Permission] = &[&IMPORTS_GIVE];
