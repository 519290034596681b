//! `/name-a-neighbour`: anybody names somebody who does good; no account, nothing asked about the sender.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_places::Locator;
use youlin_web::{ApiForm, ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::Vault;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::talents::NameNeighbour;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PublicForm {
    /// From the card of an area.
    area: Option<i64>,
    /// In one's own words, where no area is given.
    address: String,
    name: String,
    place: String,
    why: String,
    sent: String,
}

#[derive(Template)]
#[template(path = "talents/public.html")]
struct PublicPage {
    s: Shell,
    e: Errors,
    f: PublicForm,
    area: Option<AreaId>,
}

fn known_area(ctx: &Ctx, area: Option<i64>) -> Option<AreaId> {
    let area = AreaId(area?);
    ctx.areas().community_of(area).map(|_community| area)
}

/// `GET /name-a-neighbour?area=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<PublicForm>,
) -> WebResult<Response> {
    page(&PublicPage {
        area: known_area(&ctx, f.area),
        e: Errors::none(),
        f,
        s: Shell::new(&app, &ctx, prefs, NavPlace::None, ""),
    })
}

/// The neighbourhood an address lies in.
fn area_at(app: &App, address: &str) -> Result<AreaId> {
    let text: String = address.trim().chars().take(100).collect();
    if text.is_empty() {
        return Err(Problem::invalid("address", "required"));
    }
    let locator = app.need::<Locator>()?;
    let found = locator.candidates(&text, None, 1);
    found
        .first()
        .map(|one| one.place.area())
        .ok_or_else(|| Problem::invalid("address", "named-where"))
}

/// `POST /name-a-neighbour`.
pub(super) async fn send(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<PublicForm>,
) -> WebResult<Response> {
    let area = known_area(&ctx, f.area);
    let sent = async {
        let command = NameNeighbour {
            vault: app.need::<Vault>()?,
            area: match area {
                Some(area) => area,
                None => area_at(&app, &f.address)?,
            },
            name: f.name.clone(),
            place: f.place.clone(),
            why: f.why.clone(),
        };
        app.db().execute(&ctx, command).await
    };
    match sent.await {
        Ok(_id) => Ok(to("/name-a-neighbour?sent=yes")),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "");
            let body = PublicPage {
                e: Errors::of(&s, &problem),
                area,
                f,
                s,
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}
