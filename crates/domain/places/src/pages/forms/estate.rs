//! An estate: entering it and changing it.

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
use crate::commands::SaveEstate;
use crate::permissions::PLACES_REGISTER;
use crate::queries::{self, EstateDetail};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EstateForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Its number.
    community: i64,
    name: String,
    aliases: String,
    street_address: String,
    built_year: String,
    lon: String,
    lat: String,
    area: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "places_estate_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: EstateForm,
    id: Option<Uuid>,
    community: AreaId,
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

fn form_page(s: Shell, id: Option<Uuid>, f: EstateForm, e: FormFaults) -> FormPage {
    FormPage {
        areas: area_choices(&s, s.ctx().areas(), CommunityId(f.community)),
        community: AreaId(f.community),
        key: s.ctx().new_id().to_string(),
        clash: None,
        id,
        f,
        e,
        s,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    community: Option<CommunityId>,
}

/// `GET /places/estates/new?community=`.
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
    let f = EstateForm {
        community: community.0,
        ..EstateForm::default()
    };
    page(&form_page(
        shell(&app, &ctx, prefs),
        None,
        f,
        FormFaults::none(),
    ))
}

fn form_of(detail: &EstateDetail) -> EstateForm {
    let spot = Spot::of(detail.position);
    EstateForm {
        idempotency_key: String::new(),
        version: detail.version.to_string(),
        community: detail.community.0,
        name: detail.name.clone(),
        aliases: detail.aliases.clone(),
        street_address: detail.street_address.clone(),
        built_year: detail
            .built_year
            .map_or_else(String::new, |year| year.to_string()),
        lon: spot.lon,
        lat: spot.lat,
        area: detail.area.map_or_else(String::new, |id| id.to_string()),
        closed: if detail.closed { "1" } else { "" }.to_owned(),
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<EstateForm> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    Ok(form_of(
        &queries::estate_detail(app.db(), &scope, id).await?,
    ))
}

/// `GET /places/estates/{id}`.
pub(crate) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let f = held(&app, &ctx, id).await?;
    page(&form_page(
        shell(&app, &ctx, prefs),
        Some(id),
        f,
        FormFaults::none(),
    ))
}

fn command(f: &EstateForm, known: Option<Uuid>) -> Result<SaveEstate> {
    if f.community == 0 {
        return Err(Problem::invalid("community", "required"));
    }
    let spot = Spot {
        lon: f.lon.clone(),
        lat: f.lat.clone(),
    };
    Ok(SaveEstate {
        community: CommunityId(f.community),
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        name: f.name.clone(),
        aliases: f.aliases.clone(),
        street_address: f.street_address.clone(),
        built_year: whole("built_year", &f.built_year)?,
        position: spot.position()?,
        area: area_of(&f.area),
        closed: known.is_some() && !f.closed.is_empty(),
    })
}

/// `POST /places/estates`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<EstateForm>,
) -> WebResult<Response> {
    let saved = async {
        let sent = sent_key(header, &f.idempotency_key);
        let key = idempotency(
            sent.as_deref(),
            CommunityId(f.community),
            "/places/estates",
            &f,
        )?;
        app.db().execute_once(&ctx, key, command(&f, None)?).await
    };
    match saved.await {
        Ok(_id) => {
            follow(&app, CommunityId(f.community)).await?;
            Ok(
                Redirect::to(&format!("/places?community={}&saved=estate", f.community))
                    .into_response(),
            )
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&form_page(s, None, f, e))?))
        }
    }
}

/// `POST /places/estates/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<EstateForm>,
) -> WebResult<Response> {
    let theirs = held(&app, &ctx, id).await?;
    f.community = theirs.community;
    let saved = async { app.db().execute(&ctx, command(&f, Some(id))?).await };
    match saved.await {
        Ok(_id) => {
            follow(&app, CommunityId(f.community)).await?;
            Ok(
                Redirect::to(&format!("/places?community={}&saved={id}", f.community))
                    .into_response(),
            )
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                FormFaults::none()
            } else {
                FormFaults::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(s, Some(id), f, e)
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, theirs: &EstateForm, f: &EstateForm) -> Clash {
    let lines = vec![
        plain(s, "name", "places-estate-name", &theirs.name, &f.name),
        plain(s, "aliases", "places-aliases", &theirs.aliases, &f.aliases),
        plain(
            s,
            "street_address",
            "places-street",
            &theirs.street_address,
            &f.street_address,
        ),
        plain(
            s,
            "built_year",
            "places-built-year",
            &theirs.built_year,
            &f.built_year,
        ),
        plain(s, "lon", "places-lon", &theirs.lon, &f.lon),
        plain(s, "lat", "places-lat", &theirs.lat, &f.lat),
        ticked(s, "closed", "places-closed", &theirs.closed, &f.closed),
    ];
    Clash::of(format!("/places?community={}", theirs.community), lines)
}
