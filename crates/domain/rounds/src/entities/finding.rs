//! Something found on a round.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub round_id: Uuid,
    /// Category of the catalogue.
    pub category: String,
    pub severity: String,
    pub state: String,
    pub text: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// Along the reach, decimetres.
    pub chainage_dm: Option<i32>,
    pub bank: Option<String>,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub case_id: Option<Uuid>,
    pub found_at: i64,
    /// Why it is only noted.
    pub noted_reason: Option<String>,
    /// The hazard on the list that was seen again.
    pub seen_of: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "finding");
