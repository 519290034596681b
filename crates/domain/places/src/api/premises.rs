//! Premises and equipment for other systems.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Problem};
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Refusals, WebResult};

use crate::commands::{CheckEquipment, PremisesInput, SavePremises};
use crate::permissions::{PLACES_CHECK, PLACES_READ, PLACES_REGISTER};
use crate::premises::{
    CheckView, Due, EquipmentFilter, EquipmentKind, EquipmentState, EquipmentView, Premises,
    PremisesFilter, PremisesKind, PremisesView, StallView,
};

/// Lines answered at most.
const MOST: u64 = 1_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct PremisesQuery {
    /// Within this area
    #[param(value_type = Option<i64>)]
    area: Option<AreaId>,
    /// `market`, `shop` …
    kind: Option<PremisesKind>,
    /// Part of the name or the street address
    q: Option<String>,
    /// The closed ones instead of the open ones
    closed: bool,
}

/// Premises by name, a thousand at most
#[utoipa::path(
    get, path = "/api/v1/premises", operation_id = "list_premises", tag = "places", params(PremisesQuery),
    responses((status = 200, description = "Premises", body = Vec<PremisesView>), Refusals)
)]
pub(crate) async fn list_premises(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<PremisesQuery>,
) -> WebResult<Json<Vec<PremisesView>>> {
    let scope = ctx.scope(&PLACES_READ)?.asked(ctx.areas(), query.area)?;
    let filter = PremisesFilter {
        kind: query.kind,
        text: query.q.unwrap_or_default(),
        building: None,
        closed: query.closed,
    };
    Ok(Json(
        Premises::list(app.db().read(), &scope, &filter, MOST).await?,
    ))
}

/// Premises with their stalls and equipment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PremisesFile {
    premises: PremisesView,
    /// In the order of the plan.
    stalls: Vec<StallView>,
    equipment: Vec<EquipmentView>,
}

/// Premises with their stalls and equipment
#[utoipa::path(
    get, path = "/api/v1/premises/{id}", operation_id = "premises", tag = "places",
    params(("id" = Uuid, Path, description = "The premises")),
    responses((status = 200, description = "The premises", body = PremisesFile), Refusals)
)]
pub(crate) async fn get_premises(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<PremisesFile>> {
    let scope = ctx.scope(&PLACES_READ)?;
    let db = app.db().read();
    let premises = Premises::one(db, &scope, id).await?;
    let filter = EquipmentFilter {
        premises: Some(id),
        ..EquipmentFilter::default()
    };
    Ok(Json(PremisesFile {
        stalls: Premises::stalls(db, &premises, false).await?,
        equipment: Premises::equipment(db, &scope, &filter, ctx.now(), MOST).await?,
        premises,
    }))
}

/// What is said of premises.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PremisesBody {
    /// To change premises: which, and the version they were read with
    id: Option<Uuid>,
    version: Option<i32>,
    community: CommunityId,
    kind: PremisesKind,
    #[schema(max_length = 60)]
    name: String,
    building: Option<Uuid>,
    #[serde(default)]
    street_address: String,
    /// Square metres, up to two decimals
    #[serde(default)]
    floor_area: String,
    storeys: Option<i32>,
    built_year: Option<i32>,
    /// Kilowatts the supply is rated for, up to three decimals
    #[serde(default)]
    circuit: String,
    #[serde(default)]
    note: String,
    /// Degrees, WGS-84
    lon: Option<f64>,
    lat: Option<f64>,
    /// Grid or neighbourhood; without it the position or the building decides
    #[schema(value_type = Option<i64>)]
    area: Option<AreaId>,
}

/// Enter premises or change them; an older version is refused with 409
#[utoipa::path(
    post, path = "/api/v1/premises", operation_id = "save_premises", tag = "places", request_body = PremisesBody,
    responses((status = 200, description = "As they are now", body = PremisesView), Refusals)
)]
pub(crate) async fn save_premises(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<PremisesBody>,
) -> WebResult<Json<PremisesView>> {
    let number = |value: Option<i32>| value.map_or_else(String::new, |value| value.to_string());
    let known = match (body.id, body.version) {
        (Some(id), Some(version)) => Some((id, version)),
        (None, None) => None,
        _ => return Err(Problem::invalid("version", "required").into()),
    };
    let command = SavePremises {
        community: body.community,
        known,
        input: PremisesInput {
            kind: body.kind.as_str().to_owned(),
            name: body.name,
            building: body.building,
            street_address: body.street_address,
            floor_area: body.floor_area,
            storeys: number(body.storeys),
            built_year: number(body.built_year),
            circuit: body.circuit,
            note: body.note,
        },
        position: body.lon.zip(body.lat),
        area: body.area,
    };
    let id = app.db().execute(&ctx, command).await?;
    let scope = ctx.scope(&PLACES_REGISTER)?;
    Ok(Json(Premises::one(app.db().read(), &scope, id).await?))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct EquipmentQuery {
    /// Within this area
    #[param(value_type = Option<i64>)]
    area: Option<AreaId>,
    kind: Option<EquipmentKind>,
    state: Option<EquipmentState>,
    /// `overdue`; `soon` holds the overdue too; `unknown`
    due: Option<Due>,
}

/// Equipment, what is due first, a thousand at most
#[utoipa::path(
    get, path = "/api/v1/equipment", operation_id = "list_equipment", tag = "places", params(EquipmentQuery),
    responses((status = 200, description = "Equipment", body = Vec<EquipmentView>), Refusals)
)]
pub(crate) async fn list_equipment(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<EquipmentQuery>,
) -> WebResult<Json<Vec<EquipmentView>>> {
    let scope = ctx.scope(&PLACES_READ)?.asked(ctx.areas(), query.area)?;
    let filter = EquipmentFilter {
        kind: query.kind,
        state: query.state,
        due: query.due,
        ..EquipmentFilter::default()
    };
    Ok(Json(
        Premises::equipment(app.db().read(), &scope, &filter, ctx.now(), MOST).await?,
    ))
}

/// A look at equipment.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckBody {
    /// The version it was read with
    version: i32,
    state: EquipmentState,
    /// `2026-11-26`; today unless said
    #[serde(default)]
    checked_on: String,
    /// Day of the next look
    #[serde(default)]
    due_on: String,
    #[serde(default)]
    note: String,
}

/// Equipment with the looks at it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EquipmentFile {
    equipment: EquipmentView,
    /// The latest first.
    checks: Vec<CheckView>,
}

/// Note what a look at equipment found
#[utoipa::path(
    post, path = "/api/v1/equipment/{id}/check", operation_id = "check_equipment", tag = "places",
    params(("id" = Uuid, Path, description = "The equipment")), request_body = CheckBody,
    responses((status = 200, description = "As it is now", body = EquipmentFile), Refusals)
)]
pub(crate) async fn check_equipment(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<CheckBody>,
) -> WebResult<Json<EquipmentFile>> {
    let scope = ctx.scope(&PLACES_CHECK)?;
    let db = app.db();
    let (one, _) = Premises::equipment_one(db.read(), &scope, id, ctx.now()).await?;
    let command = CheckEquipment {
        community: one.community,
        id,
        version: body.version,
        state: body.state.as_str().to_owned(),
        checked_on: body.checked_on,
        due_on: body.due_on,
        note: body.note,
    };
    db.execute(&ctx, command).await?;
    let (equipment, checks) = Premises::equipment_one(db.read(), &scope, id, ctx.now()).await?;
    Ok(Json(EquipmentFile { equipment, checks }))
}
