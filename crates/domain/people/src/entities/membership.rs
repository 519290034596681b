//! What a person does in an area, for an organisation or not, from when to when.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub person_community: i64,
    pub person_id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub role: String,
    pub area_id: i64,
    pub duty_phone_sealed: Option<Vec<u8>>,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    /// Where a split of the area made this row: since when the role is held without a break.
    pub since: Option<i64>,
    /// The row of the old area that this one goes on from.
    pub continues: Option<Uuid>,
}

impl Model {
    /// Since when the role is held without a break, whatever its area was before a split.
    #[must_use]
    pub fn begun(&self) -> i64 {
        self.since.unwrap_or(self.valid_from)
    }

    /// Was over before the area was split, as one learnt afterwards: in the new area nobody ever held it.
    fn is_void(&self) -> bool {
        self.continues.is_some() && self.valid_to == Some(self.valid_from)
    }
}

/// Takes out what was never held, and tells which of the others did not end but went on in another area.
#[must_use]
pub fn went_on(rows: &mut Vec<Model>) -> HashSet<Uuid> {
    rows.retain(|row| !row.is_void());
    rows.iter().filter_map(|row| row.continues).collect()
}

/// Each role once, by its latest row, however often its area was split.
#[must_use]
pub fn whole(mut rows: Vec<Model>) -> Vec<Model> {
    let went_on = went_on(&mut rows);
    rows.retain(|row| !went_on.contains(&row.id));
    rows
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "membership");
