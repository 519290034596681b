//! Where premises stood by the register before that was changed. Written beside the change, never changed itself.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "premises_past")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub premises_id: Uuid,
    pub building_id: Option<Uuid>,
    /// The most specific area said.
    pub area_id: i64,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// Until then, microseconds.
    pub valid_to: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "premises_past");
