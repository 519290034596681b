//! Premises: a place of business or public use (market, shop, school …), in a building or of its own.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "premises")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub external_key: Option<String>,
    /// See [`crate::premises::PremisesKind`].
    pub kind: String,
    pub name: String,
    pub building_id: Option<Uuid>,
    /// Where it differs from the building's.
    pub street_address: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    /// Floor area in 0.01 m².
    pub area_centi: Option<i64>,
    pub storeys: Option<i32>,
    pub built_year: Option<i32>,
    /// What the electrical supply is rated for, watts.
    pub circuit_w: Option<i64>,
    pub note: String,
    pub created_at: i64,
    pub closed_at: Option<i64>,
    pub closed_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "premises");
