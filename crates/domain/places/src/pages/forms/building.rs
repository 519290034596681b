//! A building: entering it and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, FormFaults, IdempotencyHeader, PathId, Prefs,
    Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::{Spot, area_choices, area_of, follow, plain, sent_key, shell, ticked, whole};
use crate::commands::SaveBuilding;
use crate::permissions::PLACES_REGISTER;
use crate::queries::{self, BuildingDetail};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BuildingForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Its number.
    community: i64,
    name: String,
    aliases: String,
    street_address: String,
    estate: String,
    floors: String,
    lon: String,
    lat: String,
    area: String,
    closed: String,
    closed_reason: String,
}

#[derive(Template)]
#[template(path = "places_building_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: BuildingForm,
    id: Option<Uuid>,
    community: AreaId,
    areas: Vec<Choice>,
    estates: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| format!("new:{}", self.community), |id| id.to_string())
    }
}

/// The open estates of the community; the first choice is none.
async fn estates(app: &App, s: &Shell, community: CommunityId) -> Result<Vec<Choice>> {
    let scope = s.ctx().scope(&PLACES_REGISTER)?;
    let mut choices = vec![Choice::new("", s.t("places-no-estate"))];
    if !scope.contains_community(community) {
        return Ok(choices);
    }
    let lines = queries::register_of(app.db(), &scope, community).await?;
    choices.extend(
        lines
            .into_iter()
            .filter_map(|line| Some(Choice::new(line.id?.to_string(), line.name))),
    );
    Ok(choices)
}

async fn form_page(
    app: &App,
    s: Shell,
    id: Option<Uuid>,
    f: BuildingForm,
    e: FormFaults,
) -> WebResult<FormPage> {
    Ok(FormPage {
        estates: estates(app, &s, CommunityId(f.community)).await?,
        areas: area_choices(&s, s.ctx().areas(), CommunityId(f.community)),
        community: AreaId(f.community),
        key: s.ctx().new_id().to_string(),
        clash: None,
        id,
        f,
        e,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    community: Option<CommunityId>,
    #[serde(default)]
    estate: String,
}

/// `GET /places/buildings/new?community=&estate=`.
pub(crate) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let first = scope.parts().first().map(|part| part.community);
    let community = start.community.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&PLACES_REGISTER, community)?;
    let f = BuildingForm {
        community: community.0,
        estate: start.estate,
        ..BuildingForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, None, f, FormFaults::none()).await?)
}

fn form_of(detail: &BuildingDetail) -> BuildingForm {
    let spot = Spot::of(detail.position);
    BuildingForm {
        idempotency_key: String::new(),
        version: detail.version.to_string(),
        community: detail.community.0,
        name: detail.name.clone(),
        aliases: detail.aliases.clone(),
        street_address: detail.street_address.clone(),
        estate: detail
            .estate_id
            .map_or_else(String::new, |id| id.to_string()),
        floors: detail.floors.map_or_else(String::new, |n| n.to_string()),
        lon: spot.lon,
        lat: spot.lat,
        area: detail.area().map_or_else(String::new, |id| id.to_string()),
        closed: if detail.closed { "1" } else { "" }.to_owned(),
        closed_reason: detail.closed_reason.clone().unwrap_or_default(),
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<BuildingForm> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    Ok(form_of(
        &queries::building_detail(app.db(), &scope, id).await?,
    ))
}

/// `GET /places/buildings/{id}/edit`.
pub(crate) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let f = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, Some(id), f, FormFaults::none()).await?)
}

fn command(app: &App, f: &BuildingForm, known: Option<Uuid>) -> Result<SaveBuilding> {
    if f.community == 0 {
        return Err(Problem::invalid("community", "required"));
    }
    let spot = Spot {
        lon: f.lon.clone(),
        lat: f.lat.clone(),
    };
    Ok(SaveBuilding {
        community: CommunityId(f.community),
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        name: f.name.clone(),
        aliases: f.aliases.clone(),
        street_address: f.street_address.clone(),
        estate: f.estate.parse().ok(),
        floors: whole("floors", &f.floors)?,
        position: spot.position()?,
        area: area_of(&f.area),
        closed: known.is_some() && !f.closed.is_empty(),
        closed_reason: f.closed_reason.clone(),
        occupants: super::occupants(app),
    })
}

/// `POST /places/buildings`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<BuildingForm>,
) -> WebResult<Response> {
    let saved = async {
        let sent = sent_key(header, &f.idempotency_key);
        let key = idempotency(
            sent.as_deref(),
            CommunityId(f.community),
            "/places/buildings",
            &f,
        )?;
        app.db()
            .execute_once(&ctx, key, command(&app, &f, None)?)
            .await
    };
    match saved.await {
        Ok(id) => {
            follow(&app, CommunityId(f.community)).await?;
            Ok(Redirect::to(&format!("/places/buildings/{id}?saved=new")).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(
                &problem,
                page(&form_page(&app, s, None, f, e).await?)?,
            ))
        }
    }
}

/// `POST /places/buildings/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<BuildingForm>,
) -> WebResult<Response> {
    let theirs = held(&app, &ctx, id).await?;
    f.community = theirs.community;
    let saved = async { app.db().execute(&ctx, command(&app, &f, Some(id))?).await };
    match saved.await {
        Ok(_id) => {
            follow(&app, CommunityId(f.community)).await?;
            Ok(Redirect::to(&format!("/places/buildings/{id}?saved=changed")).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, id, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                FormFaults::none()
            } else {
                FormFaults::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(&app, s, Some(id), f, e).await?
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &BuildingForm, f: &BuildingForm) -> Clash {
    let lines = vec![
        plain(s, "name", "places-building", &theirs.name, &f.name),
        plain(s, "aliases", "places-aliases", &theirs.aliases, &f.aliases),
        plain(
            s,
            "street_address",
            "places-street",
            &theirs.street_address,
            &f.street_address,
        ),
        plain(s, "floors", "places-floors", &theirs.floors, &f.floors),
        plain(s, "lon", "places-lon", &theirs.lon, &f.lon),
        plain(s, "lat", "places-lat", &theirs.lat, &f.lat),
        ticked(s, "closed", "places-closed", &theirs.closed, &f.closed),
        plain(
            s,
            "closed_reason",
            "places-closed-reason",
            &theirs.closed_reason,
            &f.closed_reason,
        ),
    ];
    Clash::of(format!("/places/buildings/{id}"), lines)
}
