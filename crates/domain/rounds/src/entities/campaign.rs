//! A campaign (专项行动). Filed once for all the communities of its area.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub title: String,
    pub area_id: i64,
    /// `2026-10-15`
    pub first_day: String,
    pub last_day: String,
    /// Id of the checklist.
    pub checklist: String,
    /// The question to the registers, JSON.
    pub question: String,
    /// Photographs a re-check has to show.
    pub photographs: i32,
    /// The legal basis of asking for them.
    pub basis: String,
    pub started_at: Option<i64>,
    pub closed_at: Option<i64>,
    /// Parties that inspect in it, as JSON; none: whoever looks after the grid.
    pub inspectors: Option<String>,
    /// Parties that look again besides those who always do, as JSON.
    pub recheckers: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "campaign");
