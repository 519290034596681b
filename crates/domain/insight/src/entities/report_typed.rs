//! An answer somebody typed into a form: who said it, and as of which day.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "report_typed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub form_id: Uuid,
    pub period: String,
    /// The area of the line.
    pub area_id: i64,
    pub column_key: String,
    pub value: String,
    /// Who said it: the property, the chief of the grid, an office.
    pub said_by: String,
    /// As of which day.
    pub said_on: String,
    pub by_name: String,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "report_typed");
