//! A request for professional support.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "support_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub field: String,
    pub state: String,
    pub urgent: bool,
    pub area_id: i64,
    pub case_id: Option<Uuid>,
    pub dwelling_id: Option<Uuid>,
    pub question_sealed: Vec<u8>,
    pub asked_by: Option<Uuid>,
    pub asked_by_name: String,
    pub created_at: i64,
    pub due_at: i64,
    pub due_provisional: Option<i32>,
    pub late_told_at: Option<i64>,
    pub rounds: i32,
    pub follow_by: Option<i64>,
    pub helped: Option<String>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "support_request");
