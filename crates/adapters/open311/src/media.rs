//! The photograph of a request, for keys that see the request whole.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use youlin_cases::{file_of, open311_request};
use youlin_files::FileStore;
use youlin_kernel::ProblemKind;

use crate::call::{Call, Named, Outcome};
use crate::params;

pub(crate) async fn photograph(
    call: Call,
    Named((case, file)): Named<(String, String)>,
) -> Response {
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
    let stored = file_of(call.app.db(), row.community, row.id, file).await;
    let stored = stored.map_err(|problem| match problem.kind() {
        ProblemKind::NotFound => unknown(),
        _ => call.refused(problem),
    })?;
    let store = call
        .app
        .need::<FileStore>()
        .map_err(|problem| call.refused(problem))?;
    let opened = store
        .open_file(&stored.sha256)
        .await
        .map_err(|fault| call.words().file(&fault))?;
    // Documents are for download through the pages; here are pictures only.
    if !opened.content_type.inline() {
        return Err(unknown());
    }
    let headers = [
        (CONTENT_TYPE, opened.content_type.mime().to_owned()),
        (CONTENT_LENGTH, opened.bytes.to_string()),
    ];
    Ok((headers, Body::from_stream(opened.stream)).into_response())
}
