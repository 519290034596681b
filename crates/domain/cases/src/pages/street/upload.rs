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
    parts: Parts,
    pub files: Vec<StoredFile>,
    /// The first thing that was wrong with a file.
    pub fault: Option<Problem>,
}

impl Upload {
    /// See [`Parts::text`].
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.parts.text(name)
    }

    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.parts.all(name)
    }

    /// See [`Parts::starting_with`].
    #[must_use]
    pub fn starting_with(&self, prefix: &str) -> BTreeMap<String, Vec<String>> {
        self.parts.starting_with(prefix)
    }
}

impl From<Parts> for Upload {
    fn from(mut parts: Parts) -> Self {
        let files = std::mem::take(&mut parts.files).into_iter();
        let faults = std::mem::take(&mut parts.faults).into_iter();
        Self {
            files: files.map(|(_, file)| file).collect(),
            fault: faults.map(|(_, problem)| problem).next(),
            parts,
        }
    }
}

/// Reads the form of a request.
///
/// # Errors
/// 400 for what is no form, 413 when it is larger or has more fields than any form may, 503 when the store cannot take files now. What
/// is wrong with a single file stands in [`Upload::fault`].
pub async fn read(app: &App, request: Request) -> Result<Upload> {
    read_of(app, request, &[]).await
}

/// The same where the files are evidence: what is no picture is a fault of its field and proves nothing.
///
/// # Errors
/// As [`read`].
pub async fn read_pictures(app: &App, request: Request) -> Result<Upload> {
    read_of(app, request, &["photo"]).await
}

async fn read_of(app: &App, request: Request, pictures: &'static [&'static str]) -> Result<Upload> {
    if !is_multipart(&request) {
        // As a browser without script or a program may send it.
        let pairs = pairs(request, SLACK).await?;
        return Ok(Parts::of(no_more_than(pairs, MAX_FIELDS)?).into());
    }
    let limits = Limits {
        files: MAX_FILES,
        pictures,
        body: app
            .config()
            .max_upload
            .saturating_mul(MAX_FILES + 1)
            .saturating_add(SLACK),
        text: MAX_FIELD,
        texts: usize::MAX,
        fields: MAX_FIELDS,
    };
    Ok(read_parts(app, request, &limits).await?.into())
}

/// Fields and files of a form, each under its name.
#[derive(Debug, Default)]
pub struct Parts {
    fields: BTreeMap<String, Vec<String>>,
    /// By the name of their field.
    pub files: Vec<(String, StoredFile)>,
    /// What was wrong with files, each with its field.
    pub faults: Vec<(String, Problem)>,
}

impl Parts {
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut parts = Self::default();
        for (name, text) in pairs {
            parts.put(name, text);
        }
        parts
    }

    /// A field's text without blanks around it; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.all(name).first().map_or("", |text| text.trim())
    }

    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// What was typed in fields that begin so, by the rest of their names; empty ones are left out.
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

/// How much of a form is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files that are taken; a further one is a fault of its field.
    pub files: usize,
    /// Fields whose files must be pictures; one that ends with `_` stands for all that begin so.
    pub pictures: &'static [&'static str],
    /// Bytes of the whole request.
    pub body: usize,
    /// Bytes of one text.
    pub text: usize,
    /// Bytes of all texts together.
    pub texts: usize,
    pub fields: usize,
}

#[must_use]
pub fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// Reads a form that may carry files ([`is_multipart`]).
///
/// # Errors
/// As [`read`]; what is wrong with a single file stands in [`Parts::faults`].
pub async fn read_parts(app: &App, request: Request, limits: &Limits) -> Result<Parts> {
    let mut form = multipart(request, limits.body).await?;
    let store = app.need::<FileStore>()?;
    let mut read = Parts::default();
    let (mut seen, mut room) = (0, limits.texts);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        seen += 1;
        if seen > limits.fields {
            return Err(too_many_fields(limits.fields));
        }
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            // An empty file input is sent as a part without a name.
            Some(file) if file.is_empty() => {}
            Some(_) if read.files.len() >= limits.files => {
                let problem =
                    Problem::invalid("photo", "too-many-files").field_arg("max", limits.files);
                read.faults.push((name, problem));
            }
            Some(file) => {
                let picture = limits.pictures.iter().any(|one| is_field(&name, one));
                take(&store, &mut read, field, (name, picture), &file).await?;
            }
            None => {
                let text = text(field, limits.text, &mut room).await?;
                read.put(name, text);
            }
        }
    }
    Ok(read)
}

/// Whether a field is called so, or begins so where others of its kind follow.
fn is_field(name: &str, kind: &str) -> bool {
    if kind.ends_with('_') {
        name.starts_with(kind)
    } else {
        name == kind
    }
}

/// The fields themselves, if there are no more than that: a form cut short would be kept half.
///
/// # Errors
/// 413 that names the limit.
pub fn no_more_than(pairs: Vec<(String, String)>, most: usize) -> Result<Vec<(String, String)>> {
    if pairs.len() > most {
        return Err(too_many_fields(most));
    }
    Ok(pairs)
}

fn too_many_fields(most: usize) -> Problem {
    Problem::new(ProblemKind::TooLarge, "form-too-many-fields").arg("max", most)
}

async fn multipart(request: Request, most: usize) -> Result<Multipart> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::new(Limited::new(body, most)));
    Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error))
}

async fn take(
    store: &FileStore,
    read: &mut Parts,
    field: Field<'_>,
    (name, picture): (String, bool),
    file: &str,
) -> Result<()> {
    match store.put_stream(field, Some(file)).await {
        // Nothing refers to it: the sweep takes it away.
        Ok(stored) if picture && !stored.content_type.inline() => {
            let problem = Problem::new(ProblemKind::UnsupportedType, "invalid")
                .and_field("photo", "file-not-a-picture")
                .field_arg("name", short(file));
            read.faults.push((name, problem));
        }
        Ok(stored) => read.files.push((name, stored)),
        Err(fault) => {
            let problem = file_problem(&fault, file);
            if !fault.is_senders() || matches!(fault, FileFault::Interrupted(_)) {
                return Err(problem);
            }
            read.faults.push((name, problem));
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
    let problem = Problem::new(kind, "invalid")
        .and_field("photo", code)
        .field_arg("name", short(name));
    match fault {
        FileFault::TooLarge { limit } => problem.field_arg("max", limit / (1024 * 1024)),
        FileFault::TooManyPixels { width, height, .. } => problem
            .field_arg("width", width)
            .field_arg("height", height),
        FileFault::TypeNotAllowed { found } => problem.field_arg("found", found),
        _ => problem,
    }
}

fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

async fn text(mut field: Field<'_>, most: usize, room: &mut usize) -> Result<String> {
    let too_large = || Problem::new(ProblemKind::TooLarge, "body-too-large");
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        *room = room.checked_sub(chunk.len()).ok_or_else(too_large)?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large());
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

/// The fields of a form without files, in their order.
///
/// # Errors
/// 400 for what is no form, 413 when it is larger than `most` bytes.
pub async fn pairs(request: Request, most: usize) -> Result<Vec<(String, String)>> {
    let body = Limited::new(request.into_body(), most)
        .collect()
        .await
        .map_err(|_too_large| Problem::new(ProblemKind::TooLarge, "body-too-large"))?
        .to_bytes();
    let body = utf8(body.to_vec())?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&body).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
    })?;
    let plain = |(name, text): (String, String)| (name, text.replace("\r\n", "\n"));
    Ok(pairs.into_iter().map(plain).collect())
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
    let mut form = multipart(request, MAX_TEXTS).await?;
    let mut texts = Texts::default();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| broken(&error))?;
        texts.0.insert(name, utf8(bytes.to_vec())?);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_plain_form_with_too_many_fields_is_refused_whole() {
        let form = |count: usize| -> String {
            let fields: Vec<String> = (0..count).map(|n| format!("f{n}=%E5%A5%BD")).collect();
            fields.join("&")
        };
        let read = async |count: usize| {
            let request = Request::new(Body::from(form(count)));
            no_more_than(pairs(request, SLACK).await.unwrap(), MAX_FIELDS)
        };
        assert_eq!(read(MAX_FIELDS).await.unwrap().len(), MAX_FIELDS);
        let refused = read(MAX_FIELDS + 1).await.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ProblemKind::TooLarge, "form-too-many-fields")
        );
    }
}
