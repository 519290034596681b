//! Boundaries as a map layer. Public: where a community ends is no secret, and residents' pages draw it too.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use youlin_kernel::{AreaId, AreaLevel, AreaNode, Problem};
use youlin_web::{ApiQuery, App, Caller, Refusals, WebResult};

use crate::{days, queries};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MapQuery {
    /// Only areas of this level
    level: Option<AreaLevel>,
    /// Only this area and what lies below it
    #[param(value_type = Option<i64>)]
    within: Option<AreaId>,
    /// For Youlin's own maps: finer areas are marked as minor, and areas link to this page with their number appended
    #[param(pattern = "^/[a-z/?=&-]*$")]
    link: Option<String>,
}

/// Boundaries in force today as GeoJSON (WGS-84)
#[utoipa::path(
    get, path = "/api/v1/areas.geojson", operation_id = "areas_geojson", tag = "places", params(MapQuery),
    responses(
        (status = 200, description = "A FeatureCollection; features carry id, code, name, level", content_type = "application/geo+json", body = serde_json::Value),
        (status = 304, description = "Unchanged since the answer whose ETag was sent"),
        Refusals
    )
)]
pub(crate) async fn areas_geojson(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<MapQuery>,
    headers: HeaderMap,
) -> WebResult<Response> {
    let tree = ctx.areas();
    if query.within.is_some_and(|id| tree.get(id).is_none()) {
        return Err(Problem::not_found().into());
    }
    // Only a place in this house: the address goes into links.
    let link = query.link.filter(|link| {
        link.starts_with('/')
            && !link.starts_with("//")
            && link
                .chars()
                .all(|c| c.is_ascii_lowercase() || "/?=&-".contains(c))
    });
    let chosen: Vec<AreaId> = match query.within {
        Some(id) => tree.subtree(id),
        None => tree.iter().map(|node| node.id).collect(),
    }
    .into_iter()
    .filter(|id| {
        tree.get(*id)
            .is_some_and(|node| !node.closed && query.level.is_none_or(|level| node.level == level))
    })
    .collect();
    let shapes = queries::shapes_on(app.db(), &chosen, days::of(ctx.now())).await?;
    let drawn: Vec<(&AreaNode, String)> = shapes
        .into_iter()
        .filter_map(|(id, shape)| Some((tree.get(id)?, shape)))
        .collect();
    let top = drawn.iter().map(|(node, _)| node.level).min();
    let features: Vec<String> = drawn
        .iter()
        .map(|(node, shape)| feature(node, shape, top, link.as_deref()))
        .collect();
    let body = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{}]}}",
        features.join(",")
    );
    Ok(cached(&headers, body))
}

/// The stored geometry goes into the text as it is.
fn feature(node: &AreaNode, shape: &str, top: Option<AreaLevel>, link: Option<&str>) -> String {
    let mut properties = json!({
        "id": node.id, "code": node.code, "name": node.name, "level": node.level,
    });
    if let Some(link) = link {
        properties["url"] = format!("{link}{}", node.id).into();
        if Some(node.level) != top {
            properties["level"] = "minor".into();
        }
    }
    format!("{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":{shape}}}")
}

/// Kept by browsers for a minute and asked for again by tag after that.
fn cached(headers: &HeaderMap, body: String) -> Response {
    let tag = format!(
        "\"{}\"",
        hex::encode(&Sha256::digest(body.as_bytes())[..12])
    );
    let same = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|sent| sent.to_str().ok())
        .is_some_and(|sent| {
            sent.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag)
        });
    let kept = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "public, max-age=60".to_owned()),
    ];
    if same {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "application/geo+json")];
    (StatusCode::OK, kept, kind, body).into_response()
}
