//! A photograph or document of a case; the content is in the file store.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "case_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub case_id: Uuid,
    pub sha256: String,
    pub thumbnail: Option<String>,
    pub content_type: String,
    pub bytes: i64,
    pub name: String,
    /// Position read from the photograph before it was rewritten.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// Local time the photograph was taken, as it said.
    pub taken_at: Option<String>,
    /// `report`, `handling` or `verification`.
    pub stage: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
