//! Resources over REST: what there is, entering and changing it, what is free when.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{
    Access, AreaId, CommunityId, Ctx, Micros, Page, PageRequest, Problem, Result, Scope,
};
use youlin_web::{
    ApiJson, ApiQuery, App, Caller, IdempotencyHeader, PathId, Refusals, Routes, WebResult,
    idempotency,
};

use super::hours::Hours;
use super::{Saved, is_stale, newer};
use crate::commands::{Contact, ResourceInput, SaveResource, SetResourceState};
use crate::model::{ResourceKind, ResourceState};
use crate::permissions::{SHARING_ASK, SHARING_READ, SHARING_WRITE};
use crate::queries::{
    self, Availability, FreeWanted, ResourceFilter, ResourceRow, free_resources, resource,
};
use crate::service::Sharing;

pub(super) fn routes() -> Routes {
    let read = Access::Needs(&SHARING_READ);
    let write = Access::Needs(&SHARING_WRITE);
    Routes::new()
        .api(read, routes!(list_resources))
        .api(write, routes!(create_resource))
        .api(Access::Needs(&SHARING_ASK), routes!(list_free_resources))
        .api(read, routes!(get_resource))
        .api(write, routes!(change_resource))
        .api(write, routes!(set_resource_state))
        .api(read, routes!(get_availability))
}

/// Which resources.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResourceQuery {
    kind: Option<ResourceKind>,
    /// All but retired ones, unless said.
    state: Option<ResourceState>,
    /// Area of any level; what is the community's serves all of it.
    area: Option<i64>,
    /// Part of the name, the description or the address.
    q: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    limit: Option<u64>,
}

/// Things that are lent, with how many are free at this moment, in the order they were entered.
#[utoipa::path(
    get, path = "/api/v1/resources", operation_id = "listResources", tag = "sharing",
    params(ResourceQuery), responses((status = 200, body = Page<ResourceRow>), Refusals)
)]
pub(crate) async fn list_resources(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<ResourceQuery>,
) -> WebResult<Json<Page<ResourceRow>>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    let filter = ResourceFilter {
        area: query.area,
        kind: query.kind,
        q: query.q,
        state: query.state,
        retired: false,
    };
    let page = PageRequest {
        cursor: query.cursor,
        limit: query.limit,
    };
    let found = queries::resource_page(&sharing, &ctx, &scope, &filter, &page).await?;
    Ok(Json(found))
}

/// A resource as it is to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NewResource {
    kind: ResourceKind,
    /// 1 to 80 characters.
    name: String,
    /// Up to 1,000 characters.
    #[serde(default)]
    description: String,
    /// A community, or an area within one.
    area: AreaId,
    #[serde(default)]
    building: Option<Uuid>,
    /// Where it is kept, in words; empty: as the building is called.
    #[serde(default)]
    address: String,
    /// How many there are, 1 to 10,000.
    amount: u32,
    #[serde(default)]
    seats: Option<u32>,
    /// Who is asked: `organisation:<id>`, or `role:<role>` for whoever is on duty in it.
    contact: String,
    #[serde(default)]
    key_keeper: Option<String>,
    #[serde(default)]
    opening: Hours,
}

impl NewResource {
    fn command(
        &self,
        sharing: Arc<Sharing>,
        known: Option<(CommunityId, Uuid, i32)>,
    ) -> Result<SaveResource> {
        let contact = |field: &'static str, text: &String| {
            Contact::parse(text).ok_or_else(|| Problem::invalid(field, "unknown-value"))
        };
        Ok(SaveResource {
            sharing,
            id: known.map(|(community, id, _)| (community, id)),
            version: known.map(|(_, _, version)| version),
            ext_key: None,
            input: ResourceInput {
                kind: self.kind,
                name: self.name.clone(),
                description: self.description.clone(),
                area: self.area,
                building: self.building,
                address: self.address.clone(),
                amount: self.amount,
                seats: self.seats,
                contact: contact("contact", &self.contact)?,
                key_keeper: self
                    .key_keeper
                    .as_ref()
                    .map(|text| contact("key_keeper", text))
                    .transpose()?,
                opening: self.opening.read()?,
            },
        })
    }
}

/// Enter a resource.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second resource.
#[utoipa::path(
    post, path = "/api/v1/resources", operation_id = "createResource", tag = "sharing",
    request_body = NewResource,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = Saved), Refusals)
)]
pub(crate) async fn create_resource(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewResource>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/resources";
    let filed = ctx.areas().community_of(new.area);
    let filed = filed.unwrap_or(CommunityId::SYSTEM);
    let key = idempotency(key.as_deref(), filed, ROUTE, &new)?;
    let save = new.command(app.need::<Sharing>()?, None)?;
    let id = app.db().execute_once(&ctx, key, save).await?;
    let location = format!("/api/v1/resources/{id}");
    let head = [("Location", location)];
    Ok((StatusCode::CREATED, head, Json(Saved { id })).into_response())
}

/// A resource with its hours.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceBody {
    #[serde(flatten)]
    resource: ResourceRow,
    /// `organisation:<id>` or `role:<role>`.
    contact: Option<String>,
    key_keeper: Option<String>,
    opening: Hours,
}

async fn body(sharing: &Sharing, ctx: &Ctx, scope: &Scope, id: Uuid) -> Result<ResourceBody> {
    let row = resource(sharing, ctx, scope, id).await?;
    Ok(ResourceBody {
        contact: row.contact.map(Contact::text),
        key_keeper: row.key_keeper.map(Contact::text),
        opening: Hours::of(&row.opening),
        resource: row,
    })
}

/// One resource.
#[utoipa::path(
    get, path = "/api/v1/resources/{id}", operation_id = "getResource", tag = "sharing",
    params(("id" = Uuid, Path)), responses((status = 200, body = ResourceBody), Refusals)
)]
pub(crate) async fn get_resource(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<ResourceBody>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    Ok(Json(body(&sharing, &ctx, &scope, id).await?))
}

/// A resource as it is to be from now on.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangedResource {
    /// The version it was read with; another one by now is 409.
    version: i32,
    #[serde(flatten)]
    resource: NewResource,
}

/// Change a resource; whole, what is left out is gone. Its community stays, and not fewer than are away or promised.
#[utoipa::path(
    put, path = "/api/v1/resources/{id}", operation_id = "changeResource", tag = "sharing",
    params(("id" = Uuid, Path)), request_body = ChangedResource,
    responses((status = 200, body = ResourceBody), Refusals)
)]
pub(crate) async fn change_resource(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(new): ApiJson<ChangedResource>,
) -> WebResult<Json<ResourceBody>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_WRITE)?;
    let community = resource(&sharing, &ctx, &scope, id).await?.community;
    let known = Some((community, id, new.version));
    let save = new.resource.command(Arc::clone(&sharing), known)?;
    let saved = app.db().execute(&ctx, save).await;
    answer(&sharing, &ctx, (&scope, id), saved.map(|_id| ())).await
}

/// What became of a change, or how the resource stands where somebody was faster.
async fn answer(
    sharing: &Sharing,
    ctx: &Ctx,
    (scope, id): (&Scope, Uuid),
    saved: Result<()>,
) -> WebResult<Json<ResourceBody>> {
    let now = body(sharing, ctx, scope, id);
    match saved {
        Ok(()) => Ok(Json(now.await?)),
        Err(problem) if is_stale(&problem) => Err(newer(problem, now.await).into()),
        Err(problem) => Err(problem.into()),
    }
}

/// Given out, resting, gone.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewResourceState {
    version: i32,
    state: ResourceState,
}

/// Take a resource out of service, put it back, or retire it; not while it is lent.
#[utoipa::path(
    post, path = "/api/v1/resources/{id}/state", operation_id = "setResourceState", tag = "sharing",
    params(("id" = Uuid, Path)), request_body = NewResourceState,
    responses((status = 200, body = ResourceBody), Refusals)
)]
pub(crate) async fn set_resource_state(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(new): ApiJson<NewResourceState>,
) -> WebResult<Json<ResourceBody>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_WRITE)?;
    let command = SetResourceState {
        community: resource(&sharing, &ctx, &scope, id).await?.community,
        id,
        version: new.version,
        state: new.state,
    };
    let saved = app.db().execute(&ctx, command).await;
    answer(&sharing, &ctx, (&scope, id), saved).await
}

/// From when to when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Window {
    from: Micros,
    to: Micros,
}

/// Whether a resource can be had for a time, and who has it then; at most 366 days.
#[utoipa::path(
    get, path = "/api/v1/resources/{id}/availability", operation_id = "getResourceAvailability", tag = "sharing",
    params(("id" = Uuid, Path), Window), responses((status = 200, body = Availability), Refusals)
)]
pub(crate) async fn get_availability(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiQuery(window): ApiQuery<Window>,
) -> WebResult<Json<Availability>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    let window = (window.from, window.to);
    let found = queries::availability(&sharing, &ctx, &scope, id, window).await?;
    Ok(Json(found))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FreeQuery {
    /// The community it is needed in.
    community: CommunityId,
    from: Micros,
    to: Micros,
    /// So many at once; 1 unless said.
    count: Option<u32>,
    kind: Option<ResourceKind>,
    /// Part of the name, the description or the address.
    q: Option<String>,
    /// The nearest to here first, with `metres`; both or none.
    lon: Option<f64>,
    lat: Option<f64>,
}

/// What can be had for all of a time (at most 366 days) in a community; `free_now` says how many then.
#[utoipa::path(
    get, path = "/api/v1/resources/free", operation_id = "listFreeResources", tag = "sharing",
    params(FreeQuery), responses((status = 200, body = Vec<ResourceRow>), Refusals)
)]
pub(crate) async fn list_free_resources(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<FreeQuery>,
) -> WebResult<Json<Vec<ResourceRow>>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_ASK)?;
    queries::window(&sharing, (query.from, query.to))?;
    let near = |name: &'static str, value: Option<f64>, most: f64| match value {
        Some(degrees) if !(-most..=most).contains(&degrees) => {
            Err(Problem::invalid(name, "unknown-value"))
        }
        degrees => Ok(degrees),
    };
    let position = near("lon", query.lon, 180.0)?.zip(near("lat", query.lat, 90.0)?);
    let wanted = FreeWanted {
        community: query.community,
        position,
        from: query.from.0,
        to: query.to.0,
        count: query.count.unwrap_or(1),
        q: query.q.unwrap_or_default(),
        kind: query.kind,
    };
    let found = free_resources(&sharing, &ctx, &scope, &wanted).await?;
    Ok(Json(found))
}
