//! 清: finding people.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::form::{Errors, shown};
use super::person::shell;
use crate::permissions::{ORGANISATIONS_READ, PEOPLE_READ, PEOPLE_WRITE};
use crate::{Directory, PersonCard, Vault};

/// Cards on the search page.
const SHOWN: u64 = 50;
/// Buildings above them.
const BUILDINGS: usize = 5;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    /// Who lives there, instead of a text.
    dwelling: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "people/people.html")]
struct PeoplePage {
    s: Shell,
    e: Errors,
    q: String,
    /// The dwelling asked about, and its address.
    dwelling: Option<(Uuid, String)>,
    /// Buildings the text names: whoever looks for a building's people goes from door to door.
    buildings: Vec<(Uuid, String)>,
    cards: Vec<PersonCard>,
    may_write: bool,
    may_organisations: bool,
}

/// `GET /people?q=`.
pub(super) async fn search(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<Search>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let s = shell(&app, &ctx, prefs);
    let db = app.db().read();
    let place = query.dwelling.and_then(|id| vault.place(id));
    let found = match query.dwelling {
        Some(dwelling) => Directory::residents(db, &vault, &scope, dwelling).await,
        None => Directory::search(db, &vault, &scope, &query.q, SHOWN).await,
    };
    let (cards, e) = match found {
        Ok(cards) => (cards, Errors::none()),
        Err(problem) => {
            let problem = shown(problem)?;
            (Vec::new(), Errors::of(&s, &problem))
        }
    };
    let buildings = match query.dwelling {
        Some(_) => Vec::new(),
        None => vault.buildings_at(&query.q, &scope, BUILDINGS),
    };
    let buildings = buildings.into_iter();
    page(&PeoplePage {
        buildings: buildings
            .filter_map(|place| Some((place.building?, place.address)))
            .collect(),
        may_write: ctx.may(&PEOPLE_WRITE),
        may_organisations: ctx.may(&ORGANISATIONS_READ),
        dwelling: query.dwelling.zip(place.map(|place| place.address)),
        q: query.q,
        s,
        e,
        cards,
    })
}
