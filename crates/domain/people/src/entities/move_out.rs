//! That somebody moved away: from when, who said so, where to. Taken back it stays as something that was believed once.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "move_out")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub person_id: Uuid,
    /// When the homes ended.
    pub left_at: i64,
    /// The residences it ended, ids with commas, the main home first.
    pub homes: String,
    /// Where to, in somebody's own words.
    pub whereto_sealed: Option<Vec<u8>>,
    /// The account that noted it.
    pub by_id: Option<Uuid>,
    pub by_name: String,
    pub noted_at: i64,
    pub undone_at: Option<i64>,
    pub undone_by: Option<String>,
    /// The whole building was emptied.
    pub building_id: Option<Uuid>,
}

impl Model {
    pub fn homes(&self) -> Vec<Uuid> {
        let ids = self.homes.split(',');
        ids.filter_map(|id| id.parse().ok()).collect()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "move_out");
