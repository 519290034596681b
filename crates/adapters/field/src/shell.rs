//! The shell: a page without anybody's data, the worker that keeps it on the telephone, the words in both languages.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use youlin_kernel::{Locale, Problem};
use youlin_web::{App, Assets, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::CONTRACT;

/// Files of the shell, under `/assets/`.
const FILES: [&str; 5] = [
    "field.js",
    "field.css",
    "icons.svg",
    "favicon.svg",
    "icon-192.png",
];
const WORDS: &str = "fieldwork-";
/// Names of arguments the client fills in itself.
const HOLES: [&str; 21] = [
    "n",
    "m",
    "name",
    "time",
    "size",
    "what",
    "who",
    "max",
    "was",
    "needed",
    "value",
    "rating",
    "limit",
    "classes",
    "percent",
    "day",
    "first",
    "last",
    "where",
    "megabytes",
    "unit",
];

#[derive(Template)]
#[template(path = "field/shell.html")]
struct ShellPage {
    s: Shell,
    contract: u32,
    version: String,
}

/// `GET /field`.
pub(crate) async fn page_of(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let version = version(&app);
    page(&ShellPage {
        s: Shell::new(&app, &ctx, prefs, NavPlace::Today, "/field"),
        contract: CONTRACT,
        version,
    })
}

/// Changes with any file or word of the shell.
fn version(app: &App) -> String {
    let mut hash = Sha256::new();
    if let Some(assets) = app.service::<Assets>() {
        for (_, _, tag) in FILES
            .iter()
            .chain(&["field-sw.js"])
            .filter_map(|file| assets.0.get(file))
        {
            hash.update(tag.as_bytes());
        }
    }
    for locale in [Locale::Zh, Locale::En] {
        hash.update(book(app, locale).to_string().as_bytes());
    }
    hash.update(CONTRACT.to_be_bytes());
    hex::encode(&hash.finalize()[..8])
}

/// `GET /field/sw.js`: the worker's program behind the list of what it keeps. A changed list is a changed worker, which is
/// how a browser learns of a new version.
pub(crate) async fn worker(State(app): State<App>) -> WebResult<Response> {
    let assets = app.need::<Assets>()?;
    let (program, _, _) = assets.0.get("field-sw.js").ok_or_else(Problem::not_found)?;
    let version = version(&app);
    let mut files: Vec<String> = vec!["/field".into(), "/field/manifest.webmanifest".into()];
    files.extend(
        FILES
            .iter()
            .filter(|file| assets.0.get(file).is_some())
            .map(|file| match *file {
                "field.js" | "field.css" => format!("/assets/{file}?v={version}"),
                other => format!("/assets/{other}"),
            }),
    );
    files.extend(["zh-CN", "en"].map(|language| format!("/field/words/{language}")));
    let shell = json!({ "version": version, "files": files });
    let mut body = format!("self.SHELL = {shell};\n").into_bytes();
    body.extend_from_slice(&program);
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "text/javascript; charset=utf-8",
        ),
        (header::CACHE_CONTROL.as_str(), "no-cache"),
        // The script lies below the page it serves.
        ("service-worker-allowed", "/field"),
    ];
    Ok((headers, body).into_response())
}

/// `GET /field/words/{language}`: the client's words with holes like `{n}`.
pub(crate) async fn words(
    State(app): State<App>,
    Path(language): Path<String>,
) -> WebResult<Response> {
    let known = [Locale::Zh, Locale::En]
        .into_iter()
        .find(|locale| locale.tag() == language);
    let locale = known.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, book(&app, locale).to_string()).into_response())
}

fn book(app: &App, locale: Locale) -> Value {
    let holes: Vec<(&str, String)> = HOLES
        .iter()
        .map(|name| (*name, format!("{{{name}}}")))
        .collect();
    let mut book = Map::new();
    for key in app.i18n().keys(locale) {
        if let Some(short) = key.strip_prefix(WORDS) {
            book.insert(
                short.to_owned(),
                app.i18n().text(locale, &key, &holes).into(),
            );
        }
    }
    Value::Object(book)
}

/// `GET /field/manifest.webmanifest`: so that a telephone can keep it on its first screen.
pub(crate) async fn manifest(State(app): State<App>, Caller(ctx): Caller) -> WebResult<Response> {
    let name = app.i18n().text(ctx.locale(), "fieldwork-app", &[]);
    let icon = |size: u32| json!({ "src": format!("/assets/icon-{size}.png"), "sizes": format!("{size}x{size}"), "type": "image/png" });
    let body = json!({
        "id": "/field", "name": name, "short_name": name, "start_url": "/field", "scope": "/field",
        "display": "standalone", "lang": ctx.locale().tag(), "icons": [icon(192), icon(512)],
    });
    let headers = [(header::CONTENT_TYPE, "application/manifest+json")];
    Ok((headers, body.to_string()).into_response())
}
