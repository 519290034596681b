//! `/people/merchants/{id}`: a merchant with its places and persons, now and before; moving in and out, giving up, and its
//! number for a purpose.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_database::Command;
use youlin_kernel::{AreaId, Ctx, Problem};
use youlin_places::premises::{Premises, PremisesFilter};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::shell;
use crate::Vault;
use crate::facts::Said;
use crate::merchants::{
    CloseMerchant, LeavePlace, MerchantPlace, MerchantView, Merchants, PlaceMerchant,
    RevealMerchantPhone, Where,
};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{PEOPLE_READ, PEOPLE_REVEAL, PEOPLE_WRITE};

/// Premises offered at most.
const OFFERED: u64 = 500;

#[derive(Template)]
#[template(path = "merchants/show.html")]
struct ShowPage {
    s: Shell,
    e: Errors,
    one: MerchantView,
    area: AreaId,
    said: Vec<(String, Said)>,
    f: PlaceForm,
    premises: Vec<Choice>,
    stalls: Vec<Choice>,
    close: CloseForm,
    purpose: String,
    /// The number in the clear, on the one page that answers the form.
    phone: Option<String>,
    may_write: bool,
    may_reveal: bool,
    saved: String,
}

impl ShowPage {
    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        let of = |place: &MerchantPlace| format!("merchant:new:{} ", place.premises.id);
        let new: String = self.one.places.iter().map(of).collect();
        format!("{new}merchant:new: merchant:{}", self.one.id)
    }
}

/// A place as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlaceForm {
    premises: String,
    stall: String,
    since: String,
    take_over: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CloseForm {
    version: String,
    closed_on: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    saved: String,
    /// Premises whose stalls are offered.
    premises: String,
}

#[derive(Default)]
struct Typed {
    e: Errors,
    f: PlaceForm,
    close: CloseForm,
    purpose: String,
    phone: Option<String>,
    saved: String,
}

async fn show_page(app: &App, ctx: &Ctx, s: Shell, id: Uuid, typed: Typed) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let one = Merchants::one(db, &vault, &scope, id).await?;
    let open = one.closed_on.is_none();
    let may_write = open && ctx.authorize(&PEOPLE_WRITE, one.area).is_ok();
    let (premises, stalls) = if may_write {
        offered(app, &s, &one, &typed.f).await?
    } else {
        (Vec::new(), Vec::new())
    };
    let mut close = typed.close;
    close.version = one.version.to_string();
    page(&ShowPage {
        said: crate::merchants::queries::said(db, &one).await?,
        may_reveal: one.phone_masked.is_some() && ctx.authorize(&PEOPLE_REVEAL, one.area).is_ok(),
        may_write,
        area: one.area,
        e: typed.e,
        f: typed.f,
        close,
        purpose: typed.purpose,
        phone: typed.phone,
        saved: typed.saved,
        premises,
        stalls,
        one,
        s,
    })
}

/// Premises of the merchant's community as choices, and the stalls of the chosen one.
async fn offered(
    app: &App,
    s: &Shell,
    one: &MerchantView,
    f: &PlaceForm,
) -> WebResult<(Vec<Choice>, Vec<Choice>)> {
    let db = app.db().read();
    let scope = s.ctx().scope(&PEOPLE_WRITE)?;
    let here = scope.narrowed(s.ctx().areas(), one.community.into());
    let found = Premises::list(db, &here, &PremisesFilter::default(), OFFERED).await?;
    let mut premises = vec![Choice::new("", s.t("merchant-choose-premises"))];
    premises.extend(
        found
            .iter()
            .map(|one| Choice::new(one.id.to_string(), &one.name)),
    );
    let mut stalls = vec![Choice::new("", s.t("merchant-no-stall"))];
    if let Some(chosen) = found.iter().find(|one| one.id.to_string() == f.premises) {
        let all = Premises::stalls(db, chosen, false).await?;
        stalls.extend(
            all.iter()
                .map(|one| Choice::new(one.id.to_string(), one.label())),
        );
    }
    Ok((premises, stalls))
}

/// `GET /people/merchants/{id}?premises=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(query): ApiQuery<Query>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = match query.saved.as_str() {
        "" => String::new(),
        "new" => s.t("people-entered"),
        _ => s.t("people-changed"),
    };
    let f = PlaceForm {
        premises: query.premises,
        ..PlaceForm::default()
    };
    let typed = Typed {
        saved,
        f,
        ..Typed::default()
    };
    show_page(&app, &ctx, s, id, typed).await
}

/// Runs a command for a merchant the caller sees, and goes back to its page.
async fn run<C>(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    command: impl FnOnce(&MerchantView) -> youlin_kernel::Result<C>,
    typed: Typed,
) -> WebResult<Response>
where
    C: Command<Output = ()>,
{
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let one = Merchants::one(app.db().read(), &vault, &scope, id).await?;
    let done = async { app.db().execute(ctx, command(&one)?).await };
    match done.await {
        Ok(()) => Ok(to(&format!("/people/merchants/{id}?saved=changed"))),
        Err(problem) => again(app, ctx, prefs, id, problem, typed).await,
    }
}

async fn again(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    problem: Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let s = shell(app, ctx, prefs);
    let e = Errors::of(&s, &problem);
    let body = show_page(app, ctx, s, id, Typed { e, ..typed }).await?;
    Ok(with_status(&problem, body))
}

pub(super) fn place_of(f: (&str, &str, &str, &str)) -> youlin_kernel::Result<Where> {
    let (premises, stall, since, take_over) = f;
    let wrong = |field: &'static str| Problem::invalid(field, "place-unknown");
    Ok(Where {
        premises: premises.parse().map_err(|_none| wrong("premises"))?,
        stall: match stall {
            "" => None,
            id => Some(id.parse().map_err(|_no_id| wrong("stall"))?),
        },
        since: since.to_owned(),
        take_over: !take_over.is_empty(),
    })
}

/// `POST /people/merchants/{id}/places`.
pub(super) async fn place(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<PlaceForm>,
) -> WebResult<Response> {
    let typed = Typed {
        f: f.clone(),
        ..Typed::default()
    };
    let command = |one: &MerchantView| {
        Ok(PlaceMerchant {
            community: one.community,
            merchant: id,
            at: place_of((&f.premises, &f.stall, &f.since, &f.take_over))?,
        })
    };
    run(&app, &ctx, prefs, id, command, typed).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndForm {
    pub(super) row: String,
    pub(super) until: String,
}

/// `POST /people/merchants/{id}/places/end`.
pub(super) async fn leave(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<EndForm>,
) -> WebResult<Response> {
    let command = |one: &MerchantView| {
        Ok(LeavePlace {
            community: one.community,
            merchant: id,
            place: f.row.parse().map_err(|_no_id| Problem::not_found())?,
            until: f.until.clone(),
        })
    };
    run(&app, &ctx, prefs, id, command, Typed::default()).await
}

/// `POST /people/merchants/{id}/close`.
pub(super) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CloseForm>,
) -> WebResult<Response> {
    let typed = Typed {
        close: f.clone(),
        ..Typed::default()
    };
    let command = |one: &MerchantView| {
        Ok(CloseMerchant {
            community: one.community,
            merchant: id,
            version: f.version.parse().unwrap_or(0),
            closed_on: f.closed_on.clone(),
        })
    };
    run(&app, &ctx, prefs, id, command, typed).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RevealForm {
    purpose: String,
}

/// `POST /people/merchants/{id}/reveal`: what is shown stands on this one answer only.
pub(super) async fn reveal(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<RevealForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let one = Merchants::one(app.db().read(), &vault, &scope, id).await?;
    let command = RevealMerchantPhone {
        vault,
        community: one.community,
        merchant: id,
        purpose: f.purpose.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(phone) => {
            let s = shell(&app, &ctx, prefs);
            let typed = Typed {
                phone,
                ..Typed::default()
            };
            show_page(&app, &ctx, s, id, typed).await
        }
        Err(problem) => {
            let typed = Typed {
                purpose: f.purpose,
                ..Typed::default()
            };
            again(&app, &ctx, prefs, id, problem, typed).await
        }
    }
}
