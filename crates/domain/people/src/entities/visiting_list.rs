//! People to be visited, and why.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "visiting_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub title: String,
    pub reason: String,
    pub area_id: i64,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    pub created_at: i64,
    pub closed_at: Option<i64>,
    /// Whoever is on it is there for something sensitive: the title says what is the matter with them.
    pub sensitive: Option<bool>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "visiting_list");
