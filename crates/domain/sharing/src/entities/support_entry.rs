//! What happened to a request, and what was said. Never changed.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "support_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub request_id: Uuid,
    pub at: i64,
    pub kind: String,
    /// Of the request after it.
    pub state: String,
    pub actor_name: String,
    pub party_kind: Option<String>,
    pub party_id: Option<Uuid>,
    pub text_sealed: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "support_entry");
