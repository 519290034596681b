//! REST: one's own notices.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use youlin_kernel::{Access, Page, PageRequest};
use youlin_web::{ApiQuery, App, Caller, PathId, Routes, WebResult};

use crate::commands::MarkRead;
use crate::permissions::NOTICES_READ;
use crate::queries::{self, NoticeView};

/// One page of notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeList {
    /// How many are unread in all; counting stops at 100.
    unread: u64,
    #[serde(flatten)]
    page: Page<NoticeView>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    unread: bool,
    cursor: Option<String>,
    limit: Option<u64>,
}

impl Wanted {
    fn page(&self) -> PageRequest {
        PageRequest {
            cursor: self.cursor.clone(),
            limit: self.limit,
        }
    }
}

/// The caller's notices, the newest first.
#[utoipa::path(
    get, path = "/api/v1/notices", operation_id = "listNotices", tag = "notices",
    params(
        ("unread" = Option<bool>, Query, description = "Only those not read yet"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "50 unless said"),
    ),
    responses(
        (status = 200, description = "A page of notices", body = NoticeList),
        (status = 400, description = "The query cannot be read", content_type = "application/problem+json"),
        (status = 401, description = "Sign in first", content_type = "application/problem+json"),
        (status = 403, description = "Not allowed", content_type = "application/problem+json"),
        (status = 422, description = "A cursor that is none", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "Try again shortly", content_type = "application/problem+json"),
    )
)]
async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> WebResult<Json<NoticeList>> {
    let scope = ctx.scope(&NOTICES_READ)?;
    let db = app.db().read();
    let page = queries::notices(db, &ctx, &scope, wanted.unread, &wanted.page()).await?;
    let page = Page {
        items: page
            .items
            .into_iter()
            .map(|notice| notice.worded(app.i18n(), &ctx))
            .collect(),
        next: page.next,
    };
    let unread = queries::unread(db, &ctx, &scope).await?;
    Ok(Json(NoticeList { unread, page }))
}

/// Marks a notice as read. Doing it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/read", operation_id = "markNoticeRead", tag = "notices",
    params(("id" = uuid::Uuid, Path, description = "The notice")),
    responses(
        (status = 200, description = "The notice as it is now", body = NoticeView),
        (status = 401, description = "Sign in first", content_type = "application/problem+json"),
        (status = 403, description = "Not allowed", content_type = "application/problem+json"),
        (status = 404, description = "No such notice of the caller", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "Try again shortly", content_type = "application/problem+json"),
    )
)]
async fn mark_read(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<NoticeView>> {
    let notice = app.db().execute(&ctx, MarkRead { id }).await?;
    Ok(Json(notice.worded(app.i18n(), &ctx)))
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(Access::Needs(&NOTICES_READ), routes!(list))
        .api(Access::Needs(&NOTICES_READ), routes!(mark_read))
}
