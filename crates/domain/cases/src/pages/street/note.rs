//! 记一笔: one screen. Say what, where one stands is filled in, the kind is suggested, send.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Role};
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, refused_with};

use super::intake::ReportView;
use super::report_form::ReportForm;
use super::writing::{Sent, Writer};
use crate::model::Source;

#[derive(Template)]
#[template(path = "street_note.html")]
struct NotePage {
    s: Shell,
    v: ReportView,
    /// Number of the note that was just sent.
    sent: String,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Today, "/note")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Before {
    #[serde(default)]
    sent: String,
}

/// `GET /note`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(Before { sent }): ApiQuery<Before>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = ReportForm::default();
    let kinds = Writer::Worker.kinds(&s, &form).await?;
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
    match Writer::Worker.send(&s, source(&ctx), request).await? {
        Sent::Taken(taken) => {
            Ok(Redirect::to(&format!("/note?sent={}", taken.reported.number)).into_response())
        }
        Sent::Refused(v, problem) => {
            let sent = String::new();
            Ok(refused_with(&problem, page(&NotePage { s, v: *v, sent })?))
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
    Writer::Worker.kinds_part(&s, request).await
}
