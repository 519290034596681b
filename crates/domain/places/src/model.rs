//! Where something is: the answer every other module files its records under, and what a caller may say about it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId};

/// A place as far down as it is known. Every record has a community; the rest depends on what was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub community: CommunityId,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub estate: Option<Uuid>,
    pub building: Option<Uuid>,
    pub dwelling: Option<Uuid>,
    /// 光明东村12号楼1单元304, or what the reporter wrote, or the path of areas.
    pub address: String,
    /// Longitude and latitude in degrees, WGS-84.
    pub position: Option<(f64, f64)>,
}

impl Place {
    /// The most specific area: neighbourhood, else grid, else community.
    #[must_use]
    pub fn area(&self) -> AreaId {
        self.neighbourhood
            .or(self.grid)
            .unwrap_or_else(|| self.community.into())
    }
}

/// What a pair of degrees is measured against. Inside everything is WGS-84; the sender says what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// Satellite receivers, browsers, GeoJSON.
    #[default]
    Wgs84,
    /// Chinese map services and their kits.
    Gcj02,
}

impl From<Datum> for youlin_locate::Datum {
    fn from(datum: Datum) -> Self {
        match datum {
            Datum::Wgs84 => Self::Wgs84,
            Datum::Gcj02 => Self::Gcj02,
        }
    }
}

/// What is known of a place when something is reported. The most precise entry counts: dwelling, building, position,
/// area, text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlaceInput {
    pub dwelling: Option<Uuid>,
    pub building: Option<Uuid>,
    pub area: Option<AreaId>,
    /// Degrees.
    pub lon: Option<f64>,
    /// Degrees.
    pub lat: Option<f64>,
    /// WGS-84 unless said.
    pub datum: Option<Datum>,
    /// The place in somebody's own words, at most 200 characters are kept.
    pub text: Option<String>,
}

impl PlaceInput {
    /// Whether nothing at all was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dwelling.is_none()
            && self.building.is_none()
            && self.area.is_none()
            && self.lon.is_none()
            && self.lat.is_none()
            && self
                .text
                .as_deref()
                .is_none_or(|text| text.trim().is_empty())
    }
}

/// Why an address was offered. The catalogue key is `address-why-<code>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    EstateName,
    EstateAlias,
    BuildingNumber,
    BuildingAlias,
    EntranceNumber,
    RoomNumber,
    StreetAddress,
    /// Only part of a name was said, or more was said than the register knows.
    Partial,
    /// The name differs by a typing error.
    Fuzzy,
}

impl Why {
    /// The stored and transmitted name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EstateName => "estate_name",
            Self::EstateAlias => "estate_alias",
            Self::BuildingNumber => "building_number",
            Self::BuildingAlias => "building_alias",
            Self::EntranceNumber => "entrance_number",
            Self::RoomNumber => "room_number",
            Self::StreetAddress => "street_address",
            Self::Partial => "partial",
            Self::Fuzzy => "fuzzy",
        }
    }
}

impl From<youlin_locate::Why> for Why {
    fn from(why: youlin_locate::Why) -> Self {
        use youlin_locate::Why as Found;
        match why {
            Found::EstateName => Self::EstateName,
            Found::EstateAlias => Self::EstateAlias,
            Found::BuildingNumber => Self::BuildingNumber,
            Found::BuildingAlias => Self::BuildingAlias,
            Found::EntranceNumber => Self::EntranceNumber,
            Found::RoomNumber => Self::RoomNumber,
            Found::StreetAddress => Self::StreetAddress,
            Found::Partial => Self::Partial,
            Found::Fuzzy { .. } => Self::Fuzzy,
        }
    }
}

/// Candidates whose score is below this are guesses.
pub const SURE: f32 = 0.6;

/// Something a text may mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AddressCandidate {
    pub place: Place,
    /// How sure, 0 to 1; 1 means that everything said was found exactly.
    pub score: f32,
    pub why: Vec<Why>,
    /// As the register writes it.
    pub label: String,
}
