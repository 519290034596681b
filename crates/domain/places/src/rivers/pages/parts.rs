//! What is noted on a reach's own page: its chiefs and new outlets.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_database::Command;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, FormFaults, PathId, Prefs, WebResult, mendable, page, refused_with,
};

use super::outlet::{OutletForm, renamed};
use super::show::{ReachPage, shell};
use crate::permissions::PLACES_REGISTER;
use crate::rivers::{ChiefLevel, EndChief, Reach, SaveChief, reach};

/// A chief as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChiefForm {
    pub(super) level: String,
    pub(super) chief_name: String,
    pub(super) post: String,
    pub(super) phone: String,
}

pub(super) async fn writable(app: &App, ctx: &Ctx, id: Uuid) -> Result<Reach> {
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

/// `POST /places/rivers/{id}/outlets`.
pub(super) async fn outlet(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<OutletForm>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, id).await?;
    let command = f.command(&reach, None);
    let done = run(&app, &ctx, command).await;
    answer(&app, &ctx, prefs, reach, done, |page| {
        page.outlet = f;
        renamed(&mut page.e);
    })
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
