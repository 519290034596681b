//! An outlet (排口) into a reach.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "outlet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub reach_id: Uuid,
    pub name: String,
    pub kind: String,
    pub bank: String,
    /// Decimetres along the reach's line.
    pub chainage_dm: i32,
    pub lon: f64,
    pub lat: f64,
    /// Number of the discharge permit; empty when there is none or none is needed.
    pub permit: String,
    /// Whether it may flow in dry weather.
    pub dry_flow: bool,
    pub note: String,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "outlet");
