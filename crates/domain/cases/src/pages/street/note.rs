//! 记一笔: one screen. Say what, where one stands is filled in, the kind is suggested, send.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Role};
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, part};

use super::faults::{Faults, shown, with_status};
use super::intake::{ReportView, take};
use super::kinds::{Kinds, for_worker};
use super::report_form::ReportForm;
use super::upload;
use crate::model::Source;
use crate::service::Cases;

#[derive(Template)]
#[template(path = "street_note.html")]
struct NotePage {
    s: Shell,
    v: ReportView,
    /// Number of the note that was just sent.
    sent: String,
}

#[derive(Template)]
#[template(path = "street_kinds.html")]
struct KindsPart<'a> {
    s: &'a Shell,
    kinds: &'a Kinds,
    faults: &'a Faults,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Today, "/note")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    sent: String,
}

/// `GET /note`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(Sent { sent }): ApiQuery<Sent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let form = ReportForm::default();
    let kinds = for_worker(&app, &cases, &ctx, &form).await?;
    let number = |c: char| c.is_ascii_digit() || c == '-';
    let sent = if sent.len() <= 20 && sent.chars().all(number) {
        sent
    } else {
        String::new()
    };
    page(&NotePage {
        v: ReportView::new(&app, &ctx, form, kinds),
        sent,
        s,
    })
}

/// `POST /note`.
pub(super) async fn send(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let (form, taken) = take(&app, &ctx, &cases, source(&ctx), request).await?;
    match taken {
        Ok(taken) => {
            Ok(Redirect::to(&format!("/note?sent={}", taken.reported.number)).into_response())
        }
        Err(mut refusal) => {
            refusal.problem = shown(refusal.problem)?;
            let kinds = for_worker(&app, &cases, &ctx, &form).await?;
            let v = ReportView::new(&app, &ctx, form, kinds).refused(&s, &cases, &refusal);
            Ok(with_status(
                &refusal.problem,
                page(&NotePage {
                    s,
                    v,
                    sent: String::new(),
                })?,
            ))
        }
    }
}

/// A partner's note is the partner's; everybody else's is a worker's.
fn source(ctx: &Ctx) -> Source {
    if ctx.roles().iter().all(|role| *role == Role::Partner) {
        Source::Partner
    } else {
        Source::Worker
    }
}

/// `POST /note/kinds`: the part of the form that changes with the words and the place.
pub(super) async fn kinds(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let form = ReportForm::of(&upload::read(&app, request).await?);
    let kinds = for_worker(&app, &cases, &ctx, &form).await?;
    part(&KindsPart {
        s: &s,
        kinds: &kinds,
        faults: &Faults::none(),
    })
}
