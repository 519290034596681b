//! What a POST carries: parameters and photographs, as a form or as a multipart form.
//!
//! Files are received as a stream into the file store, and only once the key is known: nobody without one fills the disk.

use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use futures::StreamExt;
use uuid::Uuid;
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::Ctx;

use crate::call::{Call, Outcome};
use crate::params::{self, Params};

/// All texts of one request together.
const MOST_TEXT: usize = 256 * 1024;
const MOST_FIELDS: usize = 200;
const MOST_FILES: usize = 10;

/// A POST, read.
#[derive(Debug)]
pub(crate) struct Posted {
    /// The key's context and id.
    pub(crate) ctx: Ctx,
    pub(crate) machine: Uuid,
    /// Of the body, then of the query.
    pub(crate) params: Params,
    pub(crate) files: Vec<StoredFile>,
}

/// Reads the body of a POST and finds out whose it is.
pub(crate) async fn read(call: &Call, request: Request) -> Outcome<Posted> {
    let kind = call
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        return multipart(call, request).await;
    }
    // Some clients send parameters in the query and an empty body without a type.
    if !(kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded")) {
        return Err(call.words().refuse(415, "form-expected", &[]));
    }
    let too_large = || {
        call.words().refuse(
            413,
            "body-too-large",
            &[("kib", (MOST_TEXT / 1024).to_string())],
        )
    };
    let body = axum::body::to_bytes(request.into_body(), MOST_TEXT)
        .await
        .map_err(|_| too_large())?;
    let text = std::str::from_utf8(&body).map_err(|_| call.words().refuse(400, "not-utf8", &[]))?;
    let mut params = Params::parse(text).map_err(|_| call.words().refuse(400, "not-utf8", &[]))?;
    params.0.extend(call.query()?.0);
    let (ctx, machine) = call.identify_key(&params).await?;
    Ok(Posted {
        ctx,
        machine,
        params,
        files: Vec::new(),
    })
}

async fn multipart(call: &Call, request: Request) -> Outcome<Posted> {
    let unreadable = || call.words().refuse(400, "multipart", &[]);
    let mut form = Multipart::from_request(request, &call.app)
        .await
        .map_err(|_| unreadable())?;
    let query = call.query()?;
    let mut params = Params::default();
    let mut files = Vec::new();
    let mut who = None;
    let mut left = MOST_TEXT;
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        if params.0.len() + files.len() >= MOST_FIELDS {
            return Err(call.words().refuse(
                400,
                "too-many-fields",
                &[("most", MOST_FIELDS.to_string())],
            ));
        }
        match field.file_name().map(str::to_owned) {
            // A browser sends an empty file for a field left empty.
            Some(name) if name.is_empty() => {}
            Some(name) => {
                if who.is_none() {
                    let all = Params([params.0.clone(), query.0.clone()].concat());
                    who = Some(early_key(call, &all).await?);
                }
                if files.len() == MOST_FILES {
                    return Err(call.words().refuse(
                        400,
                        "too-many-files",
                        &[("most", MOST_FILES.to_string())],
                    ));
                }
                files.push(store(call, field, &name).await?);
            }
            None => params.0.push(text(call, field, &mut left).await?),
        }
    }
    params.0.extend(query.0);
    let (ctx, machine) = match who {
        Some(who) => who,
        None => call.identify_key(&params).await?,
    };
    Ok(Posted {
        ctx,
        machine,
        params,
        files,
    })
}

/// The key must have come before the first file.
async fn early_key(call: &Call, params: &Params) -> Outcome<(Ctx, Uuid)> {
    let known = call.identify(params, true).await?;
    match known.machine {
        Some(machine) => Ok((known.ctx, machine)),
        None => Err(call.words().refuse(403, "key-before-files", &[])),
    }
}

async fn store(call: &Call, field: Field<'_>, name: &str) -> Outcome<StoredFile> {
    let store = call
        .app
        .need::<FileStore>()
        .map_err(|problem| call.refused(problem))?;
    store
        .put_stream(field, Some(name))
        .await
        .map_err(|fault| call.words().file(&fault))
}

async fn text(call: &Call, mut field: Field<'_>, left: &mut usize) -> Outcome<(String, String)> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(piece) = field.next().await {
        let piece: Bytes = piece.map_err(|_| call.words().refuse(400, "multipart", &[]))?;
        if piece.len() > *left {
            return Err(call.words().refuse(
                413,
                "body-too-large",
                &[("kib", (MOST_TEXT / 1024).to_string())],
            ));
        }
        *left -= piece.len();
        bytes.extend_from_slice(&piece);
    }
    let value = params::text_of(bytes).map_err(|_| call.words().refuse(400, "not-utf8", &[]))?;
    Ok((name, value))
}
