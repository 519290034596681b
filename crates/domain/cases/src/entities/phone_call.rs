//! A telephone call announced by the telephone system.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "phone_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The telephone system's id of the call: the same call announced twice is one row.
    pub call_key: String,
    pub phone: Vec<u8>,
    pub phone_masked: String,
    /// Blind index of the number.
    pub phone_index: Vec<u8>,
    pub called: String,
    pub at: i64,
    pub person_id: Option<Uuid>,
    pub case_id: Option<Uuid>,
    pub taken_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
