//! A version of a set of rules that was taken in. What it says never changes; from when it is used, and what it is worth, does.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "rule_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub code: String,
    pub edition: String,
    /// Id of the checklist whose answers it judges.
    pub checklist: String,
    /// What it is worth, JSON.
    pub status: String,
    /// Judges what is found from this day on, `2026-11-26`.
    pub used_from: Option<String>,
    /// The engine's rule set, JSON.
    pub body: String,
    pub saved_at: i64,
    pub saved_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "rule_set");
