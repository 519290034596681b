//! The track of a round.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "round_track")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub round_id: Uuid,
    /// The reach.
    pub subject_id: Uuid,
    pub policy_id: Uuid,
    /// When the round began.
    pub began_at: i64,
    pub source: String,
    /// Packed and sealed; gone when its time to be kept is over.
    pub fixes_sealed: Option<Vec<u8>>,
    /// [`crate::tracks::TrackSummary`] as JSON.
    pub summary_sealed: Vec<u8>,
    /// What the walker says of it.
    pub words_sealed: Option<Vec<u8>>,
    /// When the walker passed it on to whoever plans.
    pub released_at: Option<i64>,
    /// Until when the positions are kept.
    pub keep_until: i64,
    /// Of the fixes as they came, so that the same track sent again is known.
    pub fingerprint: String,
    pub by_id: Option<Uuid>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "round_track");
