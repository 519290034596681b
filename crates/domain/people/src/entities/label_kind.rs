//! A label of the catalogue that an administrator added or changed; those that are shipped stand in `data/labels.json`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "label_kind")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub part: String,
    pub sensitivity: String,
    /// Who must have said so; empty: anybody.
    pub source: Option<String>,
    /// After so many days it ends by itself.
    pub days: Option<i32>,
    /// What it is kept for.
    pub purpose: String,
    /// The consent it needs.
    pub consent: Option<String>,
    pub position: i32,
    pub retired_at: Option<i64>,
    pub changed_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "label_kind");
