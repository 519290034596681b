//! A round that was handed in.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub kind: String,
    pub policy_id: Option<Uuid>,
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// As it was called then.
    pub subject_name: String,
    /// Where it is, when it is within one grid.
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub outcome: String,
    pub channel: String,
    /// When it began and ended, by the clock of the server.
    pub began_at: i64,
    pub ended_at: i64,
    pub received_at: i64,
    /// Seconds the sender's clock was ahead, where it was corrected.
    pub clock_off: Option<i64>,
    /// What the telephone wrote, where that cannot be and the times are those of the receipt.
    pub phone_began_at: Option<i64>,
    pub phone_ended_at: Option<i64>,
    /// What was said of it, in the walker's words.
    pub text_sealed: Option<Vec<u8>>,
    /// Answers to the checklist as JSON.
    pub answers_sealed: Option<Vec<u8>>,
    /// `id@version` of the checklist that was answered.
    pub checklist: Option<String>,
    /// `id@version` the answers were read by when they came, where nobody here knew that one.
    pub read_by: Option<String>,
    /// Why it was left out, or when to try again.
    pub reason: String,
    pub try_again_at: Option<i64>,
    pub by_id: Option<Uuid>,
    pub by_person: Option<Uuid>,
    pub by_name: String,
    /// Of everything sent, so that the same round sent again is known.
    pub fingerprint: String,
    /// Who told it on the telephone or wrote the sheet, when that was not whoever handed it in.
    pub told_by_sealed: Option<Vec<u8>>,
    /// Photographs its sender announced.
    pub photographs: Option<i32>,
    /// Of a talk: people reached, what about, what was handed out, and the party that gave it as JSON.
    pub reached: Option<i32>,
    pub topic: Option<String>,
    pub handed_out: Option<String>,
    pub given_by: Option<String>,
    /// What the place got by a checklist with points, as JSON.
    pub score: Option<String>,
    /// The organisation it was walked for, by whoever is a partner of one.
    pub by_organisation: Option<Uuid>,
    /// The policy it was handed in by, where whoever walked is not one of those it names: it stands beside it and counts nothing
    /// for it.
    pub extra_of: Option<Uuid>,
    /// What it lacks of what that policy asks, as JSON, where it stands beside it for that.
    pub extra_short: Option<String>,
    /// Whether its way fell short of the metres or per cent its policy asks: then it counts nothing for it. None: none are asked.
    pub short_walk: Option<bool>,
    /// When it was taken back, why and by whom, and how it had ended.
    pub withdrawn_at: Option<i64>,
    pub withdrawn_reason: Option<String>,
    pub withdrawn_by: Option<String>,
    pub withdrawn_by_id: Option<Uuid>,
    pub withdrawn_outcome: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "round");
