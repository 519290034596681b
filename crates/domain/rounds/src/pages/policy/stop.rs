//! `/rounds/policies/{id}/close`: what it means to stop a policy, from which day; and taking it up again.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::list::{about, how_often};
use crate::model::{Due, SubjectKind};
use crate::pages::shell;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, policy_view, standing_of_policy};
use crate::service::Rounds;
use crate::{ClosePolicy, ReopenPolicy};

/// What falls away.
#[derive(Clone, Copy, Default)]
struct Falls {
    /// Rounds of the period that day lies in, not walked yet.
    open: u32,
    /// Subjects it is about.
    subjects: usize,
}

#[derive(Template)]
#[template(path = "round_policy_stop.html")]
struct StopPage {
    s: Shell,
    e: FormFaults,
    view: PolicyView,
    area: AreaId,
    about: String,
    how_often: String,
    f: StopForm,
    /// Of dwellings nothing is counted.
    falls: Option<Falls>,
    /// The day the figures are of.
    shown: String,
    /// Another day was chosen: the figures are new and are looked at once more.
    looks_again: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct StopForm {
    version: String,
    from: String,
    /// The day for which was shown what falls away.
    shown: String,
}

/// What is asked on that day and not walked yet.
async fn falls(app: &App, ctx: &Ctx, view: &PolicyView, from: Date) -> Result<Option<Falls>> {
    if view.policy.subjects == SubjectKind::Dwelling {
        return Ok(None);
    }
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let rounds = app.need::<Rounds>()?;
    let view = view.clone();
    let lines = standing_of_policy(&rounds, app.db(), ctx, &scope, view, (from, from)).await?;
    let left = lines.iter().map(|line| match line.due {
        Due::Open { left } => left,
        Due::Coming => line.window.wanted,
        Due::Done | Due::Missed { .. } | Due::Short { .. } => 0,
    });
    Ok(Some(Falls {
        open: left.sum(),
        subjects: lines.len(),
    }))
}

async fn stop_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    (mut f, e, looks_again): (StopForm, FormFaults, bool),
) -> Result<StopPage> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let today = ctx.now().date();
    let from = f.from.trim().parse::<Date>().unwrap_or(today).max(today);
    if f.from.is_empty() {
        f.from = today.to_string();
    }
    f.version = view.version.to_string();
    let s = shell(app, ctx, prefs);
    Ok(StopPage {
        falls: falls(app, ctx, &view, from).await?,
        area: view.community.into(),
        about: about(&s, &view),
        how_often: how_often(&s, &view),
        shown: from.to_string(),
        view,
        looks_again,
        f,
        e,
        s,
    })
}

/// `GET /rounds/policies/{id}/close`.
pub(in crate::pages) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let fresh = (StopForm::default(), FormFaults::none(), false);
    page(&stop_page(&app, &ctx, prefs, id, fresh).await?)
}

/// `POST /rounds/policies/{id}/close`.
pub(in crate::pages) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<StopForm>,
) -> WebResult<Response> {
    match close_one(&app, &ctx, id, &f).await {
        Ok(true) => Ok(Redirect::to(&format!("/rounds/policies?saved={id}")).into_response()),
        Ok(false) => {
            let again = (f, FormFaults::none(), true);
            page(&stop_page(&app, &ctx, prefs, id, again).await?)
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&shell(&app, &ctx, prefs), &problem);
            let body = stop_page(&app, &ctx, prefs, id, (f, e, false)).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// Whether it was stopped; where another day was chosen than the one looked at, it is asked again.
async fn close_one(app: &App, ctx: &Ctx, id: Uuid, f: &StopForm) -> Result<bool> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let from: Date = f
        .from
        .trim()
        .parse()
        .map_err(|_no_day| Problem::invalid("from", "policy-no-date"))?;
    if from >= ctx.now().date() && f.shown != from.to_string() {
        return Ok(false);
    }
    let command = ClosePolicy {
        community: view.community,
        policy: id,
        version: version(&f.version)?,
        from,
    };
    app.db().execute(ctx, command).await?;
    Ok(true)
}

fn version(text: &str) -> Result<i32> {
    text.parse()
        .map_err(|_none| Problem::invalid("version", "required"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct AgainForm {
    version: String,
}

/// `POST /rounds/policies/{id}/reopen`.
pub(in crate::pages) async fn reopen(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(f): ApiForm<AgainForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let command = ReopenPolicy {
        community: view.community,
        policy: id,
        version: version(&f.version)?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to(&format!("/rounds/policies?saved={id}")).into_response())
}
