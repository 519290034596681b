//! Giving files out, and taking those of workers in. What a browser may not draw safely it downloads; nothing is kept in
//! shared caches.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use uuid::Uuid;
use youlin_files::FileStore;
use youlin_kernel::{Access, Problem, ProblemKind};
use youlin_web::{ApiQuery, App, Caller, Method, PathId, Routes, WebResult};

use super::street::upload::{self, file_problem};
use crate::AttachFile;
use crate::model::Status;
use crate::permissions::{CASES_REPORT, CASES_VERIFY};
use crate::queries::{FileAt, case, file_of, visible, visible_whole};
use crate::service::Cases;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/cases/{case}/files/{file}", Access::SignedIn, show)
        .route(
            Method::Post,
            "/cases/{id}/files",
            Access::SignedIn,
            post(add).layer(DefaultBodyLimit::disable()),
        )
}

/// `?thumb=1`: the small form.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Size {
    #[serde(default)]
    thumb: Option<String>,
}

/// `GET /cases/{case}/files/{file}`.
async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path((id, file)): Path<(Uuid, Uuid)>,
    ApiQuery(size): ApiQuery<Size>,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let (community, id) = visible_whole(app.db(), &cases, &ctx, id).await?;
    let file = file_of(app.db(), community, id, file).await?;
    give(&app, &file, &size).await
}

/// Streams a file of a case that the caller may see.
pub(super) async fn give(app: &App, file: &FileAt, size: &Size) -> WebResult<Response> {
    let small = size.thumb.as_ref().and(file.thumbnail.as_deref());
    hand_out(app, small.unwrap_or(&file.sha256), &file.name).await
}

/// Streams a stored file; the caller answers for who may see it.
///
/// # Errors
/// 404 when the store does not have it, 503 when the store does not answer.
pub async fn hand_out(app: &App, sha256: &str, name: &str) -> WebResult<Response> {
    let store = app.need::<FileStore>()?;
    let opened = store
        .open_file(sha256)
        .await
        .map_err(|fault| file_problem(&fault, name))?;
    let kind = if opened.content_type.inline() {
        "inline"
    } else {
        "attachment"
    };
    let mut response = Body::from_stream(opened.stream).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(opened.content_type.mime()),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(opened.bytes));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Named by its content, so it never changes; personal, so only this browser may keep it.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600"),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition(kind, name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// RFC 6266 with the name in RFC 5987 form, so that Chinese names survive.
fn disposition(kind: &str, name: &str) -> String {
    if name.is_empty() {
        return kind.to_owned();
    }
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{kind}; filename*=UTF-8''{encoded}")
}

/// `POST /cases/{id}/files`: photographs of the work (`stage=handling`) or of its check (`stage=verification`).
async fn add(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let (community, id) = visible(app.db(), &ctx, id).await?;
    let view = case(app.db(), &cases, &ctx, id).await?;
    let may =
        view.tasks.iter().any(|task| task.mine) || ctx.may(&CASES_REPORT) || ctx.may(&CASES_VERIFY);
    if !may {
        return Err(Problem::forbidden().into());
    }
    if matches!(view.row.status, Status::Cancelled | Status::Merged) {
        return Err(Problem::new(ProblemKind::Conflict, "files-case-ended").into());
    }
    let upload = upload::read(&app, request).await?;
    let stage = match upload.text("stage") {
        "verification" => "verification",
        _ => "handling",
    };
    if let Some(fault) = upload.fault {
        return Err(fault.into());
    }
    if upload.files.is_empty() {
        return Err(Problem::invalid("photo", "required").into());
    }
    let next = own_path(upload.text("next")).map_or_else(|| format!("/cases/{id}"), str::to_owned);
    for file in upload.files {
        let attach = AttachFile {
            community,
            case: id,
            file,
            stage,
            locate: false,
        };
        app.db().execute(&ctx, attach).await?;
    }
    Ok(Redirect::to(&next).into_response())
}

/// A page of ours to go back to.
fn own_path(next: &str) -> Option<&str> {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() < 300
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    own.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::{disposition, own_path};

    #[test]
    fn names_are_safe_in_headers() {
        assert_eq!(disposition("inline", ""), "inline");
        assert_eq!(
            disposition("attachment", "a b\".pdf"),
            "attachment; filename*=UTF-8''a%20b%22.pdf"
        );
        assert_eq!(
            disposition("inline", "楼"),
            "inline; filename*=UTF-8''%E6%A5%BC"
        );
    }

    #[test]
    fn only_own_paths_are_followed() {
        assert_eq!(own_path("/tasks/1"), Some("/tasks/1"));
        for foreign in [
            "//x.example",
            "/\\x.example",
            "https://x.example",
            "",
            "/a\nb",
        ] {
            assert_eq!(own_path(foreign), None, "{foreign:?}");
        }
    }
}
