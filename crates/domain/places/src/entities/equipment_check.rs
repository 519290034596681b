//! What was found when equipment was looked at; only added to.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "equipment_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub equipment_id: Uuid,
    /// When it was noted, microseconds.
    pub at: i64,
    /// The day of the look.
    pub checked_on: i32,
    pub state: String,
    pub due_on: Option<i32>,
    pub note: String,
    pub by_name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "equipment_check");
