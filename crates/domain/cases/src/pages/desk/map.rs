//! The same cases on a map: own boundaries and points, no outside server unless a tile source is set.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use youlin_kernel::{AreaId, AreaLevel};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::list::Frame;
use super::query::DeskQuery;
use super::{shell, words};
use crate::permissions::{CASES_READ, CASES_REPORT};
use crate::service::Cases;
use crate::{CaseRow, list};

/// Points of one map; who needs more narrows the view.
const POINTS: u64 = 200;

#[derive(Template)]
#[template(path = "desk_map.html")]
struct MapPage<'a> {
    s: &'a Shell,
    f: Frame,
    source: String,
    tiles: String,
    may_report: bool,
}

/// `GET /desk/map`.
pub(super) async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<DeskQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&CASES_READ)?;
    let f = Frame::of(&s, &scope, query, "/desk/map").await?;
    let source = f.query.at("/desk/cases.geojson");
    let tiles = app.config().tile_url.clone().unwrap_or_default();
    page(&MapPage {
        s: &s,
        f,
        source,
        tiles,
        may_report: ctx.may(&CASES_REPORT),
    })
}

/// `GET /desk/cases.geojson`: the cases of the view that have a position, and the areas around them.
pub(super) async fn geojson(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<DeskQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&CASES_READ)?;
    let cases = app.need::<Cases>()?;
    let found = list(app.db(), &cases, &ctx, &scope, &query.filter(POINTS)).await?;
    let mut features = outlines(&s, &query).await?;
    features.extend(found.items.iter().filter_map(|row| point(&s, row)));
    let body = json!({ "type": "FeatureCollection", "features": features }).to_string();
    Ok(([(header::CONTENT_TYPE, "application/geo+json")], body).into_response())
}

fn point(s: &Shell, row: &CaseRow) -> Option<Value> {
    let (lon, lat) = row.position?;
    Some(json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": {
            "name": row.text,
            "state": words::badge(row.light),
            "state_word": words::light_words(s, row),
            "detail": format!("{} · {} · {}", row.number, row.category_name, row.address),
            "url": format!("/cases/{}", row.id),
        },
    }))
}

/// The areas one looks at and what lies directly below them.
async fn outlines(s: &Shell, query: &DeskQuery) -> youlin_kernel::Result<Vec<Value>> {
    let ctx = s.ctx();
    let tree = ctx.areas();
    let tops: Vec<AreaId> = match query.area {
        Some(area) => vec![AreaId(area)],
        None => ctx.grants().iter().map(|grant| grant.area).collect(),
    };
    let mut wanted: Vec<AreaId> = Vec::new();
    for top in tops {
        let within = tree.subtree(top);
        let communities = within
            .iter()
            .filter(|id| {
                tree.get(**id)
                    .is_some_and(|n| n.level == AreaLevel::Community)
            })
            .count();
        wanted.extend(within.into_iter().filter(|id| {
            let level = tree.get(*id).map(|node| node.level);
            level.is_some_and(|level| {
                level >= AreaLevel::Community && (communities < 4 || level == AreaLevel::Community)
            })
        }));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let shapes = youlin_places::queries::outlines(s.app().db(), &wanted, ctx.now()).await?;
    let features = shapes.into_iter().filter_map(|(area, shape)| {
        let geometry: Value = serde_json::from_str(&shape).ok()?;
        let minor = tree
            .get(area)
            .is_some_and(|node| node.level > AreaLevel::Grid);
        Some(json!({
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "name": s.area(&area),
                "level": if minor { "minor" } else { "" },
                "url": query.in_area("/desk/map", area.0),
            },
        }))
    });
    Ok(features.collect())
}
