//! Files over the counter: one that is handed in with a form, and one that is handed out to be saved.
//!
//! Both are written once here, because the details are easy to get wrong: a Chinese file name needs the form of RFC 5987
//! (`filename*`) beside a plain one, and personal data must not stay in a cache.

use std::collections::HashMap;
use std::fmt::Write;

use axum::body::Body;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use youlin_kernel::{Problem, ProblemKind, Result};

/// Media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Media type of values separated by commas.
pub const CSV: &str = "text/csv; charset=utf-8";
/// Media type of a JSON document.
pub const JSON: &str = "application/json";

/// A file's name without its ending.
#[must_use]
pub fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _ending)| stem)
}

/// An answer that is a file to save: under that name, of that media type, kept by no cache, its type never guessed.
#[must_use]
pub fn save_as(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = body.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// RFC 6266: a plain name for programs that know no other, and the real one.
fn disposition(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let plain: String = name
        .chars()
        .map(|c| if harmless(c) { c } else { '_' })
        .collect();
    if plain == name {
        return format!("attachment; filename=\"{plain}\"");
    }
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if harmless(char::from(byte)) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// A form with a file that is still to be read, see [`read_handed_in`].
#[derive(Debug)]
pub struct Uploaded(Multipart);

impl<S: Send + Sync> FromRequest<S> for Uploaded {
    type Rejection = MultipartRejection;

    async fn from_request(
        request: Request,
        state: &S,
    ) -> std::result::Result<Self, MultipartRejection> {
        // The reader of the parts takes all there is before it looks for a part: of a file that is too large it would meet the
        // limit first, and what was typed before the file would be lost. So it gets one piece at a time.
        let request = request.map(|body| {
            let pieces = body.into_data_stream().enumerate();
            Body::from_stream(pieces.then(|(at, piece)| async move {
                // Not before the first: a reader that waited for the boundary and then has all at once takes it for cut off.
                if at > 0 {
                    tokio::task::yield_now().await;
                }
                piece
            }))
        });
        Multipart::from_request(request, state).await.map(Self)
    }
}

/// A form with one file, as a browser sends it. Its other fields are texts; the last of a name counts.
#[derive(Clone, Debug, Default)]
pub struct HandedIn {
    texts: HashMap<String, String>,
    /// As the sender's machine calls it; empty where none was chosen.
    pub file_name: String,
    pub file: Vec<u8>,
}

impl HandedIn {
    /// What was typed in a field.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// Takes what was typed in a field.
    pub fn take(&mut self, name: &str) -> String {
        self.texts.remove(name).unwrap_or_default()
    }
}

/// Reads a form whose field `file` is a file. What was read before a fault stays in `form`, so that a refusal can show it.
///
/// # Errors
/// 413 when it is larger than the route takes (`file-too-large`, with `megabytes`), 400 for what is no such form or no text.
pub async fn read_handed_in(
    Uploaded(mut multipart): Uploaded,
    megabytes: usize,
    form: &mut HandedIn,
) -> Result<()> {
    let broken = |error: MultipartError| broken(&error, megabytes);
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            field
                .file_name()
                .unwrap_or_default()
                .clone_into(&mut form.file_name);
            form.file = Vec::from(field.bytes().await.map_err(broken)?);
            continue;
        }
        let bytes = Vec::from(field.bytes().await.map_err(broken)?);
        form.texts.insert(name, text(bytes)?);
    }
    Ok(())
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "not-utf8")
            .arg("position", error.utf8_error().valid_up_to())
    })
}

fn broken(error: &MultipartError, megabytes: usize) -> Problem {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file-too-large").arg("megabytes", megabytes),
        _ => Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Reads a form of a text and a file of that size, sent in pieces.
    async fn handed(file: usize, piece: usize) -> (HandedIn, Result<()>) {
        let mut body = b"--x\r\nContent-Disposition: form-data; name=\"who\"\r\n\r\n\xe8\xa1\x97\xe9\x81\x93\r\n\
            --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n"
            .to_vec();
        body.resize(body.len() + file, 7);
        body.extend(b"\r\n--x--\r\n");
        let pieces = body
            .chunks(piece)
            .map(|one| Ok::<_, std::io::Error>(one.to_vec()));
        let pieces: Vec<_> = pieces.collect();
        let request = Request::post("/")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from_stream(futures::stream::iter(pieces)))
            .unwrap();
        let upload = Uploaded::from_request(request, &()).await.unwrap();
        let mut form = HandedIn::default();
        let read = read_handed_in(upload, 2, &mut form).await;
        (form, read)
    }

    #[tokio::test]
    async fn what_was_typed_before_a_file_that_is_too_large_is_read() {
        for piece in [7, 100, 16_384, 1 << 22] {
            let (form, read) = handed(100_000, piece).await;
            assert!(read.is_ok(), "{piece}: {read:?}");
            assert_eq!((form.text("who"), form.file.len()), ("街道", 100_000));
        }
        // More than axum takes where no route says otherwise.
        let (form, read) = handed(3 << 20, 16_384).await;
        assert_eq!(read.unwrap_err().kind(), ProblemKind::TooLarge);
        assert_eq!(form.text("who"), "街道");
    }

    #[test]
    fn a_chinese_name_survives_and_nothing_in_it_is_a_header() {
        assert_eq!(disposition("a-1.csv"), "attachment; filename=\"a-1.csv\"");
        assert_eq!(
            disposition("第37号 \"表\".xlsx"),
            "attachment; filename=\"_37_____.xlsx\"; \
             filename*=UTF-8''%E7%AC%AC37%E5%8F%B7%20%22%E8%A1%A8%22.xlsx"
        );
        let bad = disposition("a\r\nSet-Cookie: b=c");
        assert!(bad.bytes().all(|byte| byte >= b' '), "{bad}");
    }

    #[test]
    fn a_file_to_save_is_kept_by_no_cache() {
        let response = save_as("a.json", JSON, "{}");
        let header = |name| response.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(header(header::CACHE_CONTROL), "no-store");
        assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(header(header::CONTENT_TYPE), JSON);
    }
}
