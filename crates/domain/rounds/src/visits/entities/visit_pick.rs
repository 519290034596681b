//! A visit that somebody put on a day's list, or took off it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "visit_pick")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The local day, `2026-11-26`.
    pub day: String,
    pub dwelling_id: Uuid,
    /// [`crate::visits::PickKind`]
    pub kind: String,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    pub picked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "visit_pick");
