//! What was measured and seen at a point at one time.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "water_reading")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub point_id: Uuid,
    pub reach_id: Uuid,
    /// The patrol it was taken on.
    pub round_id: Option<Uuid>,
    pub at: i64,
    /// Values by indicator as JSON.
    #[sea_orm(column_name = "values_json")]
    pub values: String,
    /// `id@version` of the limits it was judged by, and the class.
    pub limits: String,
    pub note: String,
    pub case_id: Option<Uuid>,
    pub by_id: Option<Uuid>,
    pub by_name: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "water_reading");
