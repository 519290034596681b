//! The catalogue from a file: looked at first (dry run), then taken over whole or not at all.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::Response;
use youlin_web::{App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::pages::street::faults::{Faults, shown, with_status};
use crate::pages::street::upload;
use crate::service::Cases;
use crate::{CatalogueReport, ImportCategories};

#[derive(Template)]
#[template(path = "cases_admin_import.html")]
struct ImportPage {
    s: Shell,
    text: String,
    faults: Faults,
    report: Option<CatalogueReport>,
    dry_run: bool,
}

/// `GET /admin/categories/import`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Settings, "/admin/categories");
    page(&ImportPage {
        s,
        text: String::new(),
        faults: Faults::none(),
        report: None,
        dry_run: true,
    })
}

/// `POST /admin/categories/import`.
pub(super) async fn send(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Settings, "/admin/categories");
    let form = upload::read_texts(request).await?;
    let text = form.text_or_file("text", "file");
    let dry_run = form.text("do") != "import";
    let command = ImportCategories {
        text: text.clone(),
        dry_run,
    };
    match app.db().execute(&ctx, command).await {
        Ok(report) => {
            let taken = !dry_run && report.refused.is_empty();
            if taken {
                app.need::<Cases>()?.reload().await?;
            }
            let text = if taken { String::new() } else { text };
            page(&ImportPage {
                s,
                text,
                faults: Faults::none(),
                report: Some(report),
                dry_run,
            })
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let faults = Faults::of(&s, &problem);
            let drawn = page(&ImportPage {
                s,
                text,
                faults,
                report: None,
                dry_run,
            })?;
            Ok(with_status(&problem, drawn))
        }
    }
}
