//! A boundary of an area and the days it was valid; rows are ended, never overwritten.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "area_boundary")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub area_id: i64,
    /// First day, as year × 10000 + month × 100 + day.
    pub valid_from: i32,
    /// First day it no longer holds; equal to `valid_from` for one that was replaced before it held.
    pub valid_to: Option<i32>,
    /// GeoJSON MultiPolygon, WGS-84.
    pub shape: String,
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
    /// H3 cell (resolution 9) of the middle.
    pub cell: i64,
    pub area_m2: f64,
    /// Drawn for the example, not surveyed.
    pub illustrative: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

youlin_database::record!(Entity, Model, "area_boundary");
