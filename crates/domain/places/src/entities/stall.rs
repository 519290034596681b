//! A stall or unit inside premises.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "stall")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub external_key: Option<String>,
    pub premises_id: Uuid,
    /// Section of the plan (`C`), empty where there are none.
    pub section: String,
    pub number: String,
    /// Floor area in 0.01 m².
    pub area_centi: Option<i64>,
    /// See [`crate::premises::StallUse`].
    pub usage: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "stall");
