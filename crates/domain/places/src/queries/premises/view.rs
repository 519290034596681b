//! What is told of premises, stalls and equipment, and by what they are chosen.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros};

use crate::Place;
use crate::premises::{Due, EquipmentKind, EquipmentState, PremisesKind, StallUse};

/// Premises with where they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PremisesView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub kind: PremisesKind,
    pub name: String,
    pub building: Option<Uuid>,
    /// 中原公寓1号楼, the street address, or both.
    pub address: String,
    /// As it was entered.
    pub street_address: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    /// Longitude and latitude, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Floor area in 0.01 m².
    pub area_centi: Option<i64>,
    pub storeys: Option<i32>,
    pub built_year: Option<i32>,
    /// What the electrical supply is rated for, watts.
    pub circuit_w: Option<i64>,
    pub note: String,
    pub stalls: i64,
    pub closed_at: Option<Micros>,
    pub closed_reason: Option<String>,
}

impl PremisesView {
    /// The most specific area.
    #[must_use]
    pub fn area(&self) -> AreaId {
        self.neighbourhood
            .or(self.grid)
            .unwrap_or_else(|| self.community.into())
    }

    /// As the place every other record is filed under.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            community: self.community,
            grid: self.grid,
            neighbourhood: self.neighbourhood,
            estate: None,
            building: self.building,
            dwelling: None,
            address: self.name.clone(),
            position: self.position,
        }
    }
}

/// A stall.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StallView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub premises: Uuid,
    pub section: String,
    pub number: String,
    pub area_centi: Option<i64>,
    pub usage: StallUse,
    pub ended_at: Option<Micros>,
}

impl StallView {
    /// `C-12`, or the number alone.
    #[must_use]
    pub fn label(&self) -> String {
        if self.section.is_empty() {
            self.number.clone()
        } else {
            format!("{}-{}", self.section, self.number)
        }
    }
}

/// Equipment with its next look.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EquipmentView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub building: Option<Uuid>,
    pub premises: Option<Uuid>,
    /// The name of what it belongs to.
    pub of: String,
    pub area: AreaId,
    pub kind: EquipmentKind,
    pub name: String,
    pub spot: String,
    pub count: i32,
    pub state: EquipmentState,
    pub maintainer_id: Option<Uuid>,
    pub maintainer: String,
    /// Day of the last look, `2026-11-26`.
    pub checked_on: Option<String>,
    /// Day of the next look.
    pub due_on: Option<String>,
    pub due: Due,
    pub note: String,
    pub ended_at: Option<Micros>,
}

/// A look at equipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckView {
    pub at: Micros,
    pub checked_on: String,
    pub state: EquipmentState,
    pub due_on: Option<String>,
    pub note: String,
    pub by: String,
}

/// Which premises.
#[derive(Clone, Debug, Default)]
pub struct PremisesFilter {
    pub kind: Option<PremisesKind>,
    /// Part of the name or the address.
    pub text: String,
    pub building: Option<Uuid>,
    /// The closed ones instead of the open ones.
    pub closed: bool,
}

/// Which equipment.
#[derive(Clone, Debug, Default)]
pub struct EquipmentFilter {
    pub kind: Option<EquipmentKind>,
    pub state: Option<EquipmentState>,
    /// Overdue, or coming up too.
    pub due: Option<Due>,
    pub building: Option<Uuid>,
    pub premises: Option<Uuid>,
    /// These only, taken away or not; all when empty.
    pub ids: Vec<Uuid>,
    /// What was taken away, instead.
    pub ended: bool,
}
