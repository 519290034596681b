//! What a person is to a merchant, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "merchant_person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub merchant_id: Uuid,
    pub person_community: i64,
    pub person_id: Uuid,
    /// See [`crate::merchants::MerchantRelation`].
    pub relation: String,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    /// When the end was noted.
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "merchant_person");
