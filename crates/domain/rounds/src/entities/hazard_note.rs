//! What was said of a hazard on the way: interim measures, progress. What belongs to the case stands in its history.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "hazard_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub hazard_id: Uuid,
    /// `measure` or `progress`.
    pub kind: String,
    pub text: String,
    pub at: i64,
    pub by_id: Option<Uuid>,
    pub by_name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "hazard_note");
