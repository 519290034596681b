//! A loan, or the use of a room, from asking to bringing back.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "resource_loan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub resource_id: Uuid,
    pub state: String,
    pub state_before: Option<String>,
    pub amount: i32,
    pub from_at: i64,
    pub to_at: i64,
    pub borrower_kind: String,
    pub borrower_id: Uuid,
    pub case_id: Option<Uuid>,
    pub note_sealed: Option<Vec<u8>>,
    pub reason_sealed: Option<Vec<u8>>,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    pub created_at: i64,
    pub changed_at: i64,
    pub out_at: Option<i64>,
    pub back_at: Option<i64>,
    pub late_told_at: Option<i64>,
    pub damage_case: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "resource_loan");
