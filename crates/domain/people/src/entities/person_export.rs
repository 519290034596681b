//! A list of persons that somebody wants to take out, and what a second person said to it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "person_export")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub asked_by: Uuid,
    pub asked_name: String,
    pub area_id: i64,
    pub purpose: String,
    pub persons: i64,
    pub state: String,
    pub asked_at: i64,
    pub decided_by: Option<Uuid>,
    pub decided_name: Option<String>,
    pub decided_at: Option<i64>,
    pub answer: Option<String>,
    pub taken_at: Option<i64>,
    /// The form it is for, and the page where it is taken; a plain list has none.
    pub form_id: Option<Uuid>,
    pub page: Option<String>,
    /// What it says of each person, where it is more than contacts or said at all.
    pub contents: Option<String>,
    /// [`crate::ListFilter`] as JSON: it is cut down by more than its area.
    pub filter_sealed: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "person_export");
