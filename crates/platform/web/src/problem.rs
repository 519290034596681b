//! Problems on their way out: problem+json (RFC 9457) for machines, a sentence on a page for people, a panel for htmx.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value, json};
use youlin_kernel::{Ctx, Problem, ProblemKind};

use crate::{App, I18n};

/// A [`Problem`] leaving a handler. The outer middleware renders it for whoever asked.
#[derive(Debug)]
pub struct Fault(pub Problem);

pub type WebResult<T> = std::result::Result<T, Fault>;

impl<P: Into<Problem>> From<P> for Fault {
    fn from(problem: P) -> Self {
        Self(problem.into())
    }
}

/// The HTTP status of a refusal, for a page that shows it by itself.
#[must_use]
pub fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Marks a response that still has to be rendered.
#[derive(Clone)]
pub(crate) struct Unrendered(pub(crate) Problem);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Unrendered(self.0));
        response
    }
}

/// What kind of answer the caller can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    Page,
    /// htmx: a panel put in place of `#problem`.
    Part,
    Json,
}

/// The RFC 9457 object in the caller's language.
#[must_use]
pub fn problem_body(i18n: &I18n, ctx: &Ctx, problem: &Problem) -> Value {
    let locale = ctx.locale();
    let mut body = Map::new();
    body.insert(
        "type".into(),
        format!("urn:youlin:problem:{}", problem.code()).into(),
    );
    body.insert("title".into(), i18n.problem(locale, problem).into());
    body.insert("status".into(), problem.kind().status().into());
    body.insert("code".into(), problem.code().into());
    body.insert("request_id".into(), ctx.request_id().to_string().into());
    if !problem.fields().is_empty() {
        let fields: Vec<Value> = problem
            .fields()
            .iter()
            .map(|field| json!({"field": field.field, "code": field.code, "detail": i18n.field(locale, field)}))
            .collect();
        body.insert("errors".into(), fields.into());
    }
    if let Some(data) = problem.data() {
        body.insert("current".into(), data.clone());
    }
    body.into()
}

pub(crate) fn render(
    app: &App,
    ctx: &Ctx,
    wants: Wants,
    asked: &str,
    problem: &Problem,
) -> Response {
    let status = status_of(problem);
    log(ctx, problem);
    match wants {
        Wants::Json => {
            let body = problem_body(app.i18n(), ctx, problem).to_string();
            let mut response = (status, body).into_response();
            let json = HeaderValue::from_static("application/problem+json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            if problem.kind() == ProblemKind::TooMany || problem.kind() == ProblemKind::Unavailable
            {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            response
        }
        Wants::Page if problem.kind() == ProblemKind::SignInNeeded => {
            let next = serde_html_form::to_string([("next", asked)]).unwrap_or_default();
            axum::response::Redirect::to(&format!("/sign-in?{next}")).into_response()
        }
        Wants::Page | Wants::Part => {
            let shell = crate::Shell::plain(app, ctx);
            let html = crate::shell::problem_page(&shell, problem, wants == Wants::Part);
            let mut response = (status, Html(html)).into_response();
            if wants == Wants::Part && problem.kind() == ProblemKind::SignInNeeded {
                response
                    .headers_mut()
                    .insert("HX-Redirect", HeaderValue::from_static("/sign-in"));
            }
            response
        }
    }
}

pub(crate) fn log(ctx: &Ctx, problem: &Problem) {
    let request_id = ctx.request_id();
    match problem.kind() {
        ProblemKind::Internal => tracing::error!(%request_id, %problem, "a request failed"),
        ProblemKind::Unavailable => {
            tracing::warn!(%request_id, %problem, "a request could not be served now")
        }
        _ => tracing::debug!(%request_id, %problem, "a request was refused"),
    }
}
