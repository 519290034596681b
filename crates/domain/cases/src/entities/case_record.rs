//! The case: one problem, from report to verified end. Times in microseconds UTC.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "case_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// `20261111-0007`, unique in the community.
    pub number: String,
    /// What the reporter follows it by; unguessable.
    pub tracking_code: String,
    pub status: String,
    pub source: String,
    pub category: String,
    /// Revision of the catalogue entry in force when it was filed.
    pub category_version: i32,
    pub urgency: String,
    pub text: String,
    /// Answers to the category's questions, JSON object.
    pub answers: String,
    pub grid_id: Option<i64>,
    pub neighbourhood_id: Option<i64>,
    pub building_id: Option<Uuid>,
    pub dwelling_id: Option<Uuid>,
    pub address: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub reporter_person: Option<Uuid>,
    /// Name and phone of a reporter who is no registered person: sealed.
    pub reporter_contact: Option<Vec<u8>>,
    pub lead_kind: Option<String>,
    pub lead_id: Option<Uuid>,
    /// The account, link holder or machine that said it was handled; it may not verify.
    pub handled_by: Option<Uuid>,
    pub reported_at: i64,
    pub accepted_at: Option<i64>,
    pub dispatched_at: Option<i64>,
    pub handled_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// The limit in force, JSON `{"amount":4,"unit":"working_hours"}`.
    pub time_limit: String,
    pub due_at: i64,
    /// The first year whose calendar is missing for `due_at`.
    pub due_provisional: Option<i32>,
    /// Times the clock stood still, JSON `[[from, to|null], …]`.
    pub pauses: String,
    pub clock_stopped: bool,
    /// Set by the sweep when `due_at` passes while the clock runs.
    pub overdue: bool,
    /// Deferred until then.
    pub review_at: Option<i64>,
    /// An extension asked for, JSON `{"days":3,"reason":"…"}`.
    pub extension_asked: Option<String>,
    pub extensions: i32,
    pub reworks: i32,
    pub supervised: bool,
    /// Where it was escalated to, JSON.
    pub escalated_to: Option<String>,
    pub merged_into: Option<Uuid>,
    /// The status before a deferral or merge, for its undoing.
    pub status_before: Option<String>,
    pub responded: Option<bool>,
    pub solved: Option<bool>,
    pub satisfied: Option<bool>,
    pub thanks: Option<String>,
    /// The reporter may reopen until then.
    pub reopen_until: Option<i64>,
    /// Key in the system it was imported from.
    pub external_key: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
