//! Refusals in the standard's form: a sentence in the reader's language, which clients show as it is.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use youlin_files::FileFault;
use youlin_kernel::{Ctx, Locale, Problem, ProblemKind};
use youlin_web::App;

use crate::xml;

/// What is said instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    text: String,
}

impl Refusal {
    /// A problem in words: its sentence, then one for each field.
    pub(crate) fn of(app: &App, locale: Locale, problem: &Problem) -> Self {
        let i18n = app.i18n();
        let mut lines = vec![i18n.problem(locale, problem)];
        for field in problem.fields() {
            lines.push(i18n.field(locale, field));
        }
        // Sent with a password's dialogue a client would ask for one: there is none.
        let status = match problem.kind() {
            ProblemKind::SignInNeeded => 403,
            other => other.status(),
        };
        Self {
            status,
            text: lines.join("\n"),
        }
    }
}

/// What the file store says of a file.
pub(crate) fn of_file(fault: &FileFault, name: &str) -> Problem {
    match fault {
        FileFault::StorageFull | FileFault::Storage(_) => {
            Problem::new(ProblemKind::Unavailable, "files-unavailable").caused_by(fault)
        }
        FileFault::TooLarge { limit } => Problem::new(ProblemKind::TooLarge, "openrosa-file-size")
            .arg("name", name)
            .arg("max", limit / (1024 * 1024)),
        FileFault::Interrupted(_) => {
            Problem::new(ProblemKind::Malformed, "openrosa-cut").caused_by(fault)
        }
        FileFault::TypeNotAllowed { .. } => {
            Problem::new(ProblemKind::UnsupportedType, "openrosa-file-type").arg("name", name)
        }
        _ => Problem::new(ProblemKind::Malformed, "openrosa-file-unreadable").arg("name", name),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = xml::message(status, "submit_failure", &self.text, "");
        if matches!(self.status, 429 | 503) {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Refusals of the router and the middleware.
pub(crate) fn refuse(app: &App, ctx: &Ctx, _path: &str, problem: &Problem) -> Response {
    Refusal::of(app, ctx.locale(), problem).into_response()
}
