//! Refusals as the specification writes them: a list of codes (those of HTTP) with descriptions.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use youlin_files::FileFault;
use youlin_kernel::{Ctx, FieldFault, Locale, Problem, ProblemKind};
use youlin_web::{App, I18n};

use crate::item::{Format, Item};

/// What is said instead of an answer; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) Vec<(u16, String)>);

/// Words of this crate in the caller's language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    pub(crate) i18n: &'a I18n,
    pub(crate) locale: Locale,
}

impl<'a> Words<'a> {
    pub(crate) fn of(app: &'a App, ctx: &Ctx) -> Self {
        Self {
            i18n: app.i18n(),
            locale: ctx.locale(),
        }
    }

    /// The message `open311-<key>`.
    pub(crate) fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        self.i18n.text(self.locale, &format!("open311-{key}"), args)
    }

    /// A refusal of one sentence.
    pub(crate) fn refuse(&self, code: u16, key: &str, args: &[(&str, String)]) -> Refusal {
        Refusal(vec![(code, self.say(key, args))])
    }

    /// A refusal that came from the house, in the words of Open311's own parameters.
    pub(crate) fn problem(&self, problem: &Problem) -> Refusal {
        let code = match problem.kind() {
            // The specification knows 400 for what must be mended, and 403 for a caller without rights.
            ProblemKind::Invalid | ProblemKind::Malformed => 400,
            ProblemKind::SignInNeeded => 403,
            other => other.status(),
        };
        if problem.fields().is_empty() {
            return Refusal(vec![(code, self.i18n.problem(self.locale, problem))]);
        }
        let told = problem.fields().iter().map(|fault| {
            let code = if fault.code == "unknown-category" {
                404
            } else {
                code
            };
            (
                code,
                format!("{}: {}", parameter(&fault.field), self.field(fault)),
            )
        });
        Refusal(told.collect())
    }

    fn field(&self, fault: &FieldFault) -> String {
        self.i18n
            .find(
                self.locale,
                &format!("open311-field-{}", fault.code),
                &fault.args,
            )
            .unwrap_or_else(|| self.i18n.field(self.locale, fault))
    }

    pub(crate) fn file(&self, fault: &FileFault) -> Refusal {
        if !fault.is_senders() {
            tracing::warn!(%fault, "a photograph could not be stored");
        }
        let (code, args) = match fault {
            FileFault::TooLarge { limit } => {
                (413, vec![("limit", (limit / 1_048_576).to_string())])
            }
            FileFault::TypeNotAllowed { found } => (400, vec![("found", (*found).to_owned())]),
            FileFault::StorageFull | FileFault::Storage(_) => (503, Vec::new()),
            _ => (400, Vec::new()),
        };
        self.refuse(
            code,
            &format!("file-{}", fault.code().replace('_', "-")),
            &args,
        )
    }
}

/// The parameter a field of the house came from.
fn parameter(field: &str) -> String {
    match field {
        "text" => "description".into(),
        "category" => "service_code".into(),
        "lon" => "long".into(),
        "place" | "area" => "address_string".into(),
        "building" | "dwelling" => "address_id".into(),
        "contact.name" => "first_name, last_name".into(),
        other => match other.split_once('.') {
            Some(("contact", name)) => name.into(),
            Some(("answers", code)) => format!("attribute[{code}]"),
            _ => other.into(),
        },
    }
}

impl Refusal {
    /// The status of the answer: that of the errors when they agree, 400 when they do not.
    pub(crate) fn status(&self) -> StatusCode {
        let first = self.0.first().map_or(500, |error| error.0);
        let agreed = if self.0.iter().all(|error| error.0 == first) {
            first
        } else {
            400
        };
        StatusCode::from_u16(agreed).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn answer(&self, format: Format) -> Response {
        let errors = self.0.iter().map(|(code, description)| {
            Item::Record(vec![
                ("code", Item::Whole(i64::from(*code))),
                ("description", Item::text(description)),
            ])
        });
        let status = self.status();
        let mut response = Item::List("error", errors.collect()).answer("errors", format, status);
        if matches!(status.as_u16(), 429 | 503) {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Refusals of the router and the middleware: an unknown address, a wrong method, too many requests, our own fault.
pub(crate) fn refuse(app: &App, ctx: &Ctx, path: &str, problem: &Problem) -> Response {
    Words::of(app, ctx)
        .problem(problem)
        .answer(Format::of_path(path))
}
