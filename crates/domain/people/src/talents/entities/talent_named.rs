//! A neighbour named somebody; who and why are sealed.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "talent_named")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub area_id: i64,
    pub name_sealed: Vec<u8>,
    pub where_sealed: Option<Vec<u8>>,
    pub why_sealed: Vec<u8>,
    /// `resident` or `house`.
    pub source: String,
    pub by_name: String,
    pub named_at: i64,
    pub state: String,
    pub person_id: Option<Uuid>,
    pub decided_at: Option<i64>,
    pub decided_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "talent_named");
