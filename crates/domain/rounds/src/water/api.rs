//! REST: points of water, what was measured there, and noting a reading.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, Micros, Problem};
use youlin_places::rivers::Bank;
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Refusals, Routes, WebResult};

use super::limits::{Measured, SHIPPED_TEXT};
use super::{NewReading, PointView, ReadingView, TakeReading, point_view, points_of, readings_of};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    Routes::new()
        .api(read, routes!(list_water_points))
        .api(read, routes!(list_water_readings))
        .api(walk, routes!(take_water_reading))
        .api(read, routes!(get_water_limits))
}

/// A point of a reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaterPoint {
    id: Uuid,
    reach: Uuid,
    /// Of an outlet's point.
    outlet: Option<Uuid>,
    name: String,
    /// Metres along the reach.
    chainage_m: f64,
    bank: Option<Bank>,
    /// The class the water is meant to have.
    class: String,
}

impl From<PointView> for WaterPoint {
    fn from(point: PointView) -> Self {
        Self {
            id: point.id,
            reach: point.reach,
            outlet: point.outlet,
            name: point.name,
            chainage_m: point.chainage_m,
            bank: point.bank,
            class: point.class,
        }
    }
}

/// A value beyond a limit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BeyondLimit {
    indicator: String,
    /// The limit that was passed; of what is seen neither.
    least: Option<f64>,
    most: Option<f64>,
    /// Where the limit stands.
    source: String,
}

/// What was measured and seen at one time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaterReading {
    id: Uuid,
    point: Uuid,
    round: Option<Uuid>,
    at: Micros,
    /// By indicator: a number in its unit, or one of its choices.
    #[schema(value_type = Object)]
    values: BTreeMap<String, Measured>,
    beyond: Vec<BeyondLimit>,
    note: String,
    case: Option<Uuid>,
}

impl From<ReadingView> for WaterReading {
    fn from(reading: ReadingView) -> Self {
        let beyond = |one: super::Beyond| BeyondLimit {
            indicator: one.indicator,
            least: one.least,
            most: one.most,
            source: one.source,
        };
        Self {
            id: reading.id,
            point: reading.point,
            round: reading.round,
            at: reading.at,
            values: reading.values,
            beyond: reading.beyond.into_iter().map(beyond).collect(),
            note: reading.note,
            case: reading.case.map(|case| case.id),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfReach {
    reach: Uuid,
}

/// The points of a reach, along it.
#[utoipa::path(
    get, path = "/api/v1/rounds/water/points", operation_id = "listWaterPoints", tag = "rounds",
    params(OfReach), responses((status = 200, body = Vec<WaterPoint>), Refusals)
)]
pub(crate) async fn list_water_points(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(of): ApiQuery<OfReach>,
) -> WebResult<Json<Vec<WaterPoint>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let points = points_of(app.db(), &scope, of.reach).await?;
    Ok(Json(points.into_iter().map(WaterPoint::from).collect()))
}

/// The readings of a point, the newest first, at most 250.
#[utoipa::path(
    get, path = "/api/v1/rounds/water/points/{id}/readings", operation_id = "listWaterReadings", tag = "rounds",
    params(("id" = Uuid, Path)), responses((status = 200, body = Vec<WaterReading>), Refusals)
)]
pub(crate) async fn list_water_readings(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Vec<WaterReading>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    point_view(app.db(), &scope, id).await?;
    let readings = readings_of(app.db(), &scope, &[id]).await?;
    Ok(Json(readings.into_iter().map(WaterReading::from).collect()))
}

/// A reading to note.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewWaterReading {
    /// Made by the sender: sent again, it is not doubled.
    id: Uuid,
    at: Micros,
    /// The patrol it was taken on.
    #[serde(default)]
    round: Option<Uuid>,
    /// By indicator: a number in its unit, or one of its choices. `GET /api/v1/rounds/water/limits` has them.
    #[schema(value_type = Object)]
    values: BTreeMap<String, Measured>,
    #[serde(default)]
    note: String,
}

/// A reading that was noted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaterReadingTaken {
    id: Uuid,
}

/// Note what was measured and seen at a point.
#[utoipa::path(
    post, path = "/api/v1/rounds/water/points/{id}/readings", operation_id = "takeWaterReading", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = NewWaterReading,
    responses((status = 201, body = WaterReadingTaken), Refusals)
)]
pub(crate) async fn take_water_reading(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(new): ApiJson<NewWaterReading>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let community = point_view(app.db(), &scope, id).await?.community;
    let command = TakeReading {
        community,
        new: NewReading {
            id: new.id,
            point: id,
            round: new.round,
            at: new.at,
            values: new.values,
            note: new.note,
        },
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok((StatusCode::CREATED, Json(WaterReadingTaken { id })).into_response())
}

/// What is measured and seen, with units, classes, limits and where they stand.
#[utoipa::path(
    get, path = "/api/v1/rounds/water/limits", operation_id = "getWaterLimits", tag = "rounds",
    responses((status = 200, body = Object), Refusals)
)]
pub(crate) async fn get_water_limits() -> WebResult<Json<Value>> {
    let all: Value = serde_json::from_str(SHIPPED_TEXT).map_err(Problem::internal)?;
    Ok(Json(all))
}
