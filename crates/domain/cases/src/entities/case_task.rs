//! What a party owes the case: the lead's part, a supporting part, or a follow-up.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "case_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub case_id: Uuid,
    /// `lead`, `supporting` or `follow_up`.
    pub role: String,
    pub party_kind: String,
    pub party_id: Uuid,
    pub text: String,
    /// `open`, `accepted`, `started`, `done`, `declined`, `cancelled`.
    pub status: String,
    /// A follow-up's appointed time.
    pub planned_at: Option<i64>,
    pub reminded_at: Option<i64>,
    pub note: Option<String>,
    /// Part of the link the party answers by; a new one ends the old link.
    pub link_nonce: i64,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
