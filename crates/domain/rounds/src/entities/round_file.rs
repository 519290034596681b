//! A photograph of a round.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "round_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub round_id: Uuid,
    pub finding_id: Option<Uuid>,
    pub sha256: String,
    pub thumbnail: Option<String>,
    pub content_type: String,
    pub bytes: i64,
    pub name: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// `before`, `after` or empty.
    pub stage: String,
    pub created_at: i64,
    /// As far as it or the telephone says.
    pub taken_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "round_file");
