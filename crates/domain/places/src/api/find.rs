//! Finding a place by position or by words.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use youlin_kernel::{AreaId, AreaLevel, Problem};
use youlin_web::{ApiQuery, App, Caller, PathId, Refusals, WebResult};

use crate::permissions::PLACES_READ;
use crate::queries::{self, BuildingDetail};
use crate::{AddressCandidate, Datum, Locator, PlaceInput, where_was};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LocateQuery {
    /// Longitude in degrees
    lon: f64,
    /// Latitude in degrees
    lat: f64,
    /// What the degrees are measured against; `wgs84` unless said
    datum: Option<Datum>,
    /// Ask for the boundaries of that day (`2024-06-30`) instead of today's
    #[param(value_type = Option<String>, format = Date)]
    on: Option<String>,
}

/// An area of the answer, most general first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LocatedArea {
    id: AreaId,
    level: AreaLevel,
    code: String,
    name: String,
}

/// Where a point lies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Located {
    /// Longitude, WGS-84
    lon: f64,
    /// Latitude, WGS-84
    lat: f64,
    areas: Vec<LocatedArea>,
}

/// Which areas hold a point, today or on another day
#[utoipa::path(
    get, path = "/api/v1/locate", operation_id = "locate", tag = "places", params(LocateQuery),
    responses((status = 200, description = "The areas, most general first; on another day possibly none", body = Located), Refusals)
)]
pub(crate) async fn locate(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<LocateQuery>,
) -> WebResult<Json<Located>> {
    let locator = app.need::<Locator>()?;
    let (lon, lat) =
        youlin_locate::Datum::from(query.datum.unwrap_or_default()).to_wgs84(query.lon, query.lat);
    let chain: Vec<AreaId> = match query.on.as_deref() {
        None => {
            let input = PlaceInput {
                lon: Some(query.lon),
                lat: Some(query.lat),
                datum: query.datum,
                ..PlaceInput::default()
            };
            let area = locator.resolve(&input)?.area();
            let mut chain: Vec<AreaId> = ctx.areas().upwards(area).map(|node| node.id).collect();
            chain.reverse();
            chain
        }
        Some(day) => {
            let day: Date = day
                .parse()
                .map_err(|_no_day| Problem::invalid("on", "no-day"))?;
            let scope = ctx.scope(&PLACES_READ)?;
            where_was(app.db(), &scope, lon, lat, day).await?
        }
    };
    let areas = chain.iter().filter_map(|id| ctx.areas().get(*id));
    Ok(Json(Located {
        lon,
        lat,
        areas: areas
            .map(|node| LocatedArea {
                id: node.id,
                level: node.level,
                code: node.code.clone(),
                name: node.name.clone(),
            })
            .collect(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AddressQuery {
    /// The address in somebody's own words; the first 400 characters are read
    q: String,
    /// 1 to 20; 8 unless said
    #[param(minimum = 1, maximum = 20)]
    limit: Option<usize>,
}

/// What a text may mean, best first
#[utoipa::path(
    get, path = "/api/v1/addresses", operation_id = "addresses", tag = "places", params(AddressQuery),
    responses((status = 200, description = "Candidates with score and reasons", body = Vec<AddressCandidate>), Refusals)
)]
pub(crate) async fn addresses(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<AddressQuery>,
) -> WebResult<Json<Vec<AddressCandidate>>> {
    let scope = ctx.scope(&PLACES_READ)?;
    let limit = query.limit.unwrap_or(8).clamp(1, 20);
    let locator = app.need::<Locator>()?;
    Ok(Json(locator.candidates(&query.q, Some(&scope), limit)))
}

/// A building with its entrances and dwellings
#[utoipa::path(
    get, path = "/api/v1/buildings/{id}", operation_id = "building", tag = "places",
    params(("id" = uuid::Uuid, Path, description = "The building")),
    responses((status = 200, description = "The building", body = BuildingDetail), Refusals)
)]
pub(crate) async fn building(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<BuildingDetail>> {
    let scope = ctx.scope(&PLACES_READ)?;
    Ok(Json(queries::building_detail(app.db(), &scope, id).await?))
}
