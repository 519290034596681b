//! A neighbour's or an organisation's task behind a link: what, where, when, who asks; answered without an account.
//! Opening the link changes nothing, because messengers open links to draw previews.

use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use youlin_kernel::{Access, Actor, Ctx, LinkActor, Problem, ProblemKind};
use youlin_people::PartyKind;
use youlin_web::{
    ApiQuery, App, Caller, Method, NavPlace, Prefs, Routes, Shell, WebResult, page, refused_with,
};

use super::street::faults::shown;
use super::street::tasks::{TaskCard, act, stepped};
use crate::Via;
use crate::queries::{LinkedTask, open_link};
use crate::service::Cases;

pub(super) fn routes() -> Routes {
    Routes::new().get("/t/{token}", Access::Link, show).route(
        Method::Post,
        "/t/{token}",
        Access::Link,
        post(step).layer(DefaultBodyLimit::disable()),
    )
}

#[derive(Template)]
#[template(path = "link_task.html")]
struct LinkPage {
    s: Shell,
    c: TaskCard,
    community: String,
    done: bool,
}

#[derive(Template)]
#[template(path = "link_over.html")]
struct OverPage {
    s: Shell,
    /// `over`, `incomplete` or `unknown`.
    why: &'static str,
    lines: Vec<(String, String)>,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Serve, "")
}

/// What the link is good for stands in the context from here on, whoever else may be signed in on this phone.
fn bearer(ctx: &Ctx, linked: &LinkedTask) -> Ctx {
    let party = linked.task.party;
    let actor = LinkActor {
        purpose: "case-task",
        subject: linked.task.id,
        community: linked.community,
        person: (party.kind == PartyKind::Person).then_some(party.id),
    };
    ctx.acting_as(Actor::Link(actor), Arc::from([]))
}

fn card(app: &App, cases: &Cases, ctx: &Ctx, linked: LinkedTask, token: &str) -> TaskCard {
    let mut c = TaskCard::new(
        app,
        cases,
        ctx,
        linked.task,
        &linked.full_text,
        format!("/t/{token}"),
    );
    c.task.case.address = linked.address;
    c
}

#[derive(Debug, Default, Deserialize)]
struct After {
    #[serde(default)]
    done: Option<String>,
}

/// `GET /t/{token}`.
async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(token): Path<String>,
    ApiQuery(after): ApiQuery<After>,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let s = shell(&app, &ctx, prefs);
    match open_link(app.db(), &cases, &ctx, &token).await {
        Ok(linked) => {
            let community = s.area(&linked.community.into());
            let c = card(&app, &cases, &ctx, linked, &token);
            page(&LinkPage {
                s,
                c,
                community,
                done: after.done.is_some(),
            })
        }
        Err(problem) => over(s, &cases, problem),
    }
}

/// `POST /t/{token}`.
async fn step(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(token): Path<String>,
    request: Request,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let s = shell(&app, &ctx, prefs);
    let linked = match open_link(app.db(), &cases, &ctx, &token).await {
        Ok(linked) => linked,
        Err(problem) => return over(s, &cases, problem),
    };
    let as_bearer = bearer(&ctx, &linked);
    let via = Via::TaskLink {
        task: linked.task.id,
        nonce: linked.nonce,
    };
    let sent = stepped(&app, request).await?;
    let finished = s.t("task-finished-by-tap");
    let acted = if linked.task.status.is_ended() {
        Err(Problem::new(ProblemKind::Conflict, "task-ended"))
    } else {
        act(&app, &as_bearer, &cases, &linked.task, via, &sent, finished).await
    };
    match acted {
        Ok(()) => Ok(Redirect::to(&format!("/t/{token}?done=1")).into_response()),
        Err(problem) if problem.kind() == ProblemKind::Gone => over(s, &cases, problem),
        Err(problem) => {
            let problem = shown(problem)?;
            let linked = open_link(app.db(), &cases, &ctx, &token).await?;
            let community = s.area(&linked.community.into());
            let c = card(&app, &cases, &ctx, linked, &token).refused(&s, &problem, &sent.note);
            Ok(refused_with(
                &problem,
                page(&LinkPage {
                    s,
                    c,
                    community,
                    done: false,
                })?,
            ))
        }
    }
}

/// A link that no longer opens anything says so, and whom to call.
fn over(s: Shell, cases: &Cases, problem: Problem) -> WebResult<Response> {
    let (status, why) = match problem.code() {
        "link-over" => (StatusCode::GONE, "over"),
        "link-incomplete" => (StatusCode::NOT_FOUND, "incomplete"),
        "link-unknown" => (StatusCode::NOT_FOUND, "unknown"),
        _ => return Err(problem.into()),
    };
    let lines = lines(&s, cases);
    Ok((status, page(&OverPage { s, why, lines })?).into_response())
}

/// Communities and the numbers of their desks.
fn lines(s: &Shell, cases: &Cases) -> Vec<(String, String)> {
    let named = cases.settings.lines.iter().filter_map(|(number, code)| {
        let node = s.ctx().areas().by_code(code)?;
        Some((s.area(&node.id), number.clone()))
    });
    named.collect()
}
