//! A person of the register, sealed field by field.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub ext_key: Option<String>,
    pub name_sealed: Vec<u8>,
    pub name_index: Vec<u8>,
    pub surname_index: Vec<u8>,
    pub sex: Option<String>,
    pub birth_year: Option<i32>,
    pub language: Option<String>,
    pub note_sealed: Option<Vec<u8>>,
    pub identity_sealed: Option<Vec<u8>>,
    pub identity_index: Option<Vec<u8>>,
    pub created_at: i64,
    pub updated_at: i64,
    /// The day of birth, `1942-03-05`; `birth_year` beside it is for counting.
    pub birth_sealed: Option<Vec<u8>>,
    /// Who said what when ([`crate::facts::Facts`]).
    pub facts: Option<String>,
    /// When somebody of the house last saw the person.
    pub seen_at: Option<i64>,
    /// The person this entry was found to mean: it is a signpost now, and only leads there.
    pub merged_into: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "person");
