//! The photograph of a request, for keys that see the request whole.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use youlin_cases::{open311_file, open311_request};
use youlin_files::FileStore;

use crate::call::{Call, Outcome};
use crate::params;

pub(crate) async fn photograph(call: Call, Path((case, file)): Path<(String, String)>) -> Response {
    match open(&call, &case, &file).await {
        Ok(response) => response,
        Err(refusal) => refusal.answer(call.format),
    }
}

async fn open(call: &Call, case: &str, file: &str) -> Outcome<Response> {
    let params = call.query()?;
    let known = call.identify(&params, false).await?;
    let eyes = call.eyes(&known, &params)?;
    let unknown = || call.words().refuse(404, "media-unknown", &[]);
    let (case, file) = params::id(case).zip(params::id(file)).ok_or_else(unknown)?;
    let cases = call.cases()?;
    let found = open311_request(call.app.db(), &cases, &known.ctx, &eyes, case).await;
    let row = found
        .map_err(|problem| call.refused(problem))?
        .filter(|row| row.whole)
        .ok_or_else(unknown)?;
    let stored = open311_file(call.app.db(), row.community, row.id, file).await;
    let (sha256, kind) = stored
        .map_err(|problem| call.refused(problem))?
        .ok_or_else(unknown)?;
    // Documents are for download through the pages; here are pictures only.
    if !kind.starts_with("image/") {
        return Err(unknown());
    }
    let store = call
        .app
        .need::<FileStore>()
        .map_err(|problem| call.refused(problem))?;
    let opened = store
        .open_file(&sha256)
        .await
        .map_err(|fault| call.words().file(&fault))?;
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_LENGTH, opened.bytes.to_string()),
    ];
    Ok((headers, Body::from_stream(opened.stream)).into_response())
}
