//! `/places/premises`: premises of the scope, by area and kind.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::AreaId;
use youlin_web::{ApiQuery, App, Caller, Choice, Prefs, Shell, WebResult, page};

use super::{choices, shell};
use crate::permissions::{PLACES_READ, PLACES_REGISTER};
use crate::premises::{Premises, PremisesFilter, PremisesKind, PremisesView};

/// Lines on the page.
const SHOWN: u64 = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    area: String,
    kind: String,
    q: String,
    closed: String,
    /// A merchant is to be entered: at which premises is asked first.
    merchant: String,
}

#[derive(Template)]
#[template(path = "premises/list.html")]
struct ListPage {
    s: Shell,
    areas: Vec<Choice>,
    kinds: Vec<Choice>,
    f: Filter,
    rows: Vec<PremisesView>,
    /// There are more than are shown.
    more: bool,
    may_write: bool,
}

impl ListPage {
    fn here(&self, one: &PremisesView) -> String {
        self.s.area(&one.area())
    }
}

/// `GET /places/premises?area=&kind=&q=&closed=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<Filter>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let s = shell(&app, &ctx, prefs);
    let areas = s.area_choices(&scope, "premises-all-areas");
    let narrowed = scope.asked(ctx.areas(), f.area.parse().map(AreaId).ok())?;
    let filter = PremisesFilter {
        kind: PremisesKind::parse(&f.kind),
        text: f.q.clone(),
        building: None,
        closed: !f.closed.is_empty(),
    };
    let mut rows = Premises::list(app.db().read(), &narrowed, &filter, SHOWN + 1).await?;
    let more = rows.len() as u64 > SHOWN;
    rows.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let mut kinds = vec![Choice::new("", s.t("premises-all-kinds"))];
    let words = PremisesKind::ALL.iter().map(|kind| kind.as_str());
    kinds.extend(choices(&s, "premises-kind", words));
    page(&ListPage {
        may_write: ctx.may(&PLACES_REGISTER),
        areas,
        kinds,
        rows,
        more,
        f,
        s,
    })
}
