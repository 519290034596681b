//! What a POST carries: the filled form, and files streamed into the file store as they arrive.

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures::StreamExt;
use http_body_util::Limited;
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::{Problem, ProblemKind, Result};

use crate::call::Call;
use crate::refusal::of_file;
use crate::xml::MOST_BODY;

/// The filled form: answers and tracks, no files.
const MOST_XML: usize = 10 * 1024 * 1024;
const MOST_FILES: usize = 200;
const XML: &str = "xml_submission_file";
const INCOMPLETE: &str = "*isIncomplete*";

/// A POST, read.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) xml: String,
    /// As the filled form names them.
    pub(super) files: Vec<(String, StoredFile)>,
    /// More files come in further requests.
    pub(super) is_incomplete: bool,
}

/// Reads the body. Who sends it is known by now.
pub(super) async fn read(call: &Call, request: Request) -> Result<Posted> {
    let kind = call
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    // Who says so beforehand need not send it.
    let said = call.headers.get(CONTENT_LENGTH);
    let said: Option<usize> = said.and_then(|value| value.to_str().ok()?.parse().ok());
    if said.is_some_and(|bytes| bytes > MOST_BODY) {
        return Err(too_large());
    }
    let request = request.map(|body| Body::new(Limited::new(body, MOST_BODY)));
    if kind.starts_with("multipart/") {
        return multipart(call, request).await;
    }
    if kind.starts_with("text/xml") || kind.starts_with("application/xml") {
        let bytes = axum::body::to_bytes(request.into_body(), MOST_XML)
            .await
            .map_err(|_| too_large())?;
        return Ok(Posted {
            xml: utf8(bytes.into())?,
            files: Vec::new(),
            is_incomplete: false,
        });
    }
    Err(Problem::new(
        ProblemKind::UnsupportedType,
        "openrosa-multipart",
    ))
}

async fn multipart(call: &Call, request: Request) -> Result<Posted> {
    let mut form = Multipart::from_request(request, &call.app)
        .await
        .map_err(Problem::internal)
        .map_err(|_| Problem::new(ProblemKind::Malformed, "openrosa-cut"))?;
    let store = call.app.need::<FileStore>()?;
    let (mut xml, mut files, mut is_incomplete) = (None, Vec::new(), false);
    let mut fields = 0;
    while let Some(field) = form.next_field().await.map_err(|error| cut(&error))? {
        fields += 1;
        if fields > MOST_FILES + 2 {
            return Err(
                Problem::new(ProblemKind::TooLarge, "openrosa-files").arg("max", MOST_FILES)
            );
        }
        match field.name().unwrap_or_default() {
            XML => xml = Some(utf8(text(field).await?)?),
            INCOMPLETE => is_incomplete = text(field).await?.eq_ignore_ascii_case(b"yes"),
            name => {
                let name = field.file_name().unwrap_or(name).to_owned();
                let stored = store.put_stream(field, Some(&name)).await;
                files.push((
                    name.clone(),
                    stored.map_err(|fault| of_file(&fault, &name))?,
                ));
            }
        }
    }
    Ok(Posted {
        xml: xml.ok_or_else(|| Problem::new(ProblemKind::Malformed, "openrosa-no-form"))?,
        files,
        is_incomplete,
    })
}

async fn text(mut field: Field<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(|error| cut(&error))?;
        if bytes.len() + piece.len() > MOST_XML {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes)
        .map_err(|_not_utf8| Problem::new(ProblemKind::Malformed, "openrosa-not-xml"))
}

/// The line broke, or the body is larger than was allowed.
fn cut(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(ProblemKind::Malformed, "openrosa-cut").caused_by(error)
}

fn too_large() -> Problem {
    let max = MOST_BODY / (1024 * 1024);
    Problem::new(ProblemKind::TooLarge, "openrosa-too-large").arg("max", max)
}
