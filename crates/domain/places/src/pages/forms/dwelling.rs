//! A dwelling: entering it, changing it; and a staircase of dwellings at once.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, IdempotencyHeader,
    PathId, Prefs, Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::{follow, plain, sent_key, shell, ticked, whole};
use crate::commands::{OpenDwellings, SaveDwelling, USAGES};
use crate::permissions::PLACES_REGISTER;
use crate::queries::{self, BuildingDetail};

/// The form of one dwelling, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DwellingForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    building: Uuid,
    entrance: String,
    room: String,
    floor: String,
    usage: String,
    area: String,
    closed: String,
}

/// The form of a staircase, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StaircaseForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    entrance: String,
    first: String,
    last: String,
    endings: String,
    usage: String,
}

#[derive(Template)]
#[template(path = "places_dwelling_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: DwellingForm,
    /// A staircase, on the page of a new dwelling.
    many: StaircaseForm,
    many_faults: FormFaults,
    id: Option<Uuid>,
    building: BuildingDetail,
    community: AreaId,
    usages: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| format!("new:{}", self.building.id), |id| id.to_string())
    }

    /// Who lives there is another floor's page; it is offered to whoever may open that floor.
    fn people(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/people")
    }
}

async fn form_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Option<Uuid>,
    f: DwellingForm,
    e: FormFaults,
) -> WebResult<FormPage> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let building = queries::building_detail(app.db(), &scope, f.building).await?;
    ctx.authorize(&PLACES_REGISTER, building.community)?;
    Ok(FormPage {
        usages: USAGES
            .iter()
            .map(|usage| Choice::new(*usage, s.tt("dwelling-use", usage)))
            .collect(),
        many: StaircaseForm {
            entrance: f.entrance.clone(),
            usage: "owned".to_owned(),
            ..StaircaseForm::default()
        },
        many_faults: FormFaults::none(),
        community: building.community.into(),
        key: ctx.new_id().to_string(),
        clash: None,
        building,
        id,
        f,
        e,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    building: Uuid,
    #[serde(default)]
    entrance: String,
}

/// `GET /places/dwellings/new?building=&entrance=`.
pub(crate) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let f = DwellingForm {
        building: start.building,
        entrance: start.entrance,
        usage: "owned".to_owned(),
        ..DwellingForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, &ctx, s, None, f, FormFaults::none()).await?)
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<DwellingForm> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let detail = queries::dwelling_detail(app.db(), &scope, id).await?;
    Ok(DwellingForm {
        idempotency_key: String::new(),
        version: detail.version.to_string(),
        building: detail.building,
        entrance: detail.entrance,
        room: detail.room,
        floor: detail.floor.map_or_else(String::new, |n| n.to_string()),
        usage: detail.usage,
        area: detail.area_centi.map_or_else(String::new, |centi| {
            format!("{}.{:02}", centi / 100, centi % 100)
        }),
        closed: if detail.closed { "1" } else { "" }.to_owned(),
    })
}

/// `GET /places/dwellings/{id}`.
pub(crate) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let f = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, &ctx, s, Some(id), f, FormFaults::none()).await?)
}

async fn command(
    app: &App,
    ctx: &Ctx,
    f: &DwellingForm,
    known: Option<Uuid>,
) -> Result<SaveDwelling> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let building = queries::building_detail(app.db(), &scope, f.building).await?;
    Ok(SaveDwelling {
        community: building.community,
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        building: f.building,
        entrance: f.entrance.clone(),
        room: f.room.clone(),
        floor: whole("floor", &f.floor)?,
        usage: f.usage.clone(),
        area: f.area.clone(),
        closed: known.is_some() && !f.closed.is_empty(),
        occupants: super::occupants(app),
    })
}

fn back(building: Uuid, saved: &str) -> Response {
    Redirect::to(&format!("/places/buildings/{building}?saved={saved}")).into_response()
}

/// `POST /places/dwellings`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<DwellingForm>,
) -> WebResult<Response> {
    let saved = async {
        let command = command(&app, &ctx, &f, None).await?;
        let community = command.community;
        let sent = sent_key(header, &f.idempotency_key);
        let key = idempotency(sent.as_deref(), community, "/places/dwellings", &f)?;
        app.db().execute_once(&ctx, key, command).await?;
        follow(&app, community).await
    };
    match saved.await {
        Ok(()) => Ok(back(f.building, "dwelling")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = form_page(&app, &ctx, s, None, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// `POST /places/dwellings/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<DwellingForm>,
) -> WebResult<Response> {
    let theirs = held(&app, &ctx, id).await?;
    f.building = theirs.building;
    let saved = async {
        let command = command(&app, &ctx, &f, Some(id)).await?;
        let community = command.community;
        app.db().execute(&ctx, command).await?;
        follow(&app, community).await
    };
    match saved.await {
        Ok(()) => Ok(back(f.building, "dwelling")),
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
                ..form_page(&app, &ctx, s, Some(id), f, e).await?
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &DwellingForm, f: &DwellingForm) -> Clash {
    let usage = |code: &str| s.tt("dwelling-use", code);
    let lines = vec![
        plain(
            s,
            "entrance",
            "places-entrance",
            &theirs.entrance,
            &f.entrance,
        ),
        plain(s, "room", "places-room", &theirs.room, &f.room),
        plain(s, "floor", "places-floor", &theirs.floor, &f.floor),
        ClashLine {
            theirs: usage(&theirs.usage),
            yours: usage(&f.usage),
            ..plain(s, "usage", "places-usage", &theirs.usage, &f.usage)
        },
        plain(s, "area", "places-dwelling-area", &theirs.area, &f.area),
        ticked(s, "closed", "places-closed", &theirs.closed, &f.closed),
    ];
    Clash::of(format!("/places/dwellings/{id}"), lines)
}

/// `POST /places/buildings/{id}/staircase`.
pub(crate) async fn staircase(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    PathId(building): PathId,
    ApiForm(many): ApiForm<StaircaseForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let detail = queries::building_detail(app.db(), &scope, building).await?;
    let saved = async {
        let command = OpenDwellings {
            community: detail.community,
            building,
            entrance: many.entrance.clone(),
            floors: (
                whole("first", &many.first)?.unwrap_or(1),
                whole("last", &many.last)?.or(detail.floors).unwrap_or(1),
            ),
            endings: many.endings.clone(),
            usage: many.usage.clone(),
        };
        let sent = sent_key(header, &many.idempotency_key);
        let route = format!("/places/buildings/{building}/staircase");
        let key = idempotency(sent.as_deref(), detail.community, &route, &many)?;
        app.db().execute_once(&ctx, key, command).await?;
        follow(&app, detail.community).await
    };
    match saved.await {
        Ok(()) => Ok(back(building, "staircase")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let many_faults = FormFaults::of(&s, &problem);
            let f = DwellingForm {
                building,
                usage: "owned".to_owned(),
                ..DwellingForm::default()
            };
            let body = FormPage {
                many,
                many_faults,
                ..form_page(&app, &ctx, s, None, f, FormFaults::none()).await?
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
