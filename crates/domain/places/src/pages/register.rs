//! `/places`: estates and buildings of a community; `/places/buildings/{id}`: a building as a stack of floors.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId};
use youlin_web::{ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use crate::permissions::{PLACES_CHECK, PLACES_READ, PLACES_REGISTER};
use crate::premises::{EquipmentFilter, EquipmentView, Premises, PremisesFilter, PremisesView};
use crate::queries::{self, BuildingDetail, EstateLine};
use crate::{AddressCandidate, Locator};

#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    community: Option<CommunityId>,
    #[serde(default)]
    q: String,
    /// What was saved just now.
    #[serde(default)]
    saved: String,
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
    /// May enter and change what is listed.
    may_write: bool,
    saved: String,
    draft: String,
}

pub(crate) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let mut communities: Vec<AreaId> = scope
        .parts()
        .iter()
        .map(|part| part.community.into())
        .collect();
    let here = query
        .community
        .or_else(|| scope.parts().first().map(|part| part.community));
    // Of a country only communities with records are listed; one that has none yet is reached by the search.
    if let Some(here) = here
        .map(AreaId::from)
        .filter(|id| !communities.contains(id))
    {
        communities.insert(0, here);
    }
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
    let saved = if query.saved.is_empty() {
        String::new()
    } else {
        s.t("places-saved")
    };
    let draft = match here {
        Some(here) if query.saved == "estate" => format!("estate:new:{here}"),
        _ => format!("estate:{}", query.saved),
    };
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
        may_write: here.is_some_and(|here| ctx.authorize(&PLACES_REGISTER, here).is_ok()),
        saved,
        draft,
        estates,
    })
}

#[derive(Template)]
#[template(path = "places_building.html")]
struct BuildingPage {
    s: Shell,
    community: AreaId,
    building: BuildingDetail,
    equipment: Vec<EquipmentView>,
    premises: Vec<PremisesView>,
    may_write: bool,
    may_check: bool,
    saved: String,
}

impl BuildingPage {
    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        let (id, community) = (self.building.id, self.building.community);
        format!("building:new:{community} building:{id} dwelling:new:{id} staircase:{id}")
    }

    /// Who lives there is another floor's page; it is offered to whoever may open that floor.
    fn people(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/people")
    }

    /// Whether its rounds can be looked at by this caller on the floor above.
    fn rounds(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/rounds")
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Saved {
    #[serde(default)]
    saved: String,
}

pub(crate) async fn building(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let building = queries::building_detail(app.db(), &scope, id).await?;
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Know, "/places");
    let saved = if done.saved.is_empty() {
        String::new()
    } else {
        s.t("places-saved")
    };
    let db = app.db().read();
    let filter = EquipmentFilter {
        building: Some(id),
        ..EquipmentFilter::default()
    };
    let equipment = Premises::equipment(db, &scope, &filter, ctx.now(), 500).await?;
    let filter = PremisesFilter {
        building: Some(id),
        ..PremisesFilter::default()
    };
    let here = building.area().unwrap_or_else(|| building.community.into());
    page(&BuildingPage {
        equipment,
        premises: Premises::list(db, &scope, &filter, 500).await?,
        may_check: !building.closed && ctx.authorize(&PLACES_CHECK, here).is_ok(),
        may_write: ctx.authorize(&PLACES_REGISTER, building.community).is_ok(),
        saved,
        s,
        community: building.community.into(),
        building,
    })
}
