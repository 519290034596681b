//! A reach (河段) of a river or canal.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "reach")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The river or canal it is part of.
    pub water: String,
    pub name: String,
    /// On the sign at the bank; found by it without signing in.
    pub sign: String,
    pub external_key: Option<String>,
    /// GeoJSON `LineString`, WGS-84, in the direction of chainage.
    pub line: String,
    /// Tenths of a metre from the line to the water's edge.
    pub half_width_dm: i32,
    /// Decimetres along the line.
    pub length_dm: i32,
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
    pub note: String,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "reach");
