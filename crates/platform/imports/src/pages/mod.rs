//! `/imports`: a file is given, judged, accepted, and taken in behind a bar that is still there after a reload.

mod doubts;
mod give;
mod sheet;
mod show;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use uuid::Uuid;
use youlin_kernel::{Access, Ctx, Result};
use youlin_web::{
    App, FormFaults, Method, NavItem, NavPlace, Prefs, Routes, Shell, WebResult, mendable, page,
    refused_with,
};

use crate::permissions::IMPORTS_GIVE;
use crate::{Columns, FILE_MAX};

/// Fields besides the file.
const SLACK: usize = 64 * 1024;

/// The door of this module.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Settings,
    href: "/imports",
    label: "nav-imports",
    icon: "upload",
    access: Access::Needs(&IMPORTS_GIVE),
    phone: false,
}];

pub(crate) fn routes() -> Routes {
    let give = Access::Needs(&IMPORTS_GIVE);
    let upload = post(give::start).layer(DefaultBodyLimit::max(FILE_MAX + SLACK));
    Routes::new()
        .get("/imports", give, give::form)
        .route(Method::Post, "/imports", give, upload)
        .get("/imports/{id}", give, show::show)
        .get("/imports/{id}/progress", give, show::bar)
        .post("/imports/{id}/accept", give, show::accept)
        .post("/imports/{id}/drop", give, show::give_up)
        .merge(sheet::routes())
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/imports")
}

/// The import's page again, after something was asked of it.
async fn after(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    outcome: Result<()>,
) -> WebResult<Response> {
    after_with(app, ctx, prefs, id, outcome, |_columns| {}).await
}

/// The same; where it was refused, the columns are shown as they were `chosen`.
async fn after_with(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    outcome: Result<()>,
    chosen: impl FnOnce(&mut Columns) + Send,
) -> WebResult<Response> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(app, ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = show::show_page(app, s, id, e, chosen).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
