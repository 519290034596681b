//! Somebody on duty is away, and who stands in once they agreed. Why somebody is away is nobody's business.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "absence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub person_community: i64,
    pub person_id: Uuid,
    pub starts_at: i64,
    pub ends_at: i64,
    pub substitute_community: Option<i64>,
    pub substitute_id: Option<Uuid>,
    /// Of the substitute: `none`, `asked`, `accepted`, `declined`.
    pub state: String,
    pub noted_at: i64,
    pub noted_by: String,
    pub answered_at: Option<i64>,
    pub answered_by: Option<String>,
    pub withdrawn_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "absence");
