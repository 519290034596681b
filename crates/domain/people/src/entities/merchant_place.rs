//! Where a merchant does business, from when to when. A change of tenant ends one row and begins the next.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "merchant_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub merchant_id: Uuid,
    pub premises_id: Uuid,
    /// None: the premises as a whole, or a place in them without a stall of its own.
    pub stall_id: Option<Uuid>,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    /// When the end was noted.
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "merchant_place");
