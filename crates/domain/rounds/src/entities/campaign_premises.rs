//! Premises on the frozen list of a campaign.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "campaign_premises")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub campaign_id: Uuid,
    pub premises_id: Uuid,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub added_at: i64,
    /// Taken off by a refresh.
    pub dropped_at: Option<i64>,
    /// First inspected in the campaign; kept with the round that did.
    pub inspected_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "campaign_premises");
