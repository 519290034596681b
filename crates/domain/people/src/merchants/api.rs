//! Merchants for other systems; persons and numbers masked.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, AreaId, CommunityId, Problem};
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Refusals, Routes, WebResult};

use super::{
    LegalKind, MerchantFilter, MerchantInput, MerchantView, Merchants, SaveMerchant, Trade, Where,
};
use crate::Vault;
use crate::facts::How;
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};

/// Merchants answered at most.
const MOST: u64 = 1_000;

pub(super) fn routes() -> Routes {
    let read = Access::Needs(&PEOPLE_READ);
    Routes::new()
        .api(read, routes!(list_merchants))
        .api(read, routes!(get_merchant))
        .api(Access::Needs(&PEOPLE_WRITE), routes!(save_merchant))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct MerchantQuery {
    /// Within this area
    #[param(value_type = Option<i64>)]
    area: Option<AreaId>,
    trade: Option<Trade>,
    /// In these premises now
    premises: Option<Uuid>,
    /// Words of the name or goods, or the beginning of the credit code
    q: Option<String>,
    without_code: bool,
    without_responsible: bool,
    /// Those that closed, instead
    closed: bool,
}

/// Merchants by name, a thousand at most.
#[utoipa::path(get, path = "/api/v1/merchants", operation_id = "list_merchants", tag = "people",
    params(MerchantQuery), responses((status = 200, description = "Merchants", body = Vec<MerchantView>), Refusals))]
async fn list_merchants(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<MerchantQuery>,
) -> WebResult<Json<Vec<MerchantView>>> {
    let scope = ctx.scope(&PEOPLE_READ)?.asked(ctx.areas(), query.area)?;
    let vault = app.need::<Vault>()?;
    let filter = MerchantFilter {
        trade: query.trade,
        without_code: query.without_code,
        without_responsible: query.without_responsible,
        premises: query.premises,
        text: query.q.unwrap_or_default(),
        closed: query.closed,
    };
    Ok(Json(
        Merchants::list(app.db().read(), &vault, &scope, &filter, MOST).await?,
    ))
}

/// One merchant with its places and persons, now and before.
#[utoipa::path(get, path = "/api/v1/merchants/{id}", operation_id = "get_merchant", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, description = "The merchant", body = MerchantView), Refusals))]
async fn get_merchant(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<MerchantView>> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    Ok(Json(
        Merchants::one(app.db().read(), &vault, &scope, id).await?,
    ))
}

/// What is said of a merchant.
#[derive(Debug, Deserialize, ToSchema)]
struct MerchantBody {
    /// To change a merchant: which, and the version it was read with
    id: Option<Uuid>,
    version: Option<i32>,
    community: CommunityId,
    /// Of a new one: where it does business
    premises: Option<Uuid>,
    stall: Option<Uuid>,
    #[schema(max_length = 100)]
    name: String,
    kind: LegalKind,
    /// Unified social credit code (GB 32100), where it is known
    #[serde(default)]
    credit_code: String,
    trade: Trade,
    #[serde(default)]
    goods: String,
    employees: Option<i32>,
    /// Square metres, up to two decimals
    #[serde(default)]
    floor_area: String,
    /// Kilowatts, up to three decimals
    #[serde(default)]
    load: String,
    #[serde(default)]
    hours: String,
    /// `2024-03-01`
    #[serde(default)]
    opened_on: String,
    /// Left out it stays as it is; empty it is taken away
    phone: Option<String>,
}

/// Enter a merchant or change one; an older version is refused with 409.
#[utoipa::path(post, path = "/api/v1/merchants", operation_id = "save_merchant", tag = "people", request_body = MerchantBody,
    responses((status = 200, description = "As it is now", body = MerchantView), Refusals))]
async fn save_merchant(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<MerchantBody>,
) -> WebResult<Json<MerchantView>> {
    let vault = app.need::<Vault>()?;
    let known = match (body.id, body.version) {
        (Some(id), Some(version)) => Some((id, version)),
        (None, None) => None,
        _ => return Err(Problem::invalid("version", "required").into()),
    };
    let at = match (known, body.premises) {
        (None, None) => return Err(Problem::invalid("premises", "required").into()),
        (None, Some(premises)) => Some(Where {
            premises,
            stall: body.stall,
            ..Where::default()
        }),
        (Some(_known), _) => None,
    };
    let command = SaveMerchant {
        vault: std::sync::Arc::clone(&vault),
        community: body.community,
        known,
        input: MerchantInput {
            name: body.name,
            kind: body.kind.as_str().to_owned(),
            credit_code: body.credit_code,
            trade: body.trade.as_str().to_owned(),
            goods: body.goods,
            employees: body
                .employees
                .map_or_else(String::new, |count| count.to_string()),
            floor_area: body.floor_area,
            load: body.load,
            hours: body.hours,
            opened_on: body.opened_on,
            phone: body.phone,
            how: How::Desk,
        },
        at,
    };
    let id = app.db().execute(&ctx, command).await?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    Ok(Json(
        Merchants::one(app.db().read(), &vault, &scope, id).await?,
    ))
}
