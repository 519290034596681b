//! A track that is being recorded: whoever has its token sends positions until it ends.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "live_track")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// Blind index of the token.
    pub token: String,
    pub reach_id: Uuid,
    pub policy_id: Uuid,
    pub by_id: Uuid,
    pub began_at: i64,
    /// Nothing is taken after.
    pub ends_at: i64,
    pub ended_at: Option<i64>,
    pub points: i32,
    /// The last points, packed and sealed; full ones go to [`super::live_part`].
    pub tail_sealed: Option<Vec<u8>>,
    /// The round it went to.
    pub round_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "live_track");
