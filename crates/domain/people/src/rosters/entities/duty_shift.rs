//! One person's place in a shift; without a person nobody was free.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "duty_shift")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub rota_id: Uuid,
    pub area_id: i64,
    pub day: String,
    pub place: i32,
    pub starts_at: i64,
    pub ends_at: i64,
    pub person_community: Option<i64>,
    pub person_id: Option<Uuid>,
    /// `plan`, `swap` or `substitute`; what was agreed between people is not planned away.
    pub origin: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "duty_shift");
