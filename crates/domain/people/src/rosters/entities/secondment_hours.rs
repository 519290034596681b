//! Time that was given on a day; the community confirms it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "secondment_hours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub secondment_id: Uuid,
    pub day: String,
    pub minutes: i32,
    pub what: String,
    /// `noted`, `confirmed` or `refused`.
    pub state: String,
    pub noted_at: i64,
    pub noted_by: String,
    pub decided_at: Option<i64>,
    pub decided_by: Option<String>,
    pub answer: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "secondment_hours");
