//! `/rounds/reaches/{id}/outlets/{outlet}`: an outlet as the register has it, with its photographs: what is seen there today is
//! held against what was seen before.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_places::rivers::{Outlet, Reach, reach};
use youlin_web::{
    ApiQuery, App, Caller, FormFaults, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::super::{AttachSpotPhoto, SpotKind, SpotPhoto, photos_of, points_of};
use super::said;
use crate::pages::shell;
use crate::permissions::{ROUNDS_READ, may_walk};

#[derive(Template)]
#[template(path = "water_outlet.html")]
struct OutletPage {
    s: Shell,
    e: FormFaults,
    reach: Reach,
    outlet: Outlet,
    place: String,
    /// The newest first.
    photos: Vec<SpotPhoto>,
    /// Where it is measured.
    point: Option<Uuid>,
    may_walk: bool,
    saved: String,
}

async fn held(app: &App, ctx: &Ctx, (of, id): (Uuid, Uuid)) -> Result<(Reach, Outlet)> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let reach = reach(app.db(), &scope, of).await?;
    let found = reach.outlets.iter().find(|one| one.id == id).cloned();
    Ok((reach, found.ok_or_else(Problem::not_found)?))
}

async fn outlet_page(app: &App, s: Shell, of: (Uuid, Uuid), e: FormFaults) -> Result<OutletPage> {
    let (reach, outlet) = held(app, s.ctx(), of).await?;
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let points = points_of(app.db(), &scope, reach.id).await?;
    let point = points.iter().find(|one| one.outlet == Some(outlet.id));
    let mut photos = photos_of(app.db(), reach.community, &[outlet.id]).await?;
    photos.reverse();
    Ok(OutletPage {
        place: said::place(&s, outlet.chainage_m, Some(outlet.bank)),
        may_walk: !outlet.closed && may_walk(s.ctx(), reach.community, &[]).is_ok(),
        point: point.map(|one| one.id),
        saved: String::new(),
        photos,
        reach,
        outlet,
        e,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    saved: String,
}

/// `GET /rounds/reaches/{id}/outlets/{outlet}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(of): Path<(Uuid, Uuid)>,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut shown = outlet_page(&app, s, of, FormFaults::none()).await?;
    if !done.saved.is_empty() {
        shown.saved = shown.s.t("outlet-photos-saved");
    }
    page(&shown)
}

async fn taken(app: &App, ctx: &Ctx, of: (Uuid, Uuid), upload: Upload) -> Result<()> {
    if let Some(fault) = upload.fault {
        return Err(fault);
    }
    let (reach, outlet) = held(app, ctx, of).await?;
    if upload.files.is_empty() {
        return Err(Problem::invalid("photo", "required"));
    }
    for file in upload.files {
        let attach = AttachSpotPhoto {
            community: reach.community,
            kind: SpotKind::Outlet,
            of: outlet.id,
            file,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(())
}

/// `POST /rounds/reaches/{id}/outlets/{outlet}`: photographs of today.
pub(super) async fn take(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(of): Path<(Uuid, Uuid)>,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read_pictures(&app, request).await?;
    match taken(&app, &ctx, of, upload).await {
        Ok(()) => {
            let to = format!("/rounds/reaches/{}/outlets/{}?saved=1", of.0, of.1);
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = outlet_page(&app, s, of, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
