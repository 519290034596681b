//! An area of the tree; filed under the system community because every community shares the tree.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "area")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    /// The small number other tables carry ([`youlin_kernel::AreaId`]).
    pub area_id: i64,
    pub parent_id: Option<i64>,
    /// 0 province … 6 neighbourhood.
    pub level: i32,
    pub code: String,
    /// Whose code it is (`nbs-12`, a local scheme).
    pub scheme: String,
    pub scheme_version: String,
    pub name: String,
    pub name_en: String,
    pub short_name: String,
    pub closed_at: Option<i64>,
    pub closed_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "area");
