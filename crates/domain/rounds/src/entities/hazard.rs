//! A finding at premises that stays on the list until somebody else saw it put right. Its id is the finding's: category,
//! severity and words stand there, who puts it right by when in its case, what was measured in its judgement.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "hazard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub round_id: Uuid,
    pub case_id: Uuid,
    /// The campaign it was found in.
    pub campaign_id: Option<Uuid>,
    pub premises_id: Uuid,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    /// Section of the plan.
    pub section: String,
    /// Ids of the stalls, JSON.
    pub stalls: String,
    /// The stalls as they were called then.
    pub spot: String,
    /// Answers that belong to it, by question, JSON.
    pub evidence: String,
    /// The party that caused it; it never removes it from the list.
    pub cause_kind: Option<String>,
    pub cause_id: Option<Uuid>,
    pub found_at: i64,
    /// Removed from the list (销号).
    pub removed_at: Option<i64>,
    /// When it was taken back, with its round or as no hazard: it is on no list.
    pub withdrawn_at: Option<i64>,
    /// Code of the checklist's rule that led to it.
    pub rule: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "hazard");
