//! The first screen. Those who work here are taken to their work.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use youlin_kernel::Role;
use youlin_web::{App, Caller, NavPlace, Navigation, Prefs, Shell, WebResult, page};

#[derive(Template)]
#[template(path = "resident_home.html")]
struct HomePage {
    s: Shell,
    /// Doors of rooms that are built: nobody is sent into an empty one.
    join: Option<&'static str>,
    decide: Option<&'static str>,
}

/// `GET /`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "/");
    if ctx.roles().iter().any(|role| *role != Role::Resident) {
        let work = if s.on_street() { "/today" } else { "/desk" };
        return Ok(Redirect::to(work).into_response());
    }
    let built = |href: &str| {
        let navigation = app.service::<Navigation>()?;
        navigation
            .0
            .iter()
            .find(|item| item.href == href)
            .map(|item| item.href)
    };
    page(&HomePage {
        join: built("/gatherings"),
        decide: built("/topics"),
        s,
    })
}
