//! A building (楼栋).

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "building")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub external_key: Option<String>,
    pub estate_id: Option<Uuid>,
    pub name: String,
    /// Other names, separated by `;`.
    pub aliases: String,
    /// Where it differs from the estate's.
    pub street_address: String,
    pub floors: Option<i32>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// H3 cell (resolution 11) of the position.
    pub cell: Option<i64>,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub closed_at: Option<i64>,
    pub closed_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "building");
