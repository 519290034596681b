//! Somebody went back to see whether what was found is put right.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "return_visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub finding_id: Uuid,
    pub case_id: Uuid,
    pub passed: bool,
    pub text: String,
    pub at: i64,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    /// Left by somebody who came when nobody waited for it any more: nothing follows from it.
    pub noted: Option<bool>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "return_visit");
