//! Reading: the list, one reach, its map.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;
use youlin_kernel::{AreaId, CommunityId, Ctx};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, NavPlace, PathId, Prefs, Shell, WebResult, page,
};

use super::outlet::OutletForm;
use super::parts::ChiefForm;
use crate::permissions::{PLACES_READ, PLACES_REGISTER};
use crate::rivers::{Bank, ChiefLevel, OutletKind, Reach, ReachLine, chainage, reach, reaches};

/// Reaches of one river.
struct River {
    water: String,
    reaches: Vec<ReachLine>,
}

#[derive(Template)]
#[template(path = "places_rivers.html")]
struct ListPage {
    s: Shell,
    rivers: Vec<River>,
    may_write: bool,
}

impl ListPage {
    fn community(&self, id: &CommunityId) -> String {
        self.s.area(&(*id).into())
    }
}

/// `GET /places/rivers`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let mut rivers: Vec<River> = Vec::new();
    for line in reaches(app.db(), &scope).await? {
        match rivers.last_mut() {
            Some(river) if river.water == line.water => river.reaches.push(line),
            _ => rivers.push(River {
                water: line.water.clone(),
                reaches: vec![line],
            }),
        }
    }
    page(&ListPage {
        may_write: ctx.may(&PLACES_REGISTER),
        s: shell(&app, &ctx, prefs),
        rivers,
    })
}

pub(super) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Protect, "/places/rivers")
}

/// Words of a family as choices.
pub(super) fn choices<T>(
    s: &Shell,
    family: &str,
    all: &[T],
    code: impl Fn(&T) -> &'static str,
) -> Vec<Choice> {
    let codes = all.iter().map(code);
    codes
        .map(|code| Choice::new(code, s.tt(family, code)))
        .collect()
}

#[derive(Template)]
#[template(path = "places_reach.html")]
pub(super) struct ReachPage {
    pub(super) s: Shell,
    pub(super) e: FormFaults,
    community: AreaId,
    reach: Reach,
    may_write: bool,
    saved: String,
    pub(super) chief: ChiefForm,
    pub(super) outlet: OutletForm,
    levels: Vec<Choice>,
    kinds: Vec<Choice>,
    banks: Vec<Choice>,
}

impl ReachPage {
    pub(super) fn new(s: Shell, reach: Reach, saved: bool) -> Self {
        let levels = choices(&s, "chief-level", ChiefLevel::ALL, |one| one.as_str());
        let kinds = choices(&s, "outlet-kind", OutletKind::ALL, |one| one.as_str());
        let banks = choices(&s, "bank", Bank::ALL, |one| one.as_str());
        let community: CommunityId = reach.community;
        Self {
            saved: if saved {
                s.t("places-saved")
            } else {
                String::new()
            },
            may_write: s.ctx().authorize(&PLACES_REGISTER, community).is_ok(),
            e: FormFaults::none(),
            community: community.into(),
            chief: ChiefForm::default(),
            outlet: OutletForm::default(),
            levels,
            kinds,
            banks,
            reach,
            s,
        }
    }

    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        let id = self.reach.id;
        let outlets = self.reach.outlets.iter();
        let outlets: String = outlets.map(|one| format!(" outlet:{}", one.id)).collect();
        format!(
            "reach:{id} reach:new:{} chief:{id} outlet:{id}{outlets}",
            self.community
        )
    }

    /// Whether the caller has the pages where photographs of outlets are kept.
    fn rounds(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/rounds")
    }

    /// Metres from bank to bank.
    fn width(&self) -> f64 {
        self.reach.half_width_m * 2.0
    }

    /// `K0+350`, the way the sign at the bank says it.
    fn chainage(&self, metres: &f64) -> String {
        chainage(*metres)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

/// `GET /places/rivers/{id}`.
pub(super) async fn one(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let reach = reach(app.db(), &scope, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&ReachPage::new(s, reach, !done.saved.is_empty()))
}

/// `GET /places/rivers/{id}/map.geojson`: the line and the outlets.
pub(super) async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let reach = reach(app.db(), &scope, id).await?;
    let body = features(&shell(&app, &ctx, prefs), &reach);
    Ok(([(CONTENT_TYPE, "application/geo+json")], body).into_response())
}

/// A reach as a map draws it.
fn features(s: &Shell, reach: &Reach) -> String {
    let line: serde_json::Value = serde_json::from_str(&reach.line.geojson()).unwrap_or_default();
    let mut all = vec![json!({
        "type": "Feature",
        "geometry": line,
        "properties": { "name": reach.full_name() },
    })];
    for outlet in reach.outlets.iter().filter(|one| !one.closed) {
        let (state, word) = match outlet.dry_flow || !outlet.permit.is_empty() {
            true => ("ok", "outlet-allowed"),
            false => ("wait", "outlet-not-allowed"),
        };
        all.push(json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [outlet.lon, outlet.lat] },
            "properties": {
                "name": outlet.name,
                "state": state,
                "state_word": s.t(word),
                "detail": chainage(outlet.chainage_m),
            },
        }));
    }
    json!({ "type": "FeatureCollection", "features": all }).to_string()
}
