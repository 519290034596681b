//! A submission that was taken, so that it is taken once. Its answers are the round's.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "openrosa_submission")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    /// The round's; made of account and instance.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub account_id: Uuid,
    /// Made by the client.
    pub instance_id: String,
    /// `id@version` as the client says.
    pub form: String,
    /// `id@version` of the checklist it was read with.
    pub read_as: String,
    /// SHA-256 of the XML.
    pub fingerprint: String,
    /// As it came, where not all of it has a place in the round.
    pub xml_sealed: Option<Vec<u8>>,
    /// What became of it, as JSON.
    pub answer: String,
    pub received_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "openrosa_submission");
