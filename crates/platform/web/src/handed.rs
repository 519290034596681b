//! Files over the counter: one that is handed in with a form, and one that is handed out to be saved.
//!
//! Both are written once here, because the details are easy to get wrong: a Chinese file name needs the form of RFC 5987
//! (`filename*`) beside a plain one, and personal data must not stay in a cache.

use std::collections::HashMap;
use std::fmt::Write;

use axum::body::Body;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
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
    mut multipart: Multipart,
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
