//! Something that can be lent or used.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub ext_key: Option<String>,
    pub kind: String,
    pub name: String,
    pub description: String,
    pub area_id: i64,
    pub building_id: Option<Uuid>,
    pub address: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub amount: i32,
    pub seats: Option<i32>,
    pub contact: String,
    pub key_keeper: Option<String>,
    pub opening: String,
    pub state: String,
    pub created_at: i64,
    pub retired_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "resource");
