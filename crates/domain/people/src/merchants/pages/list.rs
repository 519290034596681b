//! `/people/merchants`: merchants by area and trade, and what is missing of them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::AreaId;
use youlin_places::premises::Premises;
use youlin_web::{ApiQuery, App, CSV, Caller, Choice, Prefs, Shell, WebResult, page, save_as};

use super::{choices, shell};
use crate::Vault;
use crate::export::merchants;
use crate::merchants::{MerchantFilter, MerchantView, Merchants, Trade};
use crate::permissions::{PEOPLE_EXPORT, PEOPLE_READ, PEOPLE_WRITE};

/// Lines on the page.
const SHOWN: u64 = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    area: String,
    trade: String,
    q: String,
    premises: String,
    /// `code`, `responsible`.
    without: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "merchants/list.html")]
struct ListPage {
    s: Shell,
    f: Filter,
    /// Asked within these premises.
    premises: Option<(Uuid, String)>,
    areas: Vec<Choice>,
    trades: Vec<Choice>,
    withouts: Vec<Choice>,
    rows: Vec<MerchantView>,
    more: bool,
    may_write: bool,
    /// May take them away as a file.
    may_take: bool,
}

/// `GET /people/merchants?area=&trade=&without=&q=&premises=&closed=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<Filter>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let s = shell(&app, &ctx, prefs);
    let db = app.db().read();
    let premises = match f.premises.parse::<Uuid>() {
        Ok(id) => Some((id, Premises::one(db, &scope, id).await?.name)),
        Err(_none) => None,
    };
    let areas = s.area_choices(&scope, "premises-all-areas");
    let narrowed = scope.asked(ctx.areas(), f.area.parse().map(AreaId).ok())?;
    let filter = MerchantFilter {
        trade: Trade::parse(&f.trade),
        without_code: f.without == "code",
        without_responsible: f.without == "responsible",
        premises: premises.as_ref().map(|one| one.0),
        text: f.q.clone(),
        closed: !f.closed.is_empty(),
    };
    let mut rows = Merchants::list(db, &vault, &narrowed, &filter, SHOWN + 1).await?;
    let more = rows.len() as u64 > SHOWN;
    rows.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let mut trades = vec![Choice::new("", s.t("merchant-all-trades"))];
    trades.extend(choices(
        &s,
        "trade",
        Trade::ALL.iter().map(|one| one.as_str()),
    ));
    let withouts = vec![
        Choice::new("", s.t("merchant-all")),
        Choice::new("code", s.t("merchant-without-code")),
        Choice::new("responsible", s.t("merchant-without-responsible")),
    ];
    page(&ListPage {
        may_write: ctx.may(&PEOPLE_WRITE),
        may_take: ctx.may(&PEOPLE_EXPORT),
        s,
        f,
        premises,
        areas,
        trades,
        withouts,
        rows,
        more,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Taken {
    area: String,
}

/// `GET /people/merchants/file?area=`: open merchants as `/imports` reads them, without their numbers.
pub(super) async fn file(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(taken): ApiQuery<Taken>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_EXPORT)?;
    let scope = scope.asked(ctx.areas(), taken.area.parse().map(AreaId).ok())?;
    let vault = app.need::<Vault>()?;
    let text = merchants(app.db().read(), &vault, ctx.areas(), &scope).await?;
    // Spreadsheets of this country read UTF-8 by this mark.
    Ok(save_as("merchants.csv", CSV, format!("\u{feff}{text}")))
}
