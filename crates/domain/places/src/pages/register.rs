//! `/places`: estates and buildings of a community; `/places/buildings/{id}`: a building as a stack of floors.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId};
use youlin_web::{ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use crate::permissions::{PLACES_ADMIN, PLACES_READ};
use crate::queries::{self, BuildingDetail, EstateLine};
use crate::{AddressCandidate, Locator};

#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    community: Option<CommunityId>,
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "places_list.html")]
struct ListPage {
    s: Shell,
    communities: Vec<AreaId>,
    here: Option<AreaId>,
    q: String,
    /// With the area to name beside it.
    found: Vec<(AddressCandidate, AreaId)>,
    estates: Vec<EstateLine>,
    total: String,
    may_import: bool,
}

pub(crate) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let communities: Vec<AreaId> = scope
        .parts()
        .iter()
        .map(|part| part.community.into())
        .collect();
    let here = query
        .community
        .or_else(|| scope.parts().first().map(|part| part.community));
    let estates = match here {
        None => Vec::new(),
        Some(community) => queries::register_of(app.db(), &scope, community).await?,
    };
    let q = query.q.trim().to_owned();
    let found = if q.is_empty() {
        Vec::new()
    } else {
        app.need::<Locator>()?.candidates(&q, Some(&scope), 12)
    };
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Know, "/places");
    let buildings: usize = estates.iter().map(|estate| estate.buildings.len()).sum();
    let dwellings: i64 = estates.iter().map(|estate| estate.dwellings).sum();
    let named = estates.iter().filter(|estate| estate.id.is_some()).count();
    let total = s.tn(
        "places-count",
        &[
            ("estates", named.to_string()),
            ("buildings", buildings.to_string()),
            ("dwellings", dwellings.to_string()),
        ],
    );
    page(&ListPage {
        s,
        communities,
        here: here.map(Into::into),
        q,
        found: found
            .into_iter()
            .map(|one| {
                let area = one.place.area();
                (one, area)
            })
            .collect(),
        total,
        may_import: ctx.may(&PLACES_ADMIN),
        estates,
    })
}

#[derive(Template)]
#[template(path = "places_building.html")]
struct BuildingPage {
    s: Shell,
    community: AreaId,
    building: BuildingDetail,
}

pub(crate) async fn building(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let building = queries::building_detail(app.db(), &scope, id).await?;
    page(&BuildingPage {
        s: Shell::new(&app, &ctx, prefs, NavPlace::Know, "/places"),
        community: building.community.into(),
        building,
    })
}
