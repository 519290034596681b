//! A photograph of a reading, of a return visit, or of an outlet.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "spot_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// `reading`, `return` or `outlet`.
    pub of_kind: String,
    pub of_id: Uuid,
    /// The point, the finding, or the outlet.
    pub spot_id: Uuid,
    pub sha256: String,
    pub thumbnail: Option<String>,
    pub content_type: String,
    pub bytes: i64,
    pub name: String,
    pub taken_at: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "spot_file");
