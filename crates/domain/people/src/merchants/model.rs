//! What merchants are and what is said of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, words};
use youlin_places::premises::{PremisesView, StallView};

use crate::facts::{How, Said};

words! {
    /// What a merchant is before the law. Nobody guesses it: who has not shown papers is `unknown`.
    LegalKind {
        /// 个体工商户
        Individual = "individual",
        Company = "company",
        /// 合伙企业, 个人独资企业
        Partnership = "partnership",
        Branch = "branch",
        Cooperative = "cooperative",
        PublicBody = "public_body",
        Other = "other",
        Unknown = "unknown",
    }
}

words! {
    /// What a merchant trades in.
    Trade {
        Grocery = "grocery",
        Food = "food",
        Catering = "catering",
        Clothing = "clothing",
        Textiles = "textiles",
        Household = "household",
        Hardware = "hardware",
        BuildingMaterials = "building_materials",
        Electronics = "electronics",
        Stationery = "stationery",
        Medicine = "medicine",
        Repair = "repair",
        Hairdressing = "hairdressing",
        Education = "education",
        Lodging = "lodging",
        Logistics = "logistics",
        Recycling = "recycling",
        Other = "other",
    }
}

words! {
    /// What a person is to a merchant.
    MerchantRelation {
        Owner = "owner",
        Operator = "operator",
        SafetyOfficer = "safety_officer",
        Contact = "contact",
        Employee = "employee",
    }
}

impl MerchantRelation {
    /// Whether somebody with it answers for the place.
    #[must_use]
    pub fn responsible(self) -> bool {
        matches!(self, Self::Owner | Self::Operator | Self::SafetyOfficer)
    }
}

/// Who said what of a merchant, by the name of the field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sayings(pub(crate) BTreeMap<String, Said>);

impl Sayings {
    pub(crate) fn read(stored: Option<&str>) -> Self {
        let read = stored.and_then(|text| serde_json::from_str(text).ok());
        Self(read.unwrap_or_default())
    }

    pub(crate) fn say(&mut self, ctx: &Ctx, how: How, fields: &[&str]) {
        for field in fields {
            let said = Said {
                at: ctx.now(),
                how,
                by: ctx.actor().name().to_owned(),
            };
            self.0.insert((*field).to_owned(), said);
        }
    }

    pub(crate) fn stored(&self) -> Option<String> {
        (!self.0.is_empty())
            .then(|| serde_json::to_string(&self.0).ok())
            .flatten()
    }
}

/// Where a merchant does business, or did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MerchantPlace {
    pub id: Uuid,
    pub premises: PremisesView,
    pub stall: Option<StallView>,
    pub valid_from: Micros,
    pub valid_to: Option<Micros>,
}

impl MerchantPlace {
    /// 中原综合批发市场 C-12
    #[must_use]
    pub fn label(&self) -> String {
        match &self.stall {
            None => self.premises.name.clone(),
            Some(stall) => format!("{} {}", self.premises.name, stall.label()),
        }
    }
}

/// Somebody who belongs to a merchant; the name is masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MerchantPerson {
    pub id: Uuid,
    pub person: Uuid,
    pub name_masked: String,
    pub relation: MerchantRelation,
    pub valid_from: Micros,
    pub valid_to: Option<Micros>,
}

/// A merchant with its places and persons, the present first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MerchantView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    /// Where it does business; the community's where nowhere is known.
    pub area: AreaId,
    pub name: String,
    pub kind: LegalKind,
    pub credit_code: Option<String>,
    pub trade: Trade,
    pub goods: String,
    pub employees: Option<i32>,
    /// 0.01 m²
    pub area_centi: Option<i64>,
    /// Watts.
    pub load_w: Option<i64>,
    pub hours: String,
    /// `2024-03-01`
    pub opened_on: Option<String>,
    /// 138****1234
    pub phone_masked: Option<String>,
    pub closed_on: Option<String>,
    pub places: Vec<MerchantPlace>,
    pub former_places: Vec<MerchantPlace>,
    pub persons: Vec<MerchantPerson>,
    pub former_persons: Vec<MerchantPerson>,
    /// Somebody answers for it.
    pub responsible: bool,
}

impl MerchantView {
    /// Where it is now, in words.
    #[must_use]
    pub fn place_label(&self) -> String {
        let labels: Vec<String> = self.places.iter().map(MerchantPlace::label).collect();
        labels.join("、")
    }
}
