//! Who goes where how often.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "round_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub title: String,
    /// [`crate::model::Policy`] as JSON.
    pub policy: String,
    /// Ids as JSON; empty: every subject of its kind in the community.
    pub subjects: String,
    /// Kind and id of the party that puts right what is found; empty: the desk decides.
    pub fixer: Option<String>,
    pub closed_at: Option<i64>,
    /// `id@version` of the checklist its rounds answer.
    pub checklist: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "round_policy");
