//! A measured value against a clause, as it was judged then; also of what met its rule. Never changed.

use sea_orm::entity::prelude::*;
use serde::Serialize;
use youlin_checklist::Verdict;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "judgement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub round_id: Uuid,
    /// The finding it led to.
    pub finding_id: Option<Uuid>,
    pub premises_id: Uuid,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub rule_set: String,
    /// Its version.
    pub edition: String,
    pub rule: String,
    /// Instances of the repeats it stands in, JSON.
    pub place: String,
    pub verdict: String,
    /// The engine's judgement, JSON.
    pub body: String,
    pub at: i64,
    /// The return visit it was measured again on; none: it was measured on the round.
    pub return_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What `verdict` holds.
pub(crate) fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Meets => "meets",
        Verdict::Fails => "fails",
    }
}

youlin_database::record!(Entity, Model, "judgement");
