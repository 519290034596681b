//! Roles and permissions. A permission is a constant of the module that owns it and names the roles that have it;
//! the authorization matrix is generated from these constants, never from strings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person is here. A grant is a role in an area; it holds for everything below that area.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Resident,
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
}

impl Role {
    pub const ALL: [Self; 11] = [
        Self::Resident,
        Self::Volunteer,
        Self::MicroGridWorker,
        Self::GridWorker,
        Self::CommunityDesk,
        Self::CommunityLead,
        Self::Partner,
        Self::SubdistrictSupervisor,
        Self::DistrictOperator,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The stored and transmitted name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Volunteer => "volunteer",
            Self::MicroGridWorker => "micro_grid_worker",
            Self::GridWorker => "grid_worker",
            Self::CommunityDesk => "community_desk",
            Self::CommunityLead => "community_lead",
            Self::Partner => "partner",
            Self::SubdistrictSupervisor => "subdistrict_supervisor",
            Self::DistrictOperator => "district_operator",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Roles that can reveal sensitive personal data; a setting can require a second factor of them.
    #[must_use]
    pub fn sees_sensitive_data(self) -> bool {
        !matches!(self, Self::Resident | Self::Volunteer | Self::Partner)
    }
}

/// Something one may be allowed to do. Compared by name; names are unique across modules (a test holds that).
#[derive(Debug)]
pub struct Permission {
    /// `module.verb`, for example `cases.dispatch`.
    pub name: &'static str,
    /// Who has it within their area.
    pub roles: &'static [Role],
}

impl Permission {
    #[must_use]
    pub const fn new(name: &'static str, roles: &'static [Role]) -> Self {
        Self { name, roles }
    }

    #[must_use]
    pub fn held_by(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// What a route asks of its caller before the handler runs. The command behind it authorizes again, for the very area.
#[derive(Clone, Copy, Debug)]
pub enum Access {
    /// Anybody; rate limited.
    Public,
    /// Anybody with an account.
    SignedIn,
    /// Anybody whose role in some area has the permission.
    Needs(&'static Permission),
    /// The bearer of a signed link; the handler verifies it.
    Link,
    /// A machine that signs its requests or carries a key; the handler verifies it.
    Machine,
}

impl Access {
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::SignedIn => "signed-in",
            Self::Needs(permission) => permission.name,
            Self::Link => "link",
            Self::Machine => "machine",
        }
    }

    /// Whether a caller with these roles passes the door.
    #[must_use]
    pub fn admits(&self, roles: &[Role], signed_in: bool) -> bool {
        match self {
            Self::Public | Self::Link | Self::Machine => true,
            Self::SignedIn => signed_in,
            Self::Needs(permission) => roles.iter().any(|role| permission.held_by(*role)),
        }
    }
}
