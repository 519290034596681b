//! A reach: entering it and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, FormFaults, IdempotencyHeader, PathId, Prefs,
    Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::show::shell;
use crate::Datum;
use crate::pages::forms::{plain, sent_key};
use crate::permissions::PLACES_REGISTER;
use crate::rivers::{Reach, SaveReach, reach, read_line};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ReachForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Its number.
    community: i64,
    water: String,
    name: String,
    line: String,
    datum: String,
    /// Metres.
    half_width: String,
    note: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "places_reach_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: ReachForm,
    id: Option<Uuid>,
    communities: Vec<Choice>,
    community: String,
    data: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| format!("new:{}", self.community), |id| id.to_string())
    }
}

fn form_page(s: Shell, id: Option<Uuid>, f: ReachForm, e: FormFaults) -> FormPage {
    let scope = s.ctx().scope(&PLACES_REGISTER).ok();
    let communities = scope.iter().flat_map(|scope| scope.parts()).map(|part| {
        let area: AreaId = part.community.into();
        Choice::new(area.to_string(), s.area(&area))
    });
    FormPage {
        communities: communities.collect(),
        community: f.community.to_string(),
        data: ["wgs84", "gcj02"]
            .map(|code| Choice::new(code, s.tt("reach-datum", code)))
            .into(),
        key: s.ctx().new_id().to_string(),
        clash: None,
        id,
        f,
        e,
        s,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    community: Option<CommunityId>,
}

/// `GET /places/rivers/new?community=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let first = scope.parts().first().map(|part| part.community);
    let community = start.community.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&PLACES_REGISTER, community)?;
    let f = ReachForm {
        community: community.0,
        ..ReachForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, None, f, FormFaults::none()))
}

fn form_of(reach: &Reach) -> ReachForm {
    let points = reach.line.points().iter();
    ReachForm {
        idempotency_key: String::new(),
        version: reach.version.to_string(),
        community: reach.community.0,
        water: reach.water.clone(),
        name: reach.name.clone(),
        line: points
            .map(|(lon, lat)| format!("{lon} {lat}"))
            .collect::<Vec<_>>()
            .join("\n"),
        datum: "wgs84".to_owned(),
        half_width: reach.half_width_m.to_string(),
        note: reach.note.clone(),
        closed: if reach.closed { "1" } else { "" }.to_owned(),
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<ReachForm> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    Ok(form_of(&reach(app.db(), &scope, id).await?))
}

/// `GET /places/rivers/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let f = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, Some(id), f, FormFaults::none()))
}

fn command(f: &ReachForm, known: Option<Uuid>) -> Result<SaveReach> {
    let datum = match f.datum.as_str() {
        "gcj02" => Datum::Gcj02,
        _ => Datum::Wgs84,
    };
    Ok(SaveReach {
        community: CommunityId(f.community),
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        water: f.water.clone(),
        name: f.name.clone(),
        external_key: None,
        line: read_line(&f.line, datum)?,
        half_width_dm: tenths("half_width", &f.half_width)?,
        note: f.note.clone(),
        closed: known.is_some() && !f.closed.is_empty(),
    })
}

/// Metres as typed, in tenths.
fn tenths(field: &'static str, text: &str) -> Result<i32> {
    let metres: f64 = text
        .trim()
        .parse()
        .map_err(|_no_number| Problem::invalid(field, "no-number"))?;
    if !(0.0..=100_000.0).contains(&metres) {
        return Err(Problem::invalid(field, "reach-width"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    let whole = (metres * 10.0).round() as i32;
    Ok(whole)
}

/// `POST /places/rivers`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<ReachForm>,
) -> WebResult<Response> {
    let saved = async {
        let sent = sent_key(header, &f.idempotency_key);
        let community = CommunityId(f.community);
        let key = idempotency(sent.as_deref(), community, "/places/rivers", &f)?;
        app.db().execute_once(&ctx, key, command(&f, None)?).await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/places/rivers/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&form_page(s, None, f, e))?))
        }
    }
}

/// `POST /places/rivers/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<ReachForm>,
) -> WebResult<Response> {
    let theirs = held(&app, &ctx, id).await?;
    f.community = theirs.community;
    let saved = async { app.db().execute(&ctx, command(&f, Some(id))?).await };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/places/rivers/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, id, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                FormFaults::none()
            } else {
                FormFaults::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(s, Some(id), f, e)
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &ReachForm, f: &ReachForm) -> Clash {
    let lines = vec![
        plain(s, "water", "reach-water", &theirs.water, &f.water),
        plain(s, "name", "reach-name", &theirs.name, &f.name),
        plain(s, "line", "reach-line", &theirs.line, &f.line),
        plain(
            s,
            "half_width",
            "reach-half-width",
            &theirs.half_width,
            &f.half_width,
        ),
        plain(s, "note", "reach-note", &theirs.note, &f.note),
    ];
    Clash::of(format!("/places/rivers/{id}"), lines)
}
