//! Entering premises and changing them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, IdempotencyHeader,
    PathId, Prefs, Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::super::forms::{Spot, area_choices, area_of, plain, sent_key};
use super::show::back;
use super::{choices, shell};
use crate::commands::{PremisesInput, SavePremises};
use crate::permissions::PLACES_REGISTER;
use crate::premises::{Premises, PremisesKind, PremisesView, kilowatts, square_metres};
use crate::queries;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PremisesForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Its number.
    community: i64,
    kind: String,
    name: String,
    building: String,
    street_address: String,
    floor_area: String,
    storeys: String,
    built_year: String,
    circuit: String,
    note: String,
    lon: String,
    lat: String,
    area: String,
}

#[derive(Template)]
#[template(path = "premises/form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: PremisesForm,
    id: Option<Uuid>,
    community: AreaId,
    kinds: Vec<Choice>,
    buildings: Vec<Choice>,
    areas: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| format!("new:{}", self.community), |id| id.to_string())
    }
}

/// The open buildings of the community; the first choice is none.
async fn buildings(app: &App, s: &Shell, community: CommunityId) -> Result<Vec<Choice>> {
    let scope = s.ctx().scope(&PLACES_REGISTER)?;
    let mut all = vec![Choice::new("", s.t("premises-no-building"))];
    if !scope.contains_community(community) {
        return Ok(all);
    }
    for estate in queries::register_of(app.db(), &scope, community).await? {
        all.extend(
            estate
                .buildings
                .iter()
                .map(|one| Choice::new(one.id.to_string(), format!("{}{}", estate.name, one.name))),
        );
    }
    Ok(all)
}

async fn form_page(
    app: &App,
    s: Shell,
    id: Option<Uuid>,
    f: PremisesForm,
    e: FormFaults,
) -> WebResult<FormPage> {
    let community = CommunityId(f.community);
    let words = PremisesKind::ALL.iter().map(|kind| kind.as_str());
    Ok(FormPage {
        kinds: choices(&s, "premises-kind", words),
        buildings: buildings(app, &s, community).await?,
        areas: area_choices(&s, s.ctx().areas(), community),
        community: community.into(),
        key: s.ctx().new_id().to_string(),
        clash: None,
        id,
        f,
        e,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    community: Option<CommunityId>,
    #[serde(default)]
    building: String,
    #[serde(default)]
    kind: String,
}

/// `GET /places/premises/new?community=&building=&kind=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let first = scope.parts().first().map(|part| part.community);
    let community = start.community.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&PLACES_REGISTER, community)?;
    let f = PremisesForm {
        community: community.0,
        building: start.building,
        kind: start.kind,
        ..PremisesForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, None, f, FormFaults::none()).await?)
}

fn form_of(one: &PremisesView) -> PremisesForm {
    let spot = Spot::of(one.position);
    let number = |value: Option<i32>| value.map_or_else(String::new, |value| value.to_string());
    PremisesForm {
        idempotency_key: String::new(),
        version: one.version.to_string(),
        community: one.community.0,
        kind: one.kind.as_str().to_owned(),
        name: one.name.clone(),
        building: one.building.map_or_else(String::new, |id| id.to_string()),
        street_address: one.street_address.clone(),
        floor_area: one.area_centi.map_or_else(String::new, square_metres),
        storeys: number(one.storeys),
        built_year: number(one.built_year),
        circuit: one.circuit_w.map_or_else(String::new, kilowatts),
        note: one.note.clone(),
        lon: spot.lon,
        lat: spot.lat,
        area: one
            .neighbourhood
            .or(one.grid)
            .map_or_else(String::new, |id| id.to_string()),
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<PremisesForm> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    Ok(form_of(&Premises::one(app.db().read(), &scope, id).await?))
}

/// `GET /places/premises/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let f = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, Some(id), f, FormFaults::none()).await?)
}

fn command(f: &PremisesForm, known: Option<Uuid>) -> Result<SavePremises> {
    if f.community == 0 {
        return Err(Problem::invalid("community", "required"));
    }
    let spot = Spot {
        lon: f.lon.clone(),
        lat: f.lat.clone(),
    };
    Ok(SavePremises {
        community: CommunityId(f.community),
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        input: PremisesInput {
            kind: f.kind.clone(),
            name: f.name.clone(),
            building: f.building.parse().ok(),
            street_address: f.street_address.clone(),
            floor_area: f.floor_area.clone(),
            storeys: f.storeys.clone(),
            built_year: f.built_year.clone(),
            circuit: f.circuit.clone(),
            note: f.note.clone(),
        },
        position: spot.position()?,
        area: area_of(&f.area),
    })
}

/// `POST /places/premises`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<PremisesForm>,
) -> WebResult<Response> {
    let saved = async {
        let sent = sent_key(header, &f.idempotency_key);
        let community = CommunityId(f.community);
        let key = idempotency(sent.as_deref(), community, "/places/premises", &f)?;
        app.db().execute_once(&ctx, key, command(&f, None)?).await
    };
    match saved.await {
        Ok(id) => Ok(back(id, "new")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = form_page(&app, s, None, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// `POST /places/premises/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<PremisesForm>,
) -> WebResult<Response> {
    let theirs = held(&app, &ctx, id).await?;
    f.community = theirs.community;
    let saved = async { app.db().execute(&ctx, command(&f, Some(id))?).await };
    match saved.await {
        Ok(id) => Ok(back(id, "changed")),
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

fn differences(s: &Shell, id: Uuid, theirs: &PremisesForm, f: &PremisesForm) -> Clash {
    let kind = |code: &str| s.tt("premises-kind", code);
    let lines = vec![
        ClashLine {
            theirs: kind(&theirs.kind),
            yours: kind(&f.kind),
            ..plain(s, "kind", "premises-kind", &theirs.kind, &f.kind)
        },
        plain(s, "name", "premises-name", &theirs.name, &f.name),
        plain(
            s,
            "street_address",
            "places-street",
            &theirs.street_address,
            &f.street_address,
        ),
        plain(
            s,
            "floor_area",
            "premises-floor-area",
            &theirs.floor_area,
            &f.floor_area,
        ),
        plain(
            s,
            "storeys",
            "premises-storeys",
            &theirs.storeys,
            &f.storeys,
        ),
        plain(
            s,
            "built_year",
            "places-built-year",
            &theirs.built_year,
            &f.built_year,
        ),
        plain(
            s,
            "circuit",
            "premises-circuit",
            &theirs.circuit,
            &f.circuit,
        ),
        plain(s, "note", "premises-note", &theirs.note, &f.note),
        plain(s, "lon", "places-lon", &theirs.lon, &f.lon),
        plain(s, "lat", "places-lat", &theirs.lat, &f.lat),
    ];
    Clash::of(format!("/places/premises/{id}"), lines)
}
