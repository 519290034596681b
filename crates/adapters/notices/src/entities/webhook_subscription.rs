//! Another system that wants to be told. Filed under the system community; `area_id` says of which area it hears.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "webhook_subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub name: String,
    pub area_id: i64,
    pub url: String,
    pub secret_sealed: Vec<u8>,
    /// JSON list of topics; `cases.*` stands for all of a module.
    pub topics: String,
    pub active: bool,
    /// Why it is off: `hand`, or `gone` when the receiver answered 410.
    pub ended_by: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "webhook_subscription");
