//! Who lives in, owns or rents which dwelling, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "residence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub person_id: Uuid,
    pub dwelling_id: Uuid,
    pub household_id: Option<Uuid>,
    pub relation: String,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    /// A second home, beside the one where the person mainly lives.
    pub also: Option<bool>,
}

impl Model {
    /// Where the person mainly lives.
    #[must_use]
    pub fn is_main(&self) -> bool {
        self.also != Some(true)
    }
}

/// Where somebody lives now.
pub fn present(community: i64, person: Uuid) -> Select<Entity> {
    Entity::find()
        .filter(Column::CommunityId.eq(community))
        .filter(Column::PersonId.eq(person))
        .filter(current())
}

/// The main home first; those beside it as they came.
pub fn main_first(homes: &mut [Model]) {
    homes.sort_by_key(|home| (!home.is_main(), home.id));
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

/// Those that hold now. The plus, which changes nothing, keeps SQLite from the index of ended ones: to its planner, which
/// counts no rows, it promises as much as the index of persons or dwellings, and it would read a whole community.
#[must_use]
pub fn current() -> Expr {
    Expr::cust(r#"+"residence"."valid_to" IS NULL"#)
}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "residence");
