//! A dwelling (户).

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "dwelling")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub external_key: Option<String>,
    pub building_id: Uuid,
    pub entrance_id: Option<Uuid>,
    pub room: String,
    pub floor: Option<i32>,
    /// `owned`, `let`, `empty`, `shop`, `office` or `other`.
    pub usage: String,
    /// Exclusive area in 0.01 m², as written in the title; ballots count it.
    pub area_centi: Option<i64>,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "dwelling");
