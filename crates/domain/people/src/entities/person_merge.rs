//! Two entries that were found to mean one person, and what both said before.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "person_merge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The entry that goes on.
    pub kept_id: Uuid,
    /// The entry that became a signpost.
    pub gone_id: Uuid,
    pub merged_at: i64,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    /// What the kept entry said before and after ([`crate::merge::Said`]), sealed.
    pub before_sealed: Vec<u8>,
    pub after_sealed: Vec<u8>,
    pub undone_at: Option<i64>,
    pub undone_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "person_merge");
