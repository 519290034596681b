//! Reading a form that may carry photographs. Fields and files come in whatever order; files go piece by piece into the
//! file store and never stand in memory whole. A file that is refused does not cost what was typed: the rest of the form
//! is still read, so that it can be shown again.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use http_body_util::{BodyExt, Limited};
use youlin_files::{FileFault, FileStore, StoredFile};
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::App;

/// Photographs of one report.
pub(in crate::pages) const MAX_FILES: usize = 4;
/// One text field, in bytes; the commands have tighter limits of their own in characters.
const MAX_FIELD: usize = 64 * 1024;
const MAX_FIELDS: usize = 600;
/// Everything of a form besides its files.
const SLACK: usize = 512 * 1024;

/// A form as it was read.
#[derive(Debug, Default)]
pub struct Upload {
    fields: BTreeMap<String, Vec<String>>,
    pub files: Vec<StoredFile>,
    /// The first thing that was wrong with a file.
    pub fault: Option<Problem>,
}

impl Upload {
    /// A field's text without blanks around it; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(|all| all.first())
            .map_or("", |text| text.trim())
    }

    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    #[must_use]
    pub fn starting_with(&self, prefix: &str) -> BTreeMap<String, Vec<String>> {
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

    fn put(&mut self, name: String, text: String) {
        self.fields.entry(name).or_default().push(text);
    }
}

/// Reads the form of a request.
///
/// # Errors
/// 400 for what is no form, 413 when it is larger than any form may be, 503 when the store cannot take files now. What
/// is wrong with a single file stands in [`Upload::fault`].
pub async fn read(app: &App, request: Request) -> Result<Upload> {
    let most = app
        .config()
        .max_upload
        .saturating_mul(MAX_FILES + 1)
        .saturating_add(SLACK);
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
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
    let mut seen = 0;
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        seen += 1;
        if seen > MAX_FIELDS {
            return Err(Problem::new(ProblemKind::TooLarge, "body-too-large"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            // An empty file input is sent as a part without a name.
            Some(file) if file.is_empty() => {}
            Some(file) => take(&store, &mut upload, field, &file).await?,
            None => {
                let text = text(field).await?;
                upload.put(name, text);
            }
        }
    }
    Ok(upload)
}

async fn take(store: &FileStore, upload: &mut Upload, field: Field<'_>, name: &str) -> Result<()> {
    if upload.files.len() >= MAX_FILES {
        let problem = Problem::invalid("photo", "too-many-files").field_arg("max", MAX_FILES);
        upload.fault.get_or_insert(problem);
        return Ok(());
    }
    match store.put_stream(field, Some(name)).await {
        Ok(stored) => upload.files.push(stored),
        Err(fault) => {
            let problem = file_problem(&fault, name);
            if !fault.is_senders() || matches!(fault, FileFault::Interrupted(_)) {
                return Err(problem);
            }
            upload.fault.get_or_insert(problem);
        }
    }
    Ok(())
}

/// What is wrong with a file, as a problem at the field `photo`.
pub fn file_problem(fault: &FileFault, name: &str) -> Problem {
    let kind = match fault {
        FileFault::TooLarge { .. } | FileFault::TooManyPixels { .. } => ProblemKind::TooLarge,
        FileFault::TypeNotAllowed { .. } => ProblemKind::UnsupportedType,
        FileFault::NotFound => ProblemKind::NotFound,
        FileFault::Interrupted(cause) => {
            return Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(cause);
        }
        FileFault::StorageFull | FileFault::Storage(_) => {
            return Problem::new(ProblemKind::Unavailable, "files-unavailable")
                .caused_by(format!("{fault:?}"));
        }
        _ => ProblemKind::Invalid,
    };
    let code = match fault {
        FileFault::TooLarge { .. } => "file-too-large",
        FileFault::TooManyPixels { .. } => "file-too-many-pixels",
        FileFault::UnreadableImage => "file-unreadable-image",
        FileFault::TypeNotAllowed {
            found: "image/heic" | "image/avif",
        } => "file-heic",
        FileFault::TypeNotAllowed { .. } => "file-type-not-allowed",
        FileFault::NotFound => return Problem::not_found(),
        _ => "file-empty",
    };
    let short: String = name.chars().take(60).collect();
    let problem = Problem::new(kind, "invalid")
        .and_field("photo", code)
        .field_arg("name", short);
    match fault {
        FileFault::TooLarge { limit } => problem.field_arg("max", limit / (1024 * 1024)),
        FileFault::TooManyPixels { width, height, .. } => problem
            .field_arg("width", width)
            .field_arg("height", height),
        FileFault::TypeNotAllowed { found } => problem.field_arg("found", found),
        _ => problem,
    }
}

async fn text(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > MAX_FIELD {
            return Err(Problem::new(ProblemKind::TooLarge, "body-too-large"));
        }
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

/// A form without files, as a browser without script or a program may send it.
async fn plain(request: Request) -> Result<Upload> {
    let body = Limited::new(request.into_body(), SLACK)
        .collect()
        .await
        .map_err(|_too_large| Problem::new(ProblemKind::TooLarge, "body-too-large"))?
        .to_bytes();
    let body = utf8(body.to_vec())?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&body).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
    })?;
    let mut upload = Upload::default();
    for (name, text) in pairs.into_iter().take(MAX_FIELDS) {
        upload.put(name, text.replace("\r\n", "\n"));
    }
    Ok(upload)
}

fn broken(error: &MultipartError) -> Problem {
    if error.status().as_u16() == 413 {
        return Problem::new(ProblemKind::TooLarge, "upload-too-large");
    }
    Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error)
}

/// Texts of an administrator's form; a file chosen there is a text too.
const MAX_TEXTS: usize = 2 * 1024 * 1024;

/// Fields and small text files together, for administration pages.
#[derive(Debug, Default)]
pub(in crate::pages) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(in crate::pages) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// The chosen file, else what was pasted.
    pub(in crate::pages) fn text_or_file(&self, text: &str, file: &str) -> String {
        let chosen = self.text(file);
        if chosen.is_empty() {
            self.text(text).to_owned()
        } else {
            chosen.to_owned()
        }
    }
}

/// Reads a multipart form whose parts are all texts, two megabytes in all.
///
/// # Errors
/// 400 for what is no such form, 413 when it is larger.
pub(in crate::pages) async fn read_texts(request: Request) -> Result<Texts> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::new(Limited::new(body, MAX_TEXTS)));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
        })?;
    let mut texts = Texts::default();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| broken(&error))?;
        texts.0.insert(name, utf8(bytes.to_vec())?);
    }
    Ok(texts)
}
