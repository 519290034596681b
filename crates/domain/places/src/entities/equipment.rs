//! Equipment of a building or of premises, as it is now; what was found at each look is in `equipment_check`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "equipment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub external_key: Option<String>,
    pub building_id: Option<Uuid>,
    pub premises_id: Option<Uuid>,
    /// See [`crate::premises::EquipmentKind`].
    pub kind: String,
    pub name: String,
    /// Where exactly, in words.
    pub spot: String,
    pub count: i32,
    /// See [`crate::premises::EquipmentState`].
    pub state: String,
    /// The organisation that looks after it, where it is in the register; else it stands in `maintainer`.
    pub maintainer_id: Option<Uuid>,
    pub maintainer: String,
    /// Day, year × 10000 + month × 100 + day.
    pub checked_on: Option<i32>,
    /// Day of the next look.
    pub due_on: Option<i32>,
    pub note: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "equipment");
