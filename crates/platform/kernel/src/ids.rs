//! Identifiers. Records carry UUIDv7 made by [`crate::Ctx::new_id`]; areas carry small integers because every index
//! starts with one.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Any area of the tree, from province to neighbourhood.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    DeriveValueType,
    ToSchema,
)]
#[serde(transparent)]
pub struct AreaId(pub i64);

/// An area of level community: the first column of every business table.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    DeriveValueType,
    ToSchema,
)]
#[serde(transparent)]
pub struct CommunityId(pub i64);

impl CommunityId {
    /// Records that belong to no community (accounts of the district, settings) are filed under this one.
    pub const SYSTEM: Self = Self(0);
}

impl From<CommunityId> for AreaId {
    fn from(id: CommunityId) -> Self {
        Self(id.0)
    }
}

impl std::fmt::Display for AreaId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for CommunityId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
