//! Answers as the standard writes them: XML, with its headers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;

/// All of one request. Files are limited each by the file store.
pub(crate) const MOST_BODY: usize = 64 * 1024 * 1024;
/// [`MOST_BODY`] as clients are told.
const MOST_BODY_TEXT: &str = "67108864";

/// A sentence for whoever holds the phone. `nature` is for programs.
pub(crate) fn message(status: StatusCode, nature: &str, text: &str, more: &str) -> Response {
    let body = format!(
        "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\"><message nature=\"{nature}\">{}</message>{more}\
         </OpenRosaResponse>",
        escape(text)
    );
    answer(status, body)
}

/// An XML answer.
pub(crate) fn answer(status: StatusCode, body: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    with_headers((status, kind, body).into_response())
}

/// Adds what every answer carries; its date is the server's affair.
pub(crate) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-openrosa-version", HeaderValue::from_static("1.0"));
    headers.insert(
        "x-openrosa-accept-content-length",
        HeaderValue::from_static(MOST_BODY_TEXT),
    );
    response
}
