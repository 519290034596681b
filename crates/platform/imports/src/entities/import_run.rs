//! A file somebody gave, and what became of it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub kind: String,
    pub setting: String,
    pub file_name: String,
    pub account_id: Uuid,
    pub account_name: String,
    pub state: String,
    pub rows_total: i64,
    pub report_sealed: Option<Vec<u8>>,
    pub fault: Option<String>,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    /// How often its columns were matched anew.
    pub round: Option<i32>,
    /// What was found in a spreadsheet: [`crate::sheet::Columns`].
    pub columns_sealed: Option<Vec<u8>>,
    /// What was decided about doubtful rows, by line.
    pub choices: Option<String>,
    /// What taking it back did.
    pub undone_sealed: Option<Vec<u8>>,
    /// Who has it taken back, with whose rights that is done.
    pub undone_by: Option<Uuid>,
    pub undone_by_name: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "import_run");
