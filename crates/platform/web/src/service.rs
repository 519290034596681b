//! From the list of modules to the service.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use youlin_kernel::{Access, Problem, ProblemKind};

use crate::described::Description;
use crate::live::LiveTopic;
use crate::{App, Fault, Module, Protocol, RouteInfo, Routes, find, health, live, middleware};

/// Where `/assets/…` comes from: embedded files in the binary, the folder in development.
pub trait AssetSource: Send + Sync {
    /// The file's bytes, its media type and a tag that changes with the content.
    fn get(&self, path: &str) -> Option<(Bytes, String, String)>;
}

/// Put into the application so that the event stream knows what to tell.
#[derive(Debug)]
pub struct LiveTopics(pub Vec<LiveTopic>);

/// The assets as a service.
pub struct Assets(pub Box<dyn AssetSource>);

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Assets")
    }
}

/// The finished house.
pub struct Built {
    pub router: Router,
    pub table: Vec<RouteInfo>,
    /// The description of the REST interface (OpenAPI 3.1, JSON).
    pub openapi: Bytes,
}

impl std::fmt::Debug for Built {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Built")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// Routes, description and route table of all modules.
fn collect(modules: &[Module]) -> Routes {
    let own = Routes::new()
        .get("/healthz", Access::Public, health::healthz)
        .get("/readyz", Access::Public, health::readyz)
        .get("/metrics", Access::Public, health::metrics)
        .merge(find::routes())
        .get("/live", Access::SignedIn, live::stream)
        .get("/assets/{*path}", Access::Public, asset);
    modules
        .iter()
        .fold(own, |all, module| all.merge((module.routes)()))
}

/// The description alone, before there is an application: for `youlin openapi` and its snapshot.
#[must_use]
pub fn describe(modules: &[Module], info: utoipa::openapi::Info) -> Description {
    collect(modules).described.finish(info)
}

/// Builds the router around the application.
pub fn build(app: App, modules: &[Module], info: utoipa::openapi::Info) -> Built {
    let protocols: Arc<[Protocol]> = modules
        .iter()
        .filter_map(|module| module.protocol)
        .collect();
    let Routes {
        router,
        mut table,
        described,
    } = collect(modules);
    let openapi = Bytes::from(serde_json::to_vec(&described.finish(info)).unwrap_or_default());
    let answer = openapi.clone();
    table.push(RouteInfo {
        method: crate::Method::Get,
        path: "/api/v1/openapi.json".into(),
        access: Access::Public,
    });
    let router = router
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(move || async move {
                ([(header::CONTENT_TYPE, "application/json")], answer)
            }),
        )
        .fallback(|| async { Fault(Problem::not_found()) })
        .method_not_allowed_fallback(|| async {
            Fault(Problem::new(
                ProblemKind::MethodNotAllowed,
                "method-not-allowed",
            ))
        })
        .layer(from_fn(middleware::measure))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(
            (app.clone(), protocols),
            middleware::around,
        ))
        .layer(CompressionLayer::new())
        .with_state(app);
    Built {
        router,
        table,
        openapi,
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature tower-http asks for"
)]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    Fault(Problem::internal(format!(
        "panic: {}",
        text.unwrap_or("unknown")
    )))
    .into_response()
}

async fn asset(
    State(app): State<App>,
    Path(path): Path<String>,
    headers: http::HeaderMap,
) -> Response {
    let Some(assets) = app.service::<Assets>() else {
        return Fault(Problem::not_found()).into_response();
    };
    let Some((bytes, kind, tag)) = assets.0.get(&path) else {
        return Fault(Problem::not_found()).into_response();
    };
    let tag = format!("\"{tag}\"");
    let same = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        == Some(tag.as_str());
    let caching = [
        (header::ETAG, tag),
        (
            header::CACHE_CONTROL,
            "public, max-age=300, must-revalidate".into(),
        ),
    ];
    if same {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, kind)], bytes).into_response()
}
