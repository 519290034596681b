//! Somebody was asked to take a shift, and what they said.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "duty_swap")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub shift_id: Uuid,
    pub from_person: Uuid,
    pub to_community: i64,
    pub to_person: Uuid,
    pub state: String,
    pub asked_at: i64,
    pub asked_by: String,
    pub answered_at: Option<i64>,
    pub answered_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "duty_swap");
