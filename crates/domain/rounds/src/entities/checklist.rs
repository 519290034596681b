//! A version of a checklist that a place keeps itself. Reference data, filed under the system community.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "checklist")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The area it is kept for: a community or one above.
    pub area_id: i64,
    /// The checklist's id: the same for all its versions.
    pub code: String,
    /// Its version, from 1.
    pub number: i32,
    pub state: String,
    /// The checklist of the engine as JSON; never changed once published.
    pub content: String,
    /// `id@version` it was copied from.
    pub copied_from: Option<String>,
    pub made_at: i64,
    pub published_at: Option<i64>,
    pub withdrawn_at: Option<i64>,
    pub by_name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "checklist");
