//! Somebody of the subdistrict or district who gives days or hours to a community (下沉).

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "secondment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub person_community: i64,
    pub person_id: Uuid,
    pub unit: String,
    pub purpose: String,
    pub weekdays: i32,
    /// What is to be given in a week.
    pub week_minutes: i32,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub noted_at: i64,
    pub noted_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "secondment");
