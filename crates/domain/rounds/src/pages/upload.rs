//! Reading a form with many questions and files, each under its name. Files go piece by piece into the store; one that is
//! refused costs nothing that was typed.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use http_body_util::{BodyExt, Limited};
use youlin_cases::upload::file_problem;
use youlin_files::{FileFault, FileStore, StoredFile};
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::App;

/// Files of one form.
const MAX_FILES: usize = 20;
/// Everything of a form besides its files, in bytes.
const TEXTS: usize = 4 * 1024 * 1024;
const MAX_FIELDS: usize = 60_000;

/// A form as it was read.
#[derive(Debug, Default)]
pub(super) struct Upload {
    fields: BTreeMap<String, Vec<String>>,
    /// By the name of their field.
    pub(super) files: Vec<(String, StoredFile)>,
    /// What was wrong with files, each with its field.
    pub(super) faults: Vec<(String, Problem)>,
}

impl Upload {
    /// A field's text without blanks around it; empty when it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        let all = self.fields.get(name);
        all.and_then(|all| all.first())
            .map_or("", |text| text.trim())
    }

    pub(super) fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// What was typed in fields that begin so, by the rest of their names; empty ones are left out.
    pub(super) fn starting_with(&self, prefix: &str) -> BTreeMap<String, Vec<String>> {
        let own = self.fields.iter().filter_map(|(name, values)| {
            let values: Vec<String> = values
                .iter()
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .collect();
            Some((name.strip_prefix(prefix)?.to_owned(), values))
        });
        own.filter(|(_, values)| !values.is_empty()).collect()
    }
}

/// Reads the form of a request.
///
/// # Errors
/// 400 for what is no form, 413 when it is larger than any may be, 503 when the store cannot take files now.
pub(super) async fn read(app: &App, request: Request) -> Result<Upload> {
    let most = app
        .config()
        .max_upload
        .saturating_mul(MAX_FILES)
        .saturating_add(TEXTS);
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return plain(request).await;
    }
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::new(Limited::new(body, most)));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
        })?;
    let store = app.need::<FileStore>()?;
    let mut upload = Upload::default();
    let (mut seen, mut room) = (0, TEXTS);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        seen += 1;
        if seen > MAX_FIELDS {
            return Err(Problem::new(ProblemKind::TooLarge, "body-too-large"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            // An empty file input is sent as a part without a name.
            Some(file) if file.is_empty() => {}
            Some(file) => take(&store, &mut upload, field, name, &file).await?,
            None => {
                let text = text(field, &mut room).await?;
                upload.fields.entry(name).or_default().push(text);
            }
        }
    }
    Ok(upload)
}

async fn take(
    store: &FileStore,
    upload: &mut Upload,
    field: Field<'_>,
    name: String,
    file: &str,
) -> Result<()> {
    if upload.files.len() >= MAX_FILES {
        let problem = Problem::invalid("photo", "too-many-files").field_arg("max", MAX_FILES);
        upload.faults.push((name, problem));
        return Ok(());
    }
    match store.put_stream(field, Some(file)).await {
        Ok(stored) => upload.files.push((name, stored)),
        Err(fault) => {
            let problem = file_problem(&fault, file);
            if !fault.is_senders() || matches!(fault, FileFault::Interrupted(_)) {
                return Err(problem);
            }
            upload.faults.push((name, problem));
        }
    }
    Ok(())
}

async fn text(mut field: Field<'_>, room: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        *room = room
            .checked_sub(chunk.len())
            .ok_or_else(|| Problem::new(ProblemKind::TooLarge, "body-too-large"))?;
        bytes.extend_from_slice(&chunk);
    }
    utf8(bytes)
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    // Browsers send line ends as CR LF; one newline is one character here.
    String::from_utf8(bytes)
        .map(|text| text.replace("\r\n", "\n"))
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "not-utf8")
                .arg("position", error.utf8_error().valid_up_to())
        })
}

/// A form without files.
async fn plain(request: Request) -> Result<Upload> {
    let body = Limited::new(request.into_body(), TEXTS)
        .collect()
        .await
        .map_err(|_too_large| Problem::new(ProblemKind::TooLarge, "body-too-large"))?
        .to_bytes();
    let body = utf8(body.to_vec())?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&body).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
    })?;
    if pairs.len() > MAX_FIELDS {
        return Err(Problem::new(ProblemKind::TooLarge, "body-too-large"));
    }
    let mut upload = Upload::default();
    for (name, text) in pairs {
        let text = text.replace("\r\n", "\n");
        upload.fields.entry(name).or_default().push(text);
    }
    Ok(upload)
}

fn broken(error: &MultipartError) -> Problem {
    if error.status().as_u16() == 413 {
        return Problem::new(ProblemKind::TooLarge, "upload-too-large");
    }
    Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error)
}
