//! What happens around every request: id, context, cross-origin protection, rate limit, security headers, the rendering
//! of problems, one log line and one metric without personal data.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_kernel::{Actor, Ctx, Locale, Problem, ProblemKind, Result};

use crate::problem::{Unrendered, Wants, render};
use crate::session::{self, SessionToken, Standing};
use crate::shell::Prefs;
use crate::{App, Caller, Fault, Protocol, SignedIn};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn around(
    State((app, protocols)): State<(App, Arc<[Protocol]>)>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let protocol = protocols
        .iter()
        .find(|protocol| parts.uri.path().starts_with(protocol.prefix));
    let path = protocol.map(|_| parts.uri.path().to_owned());
    let wants = wants(parts.uri.path(), &parts.headers);
    let asked = parts
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let method = parts.method.clone();
    let mut prefs = Prefs::from_headers(&parts.headers);
    let visitor = app.ctx(Actor::Visitor, Arc::from([]), prefs.locale, Uuid::nil());
    let request_id = visitor.new_id();
    let visitor = app.ctx(Actor::Visitor, Arc::from([]), prefs.locale, request_id);

    let admitted = match protocol {
        Some(_) => Ok(Admitted::visitor(visitor.clone(), false)),
        None => admit(&app, &visitor, &parts).await,
    };
    let (ctx, mut response) = match admitted {
        Ok(Admitted {
            ctx,
            half_way,
            revoked,
        }) => {
            prefs.half_way = half_way;
            parts.extensions.insert(Caller(ctx.clone()));
            if revoked {
                parts.extensions.insert(SessionRevoked);
            }
            parts.extensions.insert(prefs);
            (ctx, next.run(Request::from_parts(parts, body)).await)
        }
        Err(problem) => (visitor, Fault(problem).into_response()),
    };
    if let Some(Unrendered(problem)) = response.extensions_mut().remove::<Unrendered>() {
        // What the handler or the router said besides the problem: cookies, and the methods an address does know.
        let said: Vec<(HeaderName, HeaderValue)> = [header::SET_COOKIE, header::ALLOW]
            .into_iter()
            .flat_map(|name| {
                let values = response.headers().get_all(&name).iter().cloned();
                values
                    .map(move |value| (name.clone(), value))
                    .collect::<Vec<_>>()
            })
            .collect();
        response = match (protocol, &path) {
            (Some(protocol), Some(path)) => {
                crate::problem::log(&ctx, &problem);
                (protocol.refuse)(&app, &ctx, path, &problem)
            }
            _ => render(&app, &ctx, wants, &asked, &problem),
        };
        for (name, value) in said {
            response.headers_mut().append(name, value);
        }
    }
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    secure(&app, response.headers_mut());
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(target: "youlin::http", %request_id, %method, status, millis = seconds * 1_000.0, "request");
    response
}

/// Measures by route pattern (never by path: a path may hold a code).
pub(crate) async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().as_str().to_owned();
    let route = path.map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("youlin_http_seconds", "method" => method, "route" => route, "status" => status)
        .record(started.elapsed().as_secs_f64());
    response
}

/// The request came with a session that was ended, not one that is over by time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRevoked;

/// Who asks.
struct Admitted {
    ctx: Ctx,
    /// Their second factor is still to come.
    half_way: bool,
    /// They come with a session that was ended.
    revoked: bool,
}

impl Admitted {
    fn visitor(ctx: Ctx, revoked: bool) -> Self {
        Self {
            ctx,
            half_way: false,
            revoked,
        }
    }
}

async fn admit(app: &App, visitor: &Ctx, parts: &Parts) -> Result<Admitted> {
    let headers = &parts.headers;
    let path = parts.uri.path();
    let writes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let cookie = cookie(headers, app.config().cookies.cookie_name()).map(SessionToken::from_cookie);
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "));
    let who = match (bearer, &cookie) {
        (Some(key), _) => {
            let known = machine(app, key).await?;
            Standing::Live(
                known.ok_or_else(|| Problem::new(ProblemKind::SignInNeeded, "key-unknown"))?,
            )
        }
        (None, Some(token)) => person(app, visitor, token.hash()).await?,
        (None, None) => Standing::Nothing,
    };
    if writes && bearer.is_none() && !same_origin(headers, path) {
        return Err(Problem::new(ProblemKind::Forbidden, "cross-origin"));
    }
    let revoked = matches!(who, Standing::Revoked);
    let Some(who) = who.live() else {
        if !is_free(path) {
            app.limits().public(client(parts), writes)?;
        }
        return Ok(Admitted::visitor(visitor.clone(), revoked));
    };
    let half_way = who.second_factor_required;
    if half_way
        && !is_free(path)
        && !path.starts_with("/sign-")
        && !path.starts_with("/account")
        && path != "/lang"
    {
        return Err(Problem::new(
            ProblemKind::SignInNeeded,
            "second-factor-needed",
        ));
    }
    let chosen = Prefs::from_headers(headers);
    let locale = if chosen.locale_chosen {
        chosen.locale
    } else {
        who.locale.unwrap_or(chosen.locale)
    };
    let ctx = app.ctx(who.actor, who.grants, locale, visitor.request_id());
    Ok(Admitted {
        ctx,
        half_way,
        revoked,
    })
}

/// Assets, health and metrics are neither limited nor behind a second factor.
fn is_free(path: &str) -> bool {
    path.starts_with("/assets/")
        || matches!(path, "/healthz" | "/readyz" | "/metrics" | "/favicon.ico")
}

async fn person(app: &App, visitor: &Ctx, hash: [u8; 32]) -> Result<Standing<SignedIn>> {
    if let Some(known) = app.sessions().get(&hash) {
        return Ok(known);
    }
    let found = match session::find(app.db(), visitor, &app.config().cookies, hash).await? {
        Standing::Live(row) => {
            let known = app.accounts().account(row.account).await?;
            Standing::from(known.map(|mut who| {
                who.second_factor_required &= !row.second_factor;
                who
            }))
        }
        Standing::Revoked => Standing::Revoked,
        Standing::Nothing => Standing::Nothing,
    };
    app.sessions().put(hash, found.clone());
    Ok(found)
}

async fn machine(app: &App, key: &str) -> Result<Option<SignedIn>> {
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    if let Some(known) = app.sessions().get(&hash) {
        return Ok(known.live());
    }
    let found = app.accounts().key(hash).await?;
    app.sessions().put(hash, Standing::from(found.clone()));
    Ok(found)
}

/// Browsers say where a request comes from (`Sec-Fetch-Site`, else `Origin`); programs without either carry no cookie
/// by accident. Signed interfaces use no cookies at all.
fn same_origin(headers: &HeaderMap, path: &str) -> bool {
    if path.starts_with("/hooks/") {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, at)| at == host),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// The peer's address; a proxy in front sets `X-Forwarded-For`, believed only from loopback.
pub(crate) fn client(parts: &Parts) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    if !peer.is_loopback() {
        return peer;
    }
    let forwarded = parts
        .headers
        .get("x-forwarded-for")
        .and_then(|value| value.to_str().ok());
    forwarded
        .and_then(|list| list.rsplit(',').next())
        .and_then(|ip| ip.trim().parse().ok())
        .unwrap_or(peer)
}

pub(crate) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

pub(crate) fn prefs_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, "prefs")
}

fn wants(path: &str, headers: &HeaderMap) -> Wants {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if path.starts_with("/api/") || path.starts_with("/hooks/") {
        Wants::Json
    } else if headers.contains_key("hx-request") {
        Wants::Part
    } else if accepts.contains("text/html") {
        Wants::Page
    } else {
        Wants::Json
    }
}

/// Strict: no inline script or style, nothing from elsewhere but map tiles where a source is set.
fn secure(app: &App, headers: &mut HeaderMap) {
    let tiles = app
        .config()
        .tile_url
        .as_deref()
        .and_then(origin_of)
        .unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {tiles}; \
         connect-src 'self' {tiles}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(self), microphone=(self)",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // Pages and answers hold personal data: no shared cache keeps them unless a route says otherwise.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if app.config().cookies.secure {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(year);
    }
}

fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    Some(format!("{scheme}://{}", rest.split('/').next()?))
}

impl Prefs {
    fn from_headers(headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Self::parse(
            prefs_cookie(headers),
            accept.map_or(Locale::Zh, Locale::negotiate),
        )
    }
}
