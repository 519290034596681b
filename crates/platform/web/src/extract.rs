//! Extractors whose refusals say what is wrong with the request, in the caller's language.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use youlin_database::IdempotencyKey;
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind};

use crate::{App, Fault, SessionToken};

/// The context of the request, made by the middleware.
#[derive(Clone, Debug)]
pub struct Caller(pub Ctx);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Fault(Problem::internal("no context")))
    }
}

/// A JSON body. Wrong syntax and wrong types are told apart and located.
#[derive(Debug)]
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for ApiJson<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let is_json = content_type(request.headers())
            .is_some_and(|kind| kind.starts_with("application/json") || kind.contains("+json"));
        if !is_json {
            return Err(Problem::new(ProblemKind::UnsupportedType, "json-expected").into());
        }
        let body = body(request, app).await?;
        let text = utf8(&body)?;
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| Fault(json_problem(&error)))
    }
}

fn json_problem(error: &serde_json::Error) -> Problem {
    let code = match error.classify() {
        serde_json::error::Category::Data => "json-type",
        _ => "json-syntax",
    };
    Problem::new(
        if code == "json-type" {
            ProblemKind::Invalid
        } else {
            ProblemKind::Malformed
        },
        code,
    )
    .arg("line", error.line())
    .arg("column", error.column())
    .arg("reason", error)
}

/// A form body (`application/x-www-form-urlencoded`); a repeated field becomes a list.
#[derive(Debug)]
pub struct ApiForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for ApiForm<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let body = body(request, app).await?;
        utf8(&body)?;
        serde_html_form::from_bytes(&body)
            .map(Self)
            .map_err(|error| {
                Fault(Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error))
            })
    }
}

/// The query string; a repeated field becomes a list.
#[derive(Debug)]
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        serde_html_form::from_str(parts.uri.query().unwrap_or_default())
            .map(Self)
            .map_err(|error| {
                Fault(Problem::new(ProblemKind::Malformed, "query-syntax").arg("reason", error))
            })
    }
}

/// The id in the path; what is no id at all does not exist.
#[derive(Clone, Copy, Debug)]
pub struct PathId(pub Uuid);

impl FromRequestParts<App> for PathId {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        axum::extract::Path::<Uuid>::from_request_parts(parts, app)
            .await
            .map(|path| Self(path.0))
            .map_err(|_not_an_id| Problem::not_found().into())
    }
}

/// The `Idempotency-Key` header as it came.
#[derive(Clone, Debug)]
pub struct IdempotencyHeader(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyHeader {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        match parts
            .headers
            .get("idempotency-key")
            .map(|value| value.to_str())
        {
            None => Ok(Self(None)),
            Some(Ok(key)) => Ok(Self(Some(key.to_owned()))),
            Some(Err(_not_ascii)) => {
                Err(Problem::invalid("Idempotency-Key", "idempotency-key").into())
            }
        }
    }
}

/// The key of a creating request, from the header or a form's hidden field.
///
/// # Errors
/// 422 for a key that is empty or too long.
pub fn idempotency(
    sent: Option<&str>,
    community: CommunityId,
    route: &str,
    body: &impl Serialize,
) -> youlin_kernel::Result<Option<IdempotencyKey>> {
    sent.map(|key| IdempotencyKey::new(community, key, route, body))
        .transpose()
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
}

async fn body(request: Request, app: &App) -> Result<Bytes, Fault> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| {
            Fault(match rejection.status().as_u16() {
                413 => Problem::new(ProblemKind::TooLarge, "body-too-large"),
                _ => Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(rejection),
            })
        })
}

fn utf8(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body).map_err(|error| {
        Fault(Problem::new(ProblemKind::Malformed, "not-utf8").arg("position", error.valid_up_to()))
    })
}

impl<S: Sync> FromRequestParts<S> for crate::Prefs {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(|| Fault(Problem::internal("no preferences")))
    }
}

/// The session a request came with, for the pages that begin, confirm and end one.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    /// What the cookie holds, whether it still stands for anything or not.
    pub token: Option<SessionToken>,
    /// The account of a session that is still good.
    pub account: Option<Uuid>,
    /// Whether that session passed a second factor.
    pub second_factor: bool,
}

impl FromRequestParts<App> for CurrentSession {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Caller(ctx) = Caller::from_request_parts(parts, app).await?;
        let policy = &app.config().cookies;
        let token = crate::middleware::cookie(&parts.headers, policy.cookie_name())
            .map(SessionToken::from_cookie);
        let row = match &token {
            Some(token) => crate::session::find(app.db(), &ctx, policy, token.hash())
                .await?
                .live(),
            None => None,
        };
        Ok(Self {
            token,
            account: row.map(|row| row.account),
            second_factor: row.is_some_and(|row| row.second_factor),
        })
    }
}

/// Where the request comes from, for limits beside those of the middleware. Never stored, never logged.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddr(pub std::net::IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        Ok(Self(crate::middleware::client(parts)))
    }
}
