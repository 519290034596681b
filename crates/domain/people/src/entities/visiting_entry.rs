//! One person on a visiting list, and how far it is.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "visiting_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub list_id: Uuid,
    pub person_id: Uuid,
    pub position: i32,
    pub state: String,
    pub note_sealed: Option<Vec<u8>>,
    pub tries: i32,
    pub at: Option<i64>,
    pub by_name: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "visiting_entry");
