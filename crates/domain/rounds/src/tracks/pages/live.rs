//! `/rounds/live`: the address a program on the telephone sends positions to while one walks; and that address itself,
//! `/track/{token}`, in the protocol of OsmAnd and Traccar Client
//! (<https://www.traccar.org/osmand/>): `lat`, `lon`, `timestamp`, `accuracy` in the query or the form, or the JSON newer
//! clients send. Speeds are not taken: the programs differ in their unit.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_places::rivers;
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::super::{EndLive, LivePoint, LiveView, StartLive, TrackFix, live_of};
use crate::model::SubjectKind;
use crate::pages::shell;
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{PolicyView, SubjectView, Walker, policies, subjects_of};
use crate::service::Rounds;

/// Hours that are proposed.
const HOURS: &str = "2";

/// A live track in the list.
struct Line {
    view: LiveView,
    reach: String,
}

/// The address, told once.
struct Address {
    url: String,
    code: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "track_live.html")]
struct LivePage {
    s: Shell,
    e: FormFaults,
    /// Policy and reach in one: `<policy>:<reach>`.
    walks: Vec<Choice>,
    walk: String,
    hours: String,
    lines: Vec<Line>,
    address: Option<Address>,
}

/// What the caller is to walk by policies that ask for a track: nobody else's positions are taken in.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn tracked_walks(app: &App, ctx: &Ctx) -> Result<Vec<(PolicyView, SubjectView)>> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let db = app.db();
    let today = ctx.now().date();
    let mut asking = policies(db, &scope).await?;
    asking.retain(|one| one.policy.track && one.runs_on(today));
    if asking.is_empty() {
        return Ok(Vec::new());
    }
    let rounds = app.need::<Rounds>()?;
    let walker = Walker::of(&rounds, db.read(), ctx, ctx.now(), &asking).await?;
    let reaches = subjects_of(db, &scope, SubjectKind::Reach).await?;
    let mut walks = Vec::new();
    for policy in asking {
        let here = reaches
            .iter()
            .filter(|one| one.community == policy.community && policy.covers(one.subject.id));
        let own = here.filter(|one| walker.is_of(ctx, &policy, one));
        walks.extend(own.map(|reach| (policy.clone(), reach.clone())));
    }
    Ok(walks)
}

async fn live_page(s: Shell, e: FormFaults, f: LiveForm) -> Result<LivePage> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let reaches = subjects_of(app.db(), &scope, SubjectKind::Reach).await?;
    let walk = |(policy, reach): (PolicyView, SubjectView)| {
        Choice::new(
            format!("{}:{}", policy.id, reach.subject.id),
            format!("{} · {}", reach.name, policy.title),
        )
    };
    let walks = tracked_walks(&app, &ctx).await?.into_iter().map(walk);
    let walks = walks.collect();
    let named = |view: LiveView| {
        let reach = reaches.iter().find(|one| one.subject.id == view.reach);
        Line {
            reach: reach.map_or_else(String::new, |one| one.name.clone()),
            view,
        }
    };
    let lines = live_of(app.db(), &ctx).await?.into_iter().map(named);
    Ok(LivePage {
        lines: lines.collect(),
        walk: f.walk,
        hours: if f.hours.is_empty() {
            HOURS.to_owned()
        } else {
            f.hours
        },
        address: None,
        walks,
        e,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LiveForm {
    walk: String,
    hours: String,
}

/// `GET /rounds/live`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<LiveForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&live_page(s, FormFaults::none(), f).await?)
}

async fn begin(app: &App, ctx: &Ctx, f: &LiveForm) -> Result<super::super::Started> {
    let unknown = || Problem::invalid("walk", "required");
    let (policy, reach) = f.walk.split_once(':').ok_or_else(unknown)?;
    let reach: Uuid = reach.parse().map_err(|_no_id| unknown())?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let community = rivers::reach(app.db(), &scope, reach).await?.community;
    let command = StartLive {
        rounds: app.need::<Rounds>()?,
        community,
        reach,
        policy: policy.parse().map_err(|_no_id| unknown())?,
        hours: f
            .hours
            .trim()
            .parse()
            .map_err(|_no_number| Problem::invalid("hours", "no-number"))?,
    };
    command.check(app.db(), ctx).await?;
    app.db().execute(ctx, command).await
}

/// `POST /rounds/live`: the address is shown on the answer, and nowhere again.
pub(super) async fn start(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<LiveForm>,
) -> WebResult<Response> {
    let begun = begin(&app, &ctx, &f).await;
    let s = shell(&app, &ctx, prefs);
    match begun {
        Ok(started) => {
            let url = format!("{}/track/{}", app.config().public_url, started.token);
            let code = qrcode::QrCode::new(url.as_bytes()).map_err(Problem::internal)?;
            let svg = code
                .render::<qrcode::render::svg::Color<'_>>()
                .min_dimensions(220, 220)
                .build();
            // Only the drawing: a page holds no XML declaration.
            let drawing = svg.find("<svg").map_or("", |at| &svg[at..]).to_owned();
            let address = Address {
                url,
                code: drawing,
                ends: s.when(&started.ends_at),
            };
            let mut shown = live_page(s, FormFaults::none(), f).await?;
            shown.address = Some(address);
            page(&shown)
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&live_page(s, e, f).await?)?))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct EndForm {
    community: CommunityId,
}

/// `POST /rounds/live/{id}/end`.
pub(super) async fn end(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(f): ApiForm<EndForm>,
) -> WebResult<Response> {
    let command = EndLive {
        community: f.community,
        live: id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to("/rounds/live").into_response())
}

/// A position as programs send it.
#[derive(Debug, Default)]
struct Sent {
    lat: Option<f64>,
    lon: Option<f64>,
    timestamp: String,
    accuracy: Option<f32>,
    mock: String,
}

/// What newer clients send.
#[derive(Debug, Deserialize)]
struct SentJson {
    location: Location,
}

#[derive(Debug, Deserialize)]
struct Location {
    #[serde(default)]
    timestamp: String,
    coords: Coords,
    #[serde(default)]
    mock: bool,
}

#[derive(Debug, Deserialize)]
struct Coords {
    latitude: f64,
    longitude: f64,
    #[serde(default)]
    accuracy: Option<f32>,
}

/// Seconds or milliseconds since 1970, or RFC 3339; nothing: now.
fn moment(text: &str, now: Micros) -> Result<i64> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(now.0 / 1_000);
    }
    if let Ok(number) = text.parse::<i64>() {
        // Seconds have ten digits until 2286, milliseconds thirteen.
        let seconds = number.abs() < 100_000_000_000;
        return Ok(if seconds {
            number.saturating_mul(1_000)
        } else {
            number
        });
    }
    text.parse::<Timestamp>()
        .map(Timestamp::as_millisecond)
        .map_err(|_no_time| Problem::invalid("timestamp", "no-time"))
}

fn position(json: bool, query: Option<&str>, body: &[u8], now: Micros) -> Result<TrackFix> {
    let missing = || Problem::invalid("lat", "track-no-position");
    let fix = |at: &str, lon, lat, accuracy_m, mock| {
        Ok(TrackFix {
            at_ms: moment(at, now)?,
            lon,
            lat,
            accuracy_m,
            speed_mps: None,
            mock,
        })
    };
    if json {
        let sent: SentJson = serde_json::from_slice(body).map_err(|_no_json| missing())?;
        let at = sent.location;
        let (lon, lat) = (at.coords.longitude, at.coords.latitude);
        return fix(&at.timestamp, lon, lat, at.coords.accuracy, at.mock);
    }
    let mut sent = Sent::default();
    for text in [query.unwrap_or_default().as_bytes(), body] {
        let text = std::str::from_utf8(text).map_err(|_no_text| missing())?;
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(text).map_err(|_no_form| missing())?;
        for (name, value) in pairs {
            match name.as_str() {
                "lat" => sent.lat = value.parse().ok(),
                "lon" => sent.lon = value.parse().ok(),
                "timestamp" => sent.timestamp = value,
                "accuracy" => sent.accuracy = value.parse().ok(),
                "mock" => sent.mock = value,
                _ => {}
            }
        }
    }
    let (lon, lat) = sent.lon.zip(sent.lat).ok_or_else(missing)?;
    let mock = matches!(sent.mock.as_str(), "1" | "true");
    fix(&sent.timestamp, lon, lat, sent.accuracy, mock)
}

/// `GET /track/{token}`, `POST /track/{token}`: one position. The token stands for the right to add to this one track.
pub(super) async fn point(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> WebResult<Response> {
    let service = app.service_ctx("live-track");
    let rounds = app.need::<Rounds>()?;
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let fix = position(json, query.as_deref(), &body, service.now())?;
    let command = LivePoint::of(&rounds, app.db(), &token, fix).await?;
    app.db().execute(&service, command).await?;
    Ok(StatusCode::OK.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_old_and_new_clients_are_read() {
        let now = Micros(1_764_000_000_000_000);
        let old = position(
            false,
            Some("id=1&lat=32.01&lon=120.86&timestamp=1764000100&accuracy=5.5&speed=3"),
            b"",
            now,
        );
        let old = old.expect("a position");
        assert_eq!(
            (old.at_ms, old.lon, old.lat, old.accuracy_m),
            (1_764_000_100_000, 120.86, 32.01, Some(5.5))
        );
        let form = position(false, None, b"lat=1&lon=2&timestamp=1764000100123", now);
        assert_eq!(form.expect("a position").at_ms, 1_764_000_100_123);
        let new = br#"{"location":{"timestamp":"2025-11-24T16:00:00.000Z","coords":{"latitude":32.01,"longitude":120.86,
            "accuracy":4,"speed":1},"mock":true},"device_id":"a"}"#;
        let new = position(true, None, new, now).expect("a position");
        assert!(new.mock && (new.lat - 32.01).abs() < 1e-9);
        assert!(position(false, Some("lat=x&lon=2"), b"", now).is_err());
        assert!(position(true, None, b"{}", now).is_err());
        assert_eq!(moment("", now).expect("now"), now.0 / 1_000);
    }
}
