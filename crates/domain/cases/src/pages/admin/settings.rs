//! What is set, and where to change it. Nothing is changed here: settings belong to whoever runs the server, and a
//! secret is never shown, only whether there is one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_web::{App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::service::Cases;

/// One setting: its name in the environment, key of its words, and what it is now.
struct Setting {
    name: &'static str,
    words: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "cases_admin_settings.html")]
struct SettingsPage {
    s: Shell,
    settings: Vec<Setting>,
}

/// `GET /admin/settings`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Settings, "/admin/settings");
    let cases = app.need::<Cases>()?;
    let (config, own) = (app.config(), &cases.settings);
    let or_none = |text: String| if text.is_empty() { s.t("none") } else { text };
    let mode = if config.demo { "demo" } else { "production" };
    let lines: Vec<String> = own
        .lines
        .iter()
        .map(|(number, code)| format!("{number} → {}", place(&s, code)))
        .collect();
    let secrets = own.telephony_secrets.len().to_string();
    let upload = config.max_upload / (1024 * 1024);
    let set = |name, words, value: String| Setting {
        name,
        words,
        value: or_none(value),
    };
    let settings = vec![
        set("YOULIN_MODE", "mode", mode.to_owned()),
        set("YOULIN_PUBLIC_URL", "public-url", config.public_url.clone()),
        set(
            "YOULIN_WORKING_HOURS",
            "working-hours",
            hours(own.hours.intervals()),
        ),
        set("YOULIN_TELEPHONY_LINES", "lines", lines.join("；")),
        set(
            "YOULIN_TELEPHONY_SECRET",
            "telephony-secrets",
            s.t1("settings-count", "n", secrets),
        ),
        set("YOULIN_LINK_DAYS", "link-days", own.link_days.to_string()),
        set("YOULIN_MAX_UPLOAD_MB", "max-upload", upload.to_string()),
        set(
            "YOULIN_TILE_URL",
            "tile-url",
            config.tile_url.clone().unwrap_or_default(),
        ),
        set(
            "YOULIN_SOURCE_URL",
            "source-url",
            s.source().unwrap_or_default(),
        ),
    ];
    page(&SettingsPage { s, settings })
}

fn place(s: &Shell, code: &str) -> String {
    s.ctx()
        .areas()
        .by_code(code)
        .map_or_else(|| code.to_owned(), |node| s.area(&node.id))
}

/// `08:30–12:00 14:00–18:00`.
fn hours(intervals: &[(u16, u16)]) -> String {
    let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let shown: Vec<String> = intervals
        .iter()
        .map(|(from, to)| format!("{}–{}", time(*from), time(*to)))
        .collect();
    shown.join(" ")
}
