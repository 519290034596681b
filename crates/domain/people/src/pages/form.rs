//! What forms share: the faults beside their fields, answers, and paths one may be sent to.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use youlin_kernel::{Problem, ProblemKind};
use youlin_web::{Shell, WebResult};

/// The refusal of a form: one sentence, and one beside each field at fault.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    pub(super) sentence: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Errors {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn of(s: &Shell, problem: &Problem) -> Self {
        let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
        Self {
            sentence: i18n.problem(locale, problem),
            fields: problem
                .fields()
                .iter()
                .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
                .collect(),
        }
    }

    /// Whether there is anything to say.
    pub(super) fn any(&self) -> bool {
        !self.sentence.is_empty()
    }

    /// The sentence beside a field; empty when the field is fine.
    pub(super) fn on(&self, field: &str) -> &str {
        self.fields
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, text)| text)
    }
}

/// Refusals a form shows itself; everything else leaves the handler as a problem.
pub(super) fn shown(problem: Problem) -> WebResult<Problem> {
    match problem.kind() {
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::TooMany => Ok(problem),
        _ => Err(problem.into()),
    }
}

/// The page with the status of the refusal.
pub(super) fn with_status(problem: &Problem, page: Response) -> Response {
    let status =
        StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    (status, page).into_response()
}

/// See other, after a change.
pub(super) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Adds a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A path of our own to go on to; everything that a browser could read as another site is the front page.
pub(super) fn own_path(next: Option<&str>) -> &str {
    let next = next.unwrap_or("/");
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.len() <= 2_000
        && next.bytes().all(|b| b.is_ascii_graphic());
    if own && !next.starts_with("/sign-") {
        next
    } else {
        "/"
    }
}

/// `path?next=…`, where next is worth keeping.
pub(super) fn with_next(path: &str, next: &str) -> String {
    if next == "/" {
        return path.to_owned();
    }
    let mut kept = String::with_capacity(next.len());
    for byte in next.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                kept.push(char::from(byte));
            }
            _ => kept.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{path}?next={kept}")
}

#[cfg(test)]
mod tests {
    use super::{own_path, with_next};

    #[test]
    fn only_own_paths_are_followed() {
        for fine in ["/", "/cases?state=open&q=%E5%91%A8", "/people/1#looks"] {
            assert_eq!(own_path(Some(fine)), fine);
        }
        for foreign in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "cases",
            "",
            "/a\nb",
            "/a b",
            "/sign-in?next=/",
        ] {
            assert_eq!(own_path(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(own_path(None), "/");
    }

    #[test]
    fn what_follows_is_kept_whole() {
        assert_eq!(with_next("/sign-in", "/"), "/sign-in");
        assert_eq!(
            with_next("/sign-in", "/a?b=c&d"),
            "/sign-in?next=/a%3Fb%3Dc%26d"
        );
    }
}
