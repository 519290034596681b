//! One row that a merge moved or changed: what an undo, and a question about an earlier day, need to know.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "person_merge_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub merge_id: Uuid,
    /// `table.column`, of [`crate::merge::MOVED`].
    pub part: String,
    /// The community of the row, which for roles may be another.
    pub row_community: i64,
    pub row_id: Uuid,
    /// The version the merge left.
    pub row_version: i32,
    /// It went to the kept person; else it was only changed.
    pub moved: bool,
    /// Columns that were changed, as they were before: a JSON object.
    pub before: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "person_merge_row");
