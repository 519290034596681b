//! Files into the register. The body is the file itself; with `dry_run=true` it is judged and nothing is saved.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::{ApiQuery, App, Caller, Refusals, WebResult};

use crate::import::{
    self, AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS, ImportReport, read_csv,
};
use crate::{Datum, Locator};

type Body = std::result::Result<Bytes, BytesRejection>;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Judge the file and save nothing
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BoundaryQuery {
    /// Judge the file and save nothing
    #[serde(default)]
    dry_run: bool,
    /// What the file's positions are measured against; `wgs84` unless said
    datum: Option<Datum>,
}

fn text(body: Body) -> Result<String> {
    let bytes = body.map_err(|rejection| match rejection.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file-too-large").arg("megabytes", 32),
        _ => Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(rejection),
    })?;
    String::from_utf8(bytes.into()).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        Problem::new(ProblemKind::Malformed, "not-utf8").arg("position", position)
    })
}

/// Take an area file in
#[utoipa::path(
    post, path = "/api/v1/areas/import", operation_id = "import_areas", tag = "places", params(ImportQuery),
    request_body(content = String, content_type = "text/csv", description = "code, scheme, scheme_version, level, parent_code, name, name_en, short"),
    responses((status = 200, description = "What was, or would be, taken in", body = ImportReport), Refusals)
)]
pub(crate) async fn import_areas(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<ImportQuery>,
    body: Body,
) -> WebResult<Json<ImportReport>> {
    let rows = read_csv(&text(body)?, AREA_COLUMNS)?;
    let locator = app.need::<Locator>()?;
    Ok(Json(
        import::areas(app.db(), &ctx, &locator, rows, query.dry_run).await?,
    ))
}

/// Take a boundary file in, whole or not at all
#[utoipa::path(
    post, path = "/api/v1/boundaries/import", operation_id = "import_boundaries", tag = "places", params(BoundaryQuery),
    request_body(content = String, content_type = "application/geo+json", description = "A FeatureCollection; features carry code, and may carry scheme, valid_from, valid_to, illustrative"),
    responses(
        (status = 200, description = "What was taken in; with dry_run, what would be and every fault with its place", body = ImportReport),
        Refusals
    )
)]
pub(crate) async fn import_boundaries(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<BoundaryQuery>,
    body: Body,
) -> WebResult<Json<ImportReport>> {
    let locator = app.need::<Locator>()?;
    let datum = query.datum.unwrap_or_default();
    let report =
        import::boundaries(app.db(), &ctx, &locator, text(body)?, datum, query.dry_run).await?;
    if query.dry_run || report.is_clean() {
        Ok(Json(report))
    } else {
        Err(report.problem().into())
    }
}

/// Take an estate file in
#[utoipa::path(
    post, path = "/api/v1/estates/import", operation_id = "import_estates", tag = "places", params(ImportQuery),
    request_body(content = String, content_type = "text/csv", description = "key, community_code, name, aliases, street_address, built_year, lon, lat, neighbourhood_code"),
    responses((status = 200, description = "What was, or would be, taken in", body = ImportReport), Refusals)
)]
pub(crate) async fn import_estates(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<ImportQuery>,
    body: Body,
) -> WebResult<Json<ImportReport>> {
    let rows = read_csv(&text(body)?, ESTATE_COLUMNS)?;
    let locator = app.need::<Locator>()?;
    Ok(Json(
        import::estates(app.db(), &ctx, &locator, rows, query.dry_run).await?,
    ))
}

/// Take a building file in
#[utoipa::path(
    post, path = "/api/v1/buildings/import", operation_id = "import_buildings", tag = "places", params(ImportQuery),
    request_body(content = String, content_type = "text/csv", description = "key, estate_key, name, aliases, street_address, floors, lon, lat, neighbourhood_code"),
    responses((status = 200, description = "What was, or would be, taken in", body = ImportReport), Refusals)
)]
pub(crate) async fn import_buildings(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<ImportQuery>,
    body: Body,
) -> WebResult<Json<ImportReport>> {
    let rows = read_csv(&text(body)?, BUILDING_COLUMNS)?;
    let locator = app.need::<Locator>()?;
    Ok(Json(
        import::buildings(app.db(), &ctx, &locator, rows, query.dry_run).await?,
    ))
}

/// Take a dwelling file in
#[utoipa::path(
    post, path = "/api/v1/dwellings/import", operation_id = "import_dwellings", tag = "places", params(ImportQuery),
    request_body(content = String, content_type = "text/csv", description = "key, building_key, entrance, room, floor, use, area"),
    responses((status = 200, description = "What was, or would be, taken in", body = ImportReport), Refusals)
)]
pub(crate) async fn import_dwellings(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<ImportQuery>,
    body: Body,
) -> WebResult<Json<ImportReport>> {
    let rows = read_csv(&text(body)?, DWELLING_COLUMNS)?;
    let locator = app.need::<Locator>()?;
    Ok(Json(
        import::dwellings(app.db(), &ctx, &locator, rows, query.dry_run).await?,
    ))
}
