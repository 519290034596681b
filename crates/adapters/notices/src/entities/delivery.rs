//! A message on its way out of the house: a row of a work queue, like a job. Target and words are sealed and wiped when
//! it has been delivered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub case_id: Option<Uuid>,
    /// `person:<id>`, `organisation:<id>`, `contact:<case id>` or `webhook:<subscription id>`.
    pub member: String,
    pub channel: String,
    /// `party-task_given`: the end of the catalogue key; the topic for webhooks.
    pub template: String,
    pub target_sealed: Option<Vec<u8>>,
    pub args_sealed: Option<Vec<u8>>,
    pub state: String,
    pub attempts: i32,
    /// When it is tried next; moved ahead while somebody is trying (the lease).
    pub due_at: i64,
    /// A code, never the other side's words.
    pub last_error: Option<String>,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
