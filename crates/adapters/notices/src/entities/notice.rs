//! One line in somebody's list of notices. A message to one person, not a record of the neighbourhood: it is marked as
//! read without an audit entry and removed after its time.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The event it tells of: told once to each account.
    pub event_id: Uuid,
    pub account_id: Uuid,
    /// `desk-reported`: audience and kind, the end of the catalogue key.
    pub kind: String,
    pub case_id: Option<Uuid>,
    /// Arguments of the sentence, JSON; codes and numbers, nothing personal.
    pub data: String,
    pub at: i64,
    pub read_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
