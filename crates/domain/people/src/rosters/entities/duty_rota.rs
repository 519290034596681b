//! A duty that comes again and again, and its pattern.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "duty_rota")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub area_id: i64,
    pub kind: String,
    pub name: String,
    /// Which days: a word of `DutyDays`.
    pub days: String,
    /// Monday is 1, Tuesday 2, Wednesday 4 …
    pub weekdays: i32,
    /// Weeks one person has in a row; 0: each shift is somebody else's.
    pub turn_weeks: i32,
    /// Minutes after midnight.
    pub from_minute: i32,
    /// Not later than the beginning: the next day.
    pub to_minute: i32,
    /// People of a shift.
    pub heads: i32,
    pub starts_on: String,
    pub ends_on: Option<String>,
    /// The last day that was planned.
    pub planned_to: Option<String>,
    pub changed_at: i64,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "duty_rota");
