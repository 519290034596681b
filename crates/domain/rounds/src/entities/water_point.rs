//! A place of a reach where water is looked at again and again.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "water_point")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub reach_id: Uuid,
    /// Of an outlet's point.
    pub outlet_id: Option<Uuid>,
    pub name: String,
    pub chainage_dm: i32,
    pub bank: Option<String>,
    /// The class the water is meant to have: a key of the limits.
    pub class: String,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "water_point");
