//! Somebody who does business: a company, an individual business, a stall holder whose papers nobody has seen yet.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "merchant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub ext_key: Option<String>,
    pub name: String,
    /// See [`crate::merchants::LegalKind`].
    pub kind: String,
    /// Unified social credit code; public. None: not known.
    pub credit_code: Option<String>,
    /// See [`crate::merchants::Trade`].
    pub trade: String,
    pub goods: String,
    pub employees: Option<i32>,
    /// Floor area used, 0.01 m².
    pub area_centi: Option<i64>,
    /// Electrical load, watts.
    pub load_w: Option<i64>,
    pub hours: String,
    /// Day, year × 10000 + month × 100 + day.
    pub opened_on: Option<i32>,
    pub phone_sealed: Option<Vec<u8>>,
    /// Who said what, when and by what, as JSON.
    pub facts: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub closed_on: Option<i32>,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "merchant");
