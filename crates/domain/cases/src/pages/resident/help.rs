//! 我需要帮助: what is the matter, a photograph, where. Nothing else is needed, and no account.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::Ctx;
use youlin_places::{Datum, PlaceInput};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, part, refused_with,
};

use crate::model::Source;
use crate::pages::street::faults::{Faults, shown};
use crate::pages::street::intake::ReportView;
use crate::pages::street::kinds::Kinds;
use crate::pages::street::report_form::ReportForm;
use crate::pages::street::writing::{Sent, Writer};
use crate::queries::{TrackView, track};
use crate::service::Cases;

#[derive(Template)]
#[template(path = "resident_help.html")]
struct HelpPage {
    s: Shell,
    v: ReportView,
}

#[derive(Template)]
#[template(path = "resident_sent.html")]
struct SentPage {
    s: Shell,
    t: TrackView,
    by: String,
    /// The areas the position lies in, when the place was found by one.
    spot: String,
    /// Drafts of the forms this report may have been written in.
    drafts: String,
}

#[derive(Template)]
#[template(path = "street_spot.html")]
struct SpotPart {
    s: Shell,
    /// `photo` or `device`.
    by: &'static str,
    spot: String,
    /// Why the position is of no use.
    fault: String,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Serve, "/help")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Words to begin with, from a page that leads here.
    #[serde(default)]
    place: String,
}

/// `GET /help`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let place = asked.place.chars().take(100).collect();
    let form = ReportForm {
        place,
        ..ReportForm::default()
    };
    let kinds = Kinds {
        refresh: "/help/kinds",
        ..Kinds::default()
    };
    page(&HelpPage {
        v: ReportView::new(&app, &ctx, form, kinds),
        s,
    })
}

/// `POST /help`.
pub(super) async fn send(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    match Writer::Resident.send(&s, Source::Resident, request).await? {
        Sent::Taken(taken) => {
            let to = format!(
                "/help/sent/{}?by={}",
                taken.reported.tracking_code,
                taken.by.as_str()
            );
            Ok(Redirect::to(&to).into_response())
        }
        Sent::Refused(v, problem) => Ok(refused_with(&problem, page(&HelpPage { s, v: *v })?)),
    }
}

/// `POST /help/kinds`: the part of the form that changes with the words.
pub(super) async fn kinds(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    Writer::Resident.kinds_part(&s, request).await
}

/// A position somebody is about to send.
#[derive(Debug, Deserialize)]
pub(super) struct Spot {
    lat: f64,
    lon: f64,
    #[serde(default)]
    datum: Datum,
    #[serde(default)]
    by: String,
}

/// `POST /help/place`: where a position lies, in words, before it is sent. Not by address, which would keep the position
/// in histories.
pub(super) async fn place(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(spot): ApiForm<Spot>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let found = cases.locator().resolve(&PlaceInput {
        lon: Some(spot.lon),
        lat: Some(spot.lat),
        datum: Some(spot.datum),
        ..PlaceInput::default()
    });
    let by = if spot.by == "photo" {
        "photo"
    } else {
        "device"
    };
    let (spot, fault) = match found {
        Ok(place) => (s.area_path(place.area()), String::new()),
        Err(problem) => {
            let faults = Faults::of(&s, &shown(problem)?);
            (String::new(), faults.at("place").to_owned())
        }
    };
    part(&SpotPart { s, by, spot, fault })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SentBy {
    #[serde(default)]
    by: String,
    /// The sign of the river's board it was written on.
    #[serde(default)]
    board: String,
}

/// `GET /help/sent/{code}`: the number, the code, and what happens next.
pub(super) async fn sent(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(code): Path<String>,
    ApiQuery(SentBy { by, board }): ApiQuery<SentBy>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let cases = app.need::<Cases>()?;
    let t = track(app.db(), &cases, &ctx, &code).await?;
    let by = match by.as_str() {
        "device" | "photo" => by,
        _ => String::new(),
    };
    let spot = if by.is_empty() {
        String::new()
    } else {
        s.area_path(t.area)
    };
    let is_sign = !board.is_empty() && board.chars().all(|c| c.is_ascii_alphanumeric());
    let drafts = match is_sign {
        true => format!("help board:{board}"),
        false => "help".to_owned(),
    };
    page(&SentPage {
        s,
        t,
        by,
        spot,
        drafts,
    })
}
