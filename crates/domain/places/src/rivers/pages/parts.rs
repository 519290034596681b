//! What is noted on a reach's own page: its chiefs and its outlets.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_database::Command;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, FormFaults, PathId, Prefs, WebResult, mendable, page, refused_with,
};

use super::show::{ReachPage, shell};
use crate::permissions::PLACES_REGISTER;
use crate::rivers::{Bank, ChiefLevel, EndChief, OutletKind, Reach, SaveChief, SaveOutlet, reach};

/// A chief as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChiefForm {
    pub(super) level: String,
    pub(super) chief_name: String,
    pub(super) post: String,
    pub(super) phone: String,
}

/// An outlet as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OutletForm {
    /// The outlet that is changed, and the version it was shown with.
    pub(super) outlet: String,
    pub(super) version: String,
    pub(super) outlet_name: String,
    pub(super) kind: String,
    pub(super) bank: String,
    pub(super) lon: String,
    pub(super) lat: String,
    pub(super) permit: String,
    pub(super) dry_flow: String,
    pub(super) outlet_note: String,
    pub(super) closed: String,
}

async fn writable(app: &App, ctx: &Ctx, id: Uuid) -> Result<Reach> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    reach(app.db(), &scope, id).await
}

/// `POST /places/rivers/{id}/chiefs`.
pub(super) async fn chief(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<ChiefForm>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, id).await?;
    let command = ChiefLevel::parse(&f.level)
        .ok_or_else(|| Problem::invalid("level", "required"))
        .map(|level| SaveChief {
            community: reach.community,
            reach: id,
            level,
            name: f.chief_name.clone(),
            post: f.post.clone(),
            phone: f.phone.clone(),
        });
    let done = run(&app, &ctx, command).await;
    answer(&app, &ctx, prefs, reach, done, |page| page.chief = f)
}

#[derive(Debug, Deserialize)]
pub(super) struct EndForm {
    chief: Uuid,
}

/// `POST /places/rivers/{id}/chiefs/end`.
pub(super) async fn end_chief(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<EndForm>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, id).await?;
    let command = EndChief {
        community: reach.community,
        chief: f.chief,
    };
    let done = run(&app, &ctx, Ok(command)).await;
    answer(&app, &ctx, prefs, reach, done, |_page| {})
}

fn position(f: &OutletForm) -> Result<(f64, f64)> {
    let number = |field: &'static str, text: &str| {
        text.trim()
            .parse::<f64>()
            .map_err(|_no_number| Problem::invalid(field, "no-number"))
    };
    Ok((number("lon", &f.lon)?, number("lat", &f.lat)?))
}

fn outlet_command(reach: &Reach, f: &OutletForm) -> Result<SaveOutlet> {
    let known = match f.outlet.as_str() {
        "" => None,
        text => {
            let id = text.parse().map_err(|_no_id| Problem::not_found())?;
            Some((id, f.version.parse().unwrap_or(0)))
        }
    };
    Ok(SaveOutlet {
        community: reach.community,
        reach: reach.id,
        known,
        name: f.outlet_name.clone(),
        kind: OutletKind::parse(&f.kind).unwrap_or(OutletKind::Unknown),
        bank: Bank::parse(&f.bank).ok_or_else(|| Problem::invalid("bank", "required"))?,
        position: position(f)?,
        permit: f.permit.clone(),
        dry_flow: !f.dry_flow.is_empty(),
        note: f.outlet_note.clone(),
        closed: known.is_some() && !f.closed.is_empty(),
    })
}

/// `POST /places/rivers/{id}/outlets`.
pub(super) async fn outlet(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<OutletForm>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, id).await?;
    let command = outlet_command(&reach, &f);
    let done = run(&app, &ctx, command).await;
    answer(&app, &ctx, prefs, reach, done, |page| page.outlet = f)
}

async fn run<C: Command>(app: &App, ctx: &Ctx, command: Result<C>) -> Result<()> {
    app.db().execute(ctx, command?).await.map(drop)
}

/// The reach again: saved, or with what was typed and why it was not.
fn answer(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    reach: Reach,
    done: Result<()>,
    typed: impl FnOnce(&mut ReachPage),
) -> WebResult<Response> {
    let id = reach.id;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/places/rivers/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let mut shown = ReachPage::new(shell(app, ctx, prefs), reach, false);
            shown.e = FormFaults::of(&shown.s, &problem);
            typed(&mut shown);
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}
