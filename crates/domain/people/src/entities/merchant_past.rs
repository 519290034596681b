//! What was said of a merchant before it was changed, for figures of the past. Written beside the change.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "merchant_past")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub merchant_id: Uuid,
    pub kind: String,
    pub coded: bool,
    pub trade: String,
    pub employees: Option<i32>,
    pub area_centi: Option<i64>,
    pub load_w: Option<i64>,
    /// Until then, microseconds.
    pub valid_to: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "merchant_past");
