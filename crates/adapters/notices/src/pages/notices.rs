//! The list of one's own notices. Opening one marks it as read and leads to what it is about.

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use youlin_kernel::PageRequest;
use youlin_web::{ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page, part};

use crate::commands::{MarkAllRead, MarkRead};
use crate::permissions::NOTICES_READ;
use crate::queries::{self, NoticeView};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Anything: only unread ones.
    unread: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "notices_list.html")]
struct ListPage {
    s: Shell,
    notices: Vec<NoticeView>,
    unread: u64,
    unread_only: bool,
    next: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> WebResult<Response> {
    let scope = ctx.scope(&NOTICES_READ)?;
    let db = app.db().read();
    let unread_only = wanted.unread.is_some();
    let request = PageRequest {
        cursor: wanted.cursor,
        limit: None,
    };
    let found = queries::notices(db, &ctx, &scope, unread_only, &request).await?;
    let notices = found
        .items
        .into_iter()
        .map(|notice| notice.worded(app.i18n(), &ctx))
        .collect();
    page(&ListPage {
        notices,
        unread: queries::unread(db, &ctx, &scope).await?,
        unread_only,
        next: found.next,
        s: Shell::new(&app, &ctx, prefs, NavPlace::Today, "/notices"),
    })
}

#[derive(Template)]
#[template(path = "notices_badge.html")]
struct Badge {
    s: Shell,
    unread: u64,
}

/// The count beside the bell, for any page to fetch.
pub(super) async fn badge(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let scope = ctx.scope(&NOTICES_READ)?;
    part(&Badge {
        unread: queries::unread(app.db().read(), &ctx, &scope).await?,
        s: Shell::new(&app, &ctx, prefs, NavPlace::None, ""),
    })
}

pub(super) async fn read_all(State(app): State<App>, Caller(ctx): Caller) -> WebResult<Redirect> {
    app.db().execute(&ctx, MarkAllRead).await?;
    Ok(Redirect::to("/notices"))
}

pub(super) async fn read_one(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Redirect> {
    let notice = app.db().execute(&ctx, MarkRead { id }).await?;
    // Paths are made by this program; the check keeps a slip from leading off the site.
    let inside = notice.path.starts_with('/') && !notice.path.starts_with("//");
    Ok(Redirect::to(if inside { &notice.path } else { "/notices" }))
}
