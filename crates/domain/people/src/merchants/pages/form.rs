//! Entering a merchant and changing it. The number is not shown: left empty on a change it stays.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_places::premises::{Premises, PremisesView, StallView, kilowatts, square_metres};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, IdempotencyHeader, PathId, Prefs,
    Shell, WebResult, idempotency, page,
};

use super::show::place_of;
use super::{choices, shell};
use crate::Vault;
use crate::facts::How;
use crate::merchants::{LegalKind, MerchantInput, MerchantView, Merchants, SaveMerchant, Trade};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::PEOPLE_WRITE;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct MerchantForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Of a new one: where it does business.
    premises: String,
    stall: String,
    since: String,
    take_over: String,
    name: String,
    kind: String,
    credit_code: String,
    trade: String,
    goods: String,
    employees: String,
    floor_area: String,
    load: String,
    hours: String,
    opened_on: String,
    phone: String,
    /// On a change: take the number away.
    clear_phone: String,
}

/// Where a new merchant is entered.
struct Here {
    premises: PremisesView,
    stall: Option<StallView>,
}

#[derive(Template)]
#[template(path = "merchants/form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: MerchantForm,
    id: Option<Uuid>,
    here: Option<Here>,
    kinds: Vec<Choice>,
    trades: Vec<Choice>,
    stalls: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

async fn here(app: &App, ctx: &Ctx, f: &MerchantForm) -> Result<Here> {
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let db = app.db().read();
    let id = f.premises.parse().map_err(|_none| Problem::not_found())?;
    let premises = Premises::one(db, &scope, id).await?;
    let stall = match f.stall.parse() {
        Ok(id) => Some(Premises::stall(db, &scope, id).await?.1),
        Err(_none) => None,
    };
    Ok(Here { premises, stall })
}

async fn form_page(
    app: &App,
    s: Shell,
    (id, here): (Option<Uuid>, Option<Here>),
    f: MerchantForm,
    e: Errors,
) -> WebResult<FormPage> {
    let mut stalls = vec![Choice::new("", s.t("merchant-no-stall"))];
    if let Some(here) = &here {
        let all = Premises::stalls(app.db().read(), &here.premises, false).await?;
        stalls.extend(
            all.iter()
                .map(|one| Choice::new(one.id.to_string(), one.label())),
        );
    }
    Ok(FormPage {
        kinds: choices(
            &s,
            "legal-kind",
            LegalKind::ALL.iter().map(|one| one.as_str()),
        ),
        trades: choices(&s, "trade", Trade::ALL.iter().map(|one| one.as_str())),
        key: s.ctx().new_id().to_string(),
        clash: None,
        stalls,
        here,
        id,
        f,
        e,
        s,
    })
}

/// `GET /people/merchants/new?premises=&stall=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<MerchantForm>,
) -> WebResult<Response> {
    if f.premises.is_empty() {
        // A merchant is entered where it does business.
        return Ok(to("/places/premises?merchant=1"));
    }
    let here = here(&app, &ctx, &f).await?;
    let f = MerchantForm {
        kind: LegalKind::Individual.as_str().to_owned(),
        trade: Trade::Other.as_str().to_owned(),
        ..f
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, (None, Some(here)), f, Errors::none()).await?)
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<(MerchantView, MerchantForm)> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let one = Merchants::one(app.db().read(), &vault, &scope, id).await?;
    ctx.authorize(&PEOPLE_WRITE, one.area)?;
    let f = MerchantForm {
        version: one.version.to_string(),
        name: one.name.clone(),
        kind: one.kind.as_str().to_owned(),
        credit_code: one.credit_code.clone().unwrap_or_default(),
        trade: one.trade.as_str().to_owned(),
        goods: one.goods.clone(),
        employees: one
            .employees
            .map_or_else(String::new, |count| count.to_string()),
        floor_area: one.area_centi.map_or_else(String::new, square_metres),
        load: one.load_w.map_or_else(String::new, kilowatts),
        hours: one.hours.clone(),
        opened_on: one.opened_on.clone().unwrap_or_default(),
        ..MerchantForm::default()
    };
    Ok((one, f))
}

/// `GET /people/merchants/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (_, f) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, s, (Some(id), None), f, Errors::none()).await?)
}

fn command(
    app: &App,
    f: &MerchantForm,
    community: CommunityId,
    known: Option<Uuid>,
) -> Result<SaveMerchant> {
    let phone = match (f.phone.trim(), f.clear_phone.is_empty()) {
        ("", true) => None,
        ("", false) => Some(String::new()),
        (text, _) => Some(text.to_owned()),
    };
    Ok(SaveMerchant {
        vault: app.need::<Vault>()?,
        community,
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        input: MerchantInput {
            name: f.name.clone(),
            kind: f.kind.clone(),
            credit_code: f.credit_code.clone(),
            trade: f.trade.clone(),
            goods: f.goods.clone(),
            employees: f.employees.clone(),
            floor_area: f.floor_area.clone(),
            load: f.load.clone(),
            hours: f.hours.clone(),
            opened_on: f.opened_on.clone(),
            phone,
            how: How::Desk,
        },
        at: match known {
            Some(_known) => None,
            None => Some(place_of((&f.premises, &f.stall, &f.since, &f.take_over))?),
        },
    })
}

/// `POST /people/merchants`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<MerchantForm>,
) -> WebResult<Response> {
    let here = here(&app, &ctx, &f).await?;
    let community = here.premises.community;
    let saved = async {
        let sent = sent.or_else(|| Some(f.idempotency_key.clone()).filter(|key| !key.is_empty()));
        let key = idempotency(sent.as_deref(), community, "/people/merchants", &f)?;
        let command = command(&app, &f, community, None)?;
        app.db().execute_once(&ctx, key, command).await
    };
    match saved.await {
        Ok(id) => Ok(to(&format!("/people/merchants/{id}?saved=new"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = form_page(&app, s, (None, Some(here)), f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

/// `POST /people/merchants/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<MerchantForm>,
) -> WebResult<Response> {
    let (one, theirs) = held(&app, &ctx, id).await?;
    let saved = async {
        let command = command(&app, &f, one.community, Some(id))?;
        app.db().execute(&ctx, command).await
    };
    match saved.await {
        Ok(id) => Ok(to(&format!("/people/merchants/{id}?saved=changed"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, id, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                Errors::none()
            } else {
                Errors::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(&app, s, (Some(id), None), f, e).await?
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &MerchantForm, f: &MerchantForm) -> Clash {
    let line = |field, label: &str, theirs: &str, yours: &str| ClashLine {
        field,
        label: s.t(label),
        theirs: theirs.to_owned(),
        value: theirs.to_owned(),
        yours: yours.trim().to_owned(),
    };
    let word = |prefix: &str, line: ClashLine| ClashLine {
        theirs: s.tt(prefix, &line.theirs),
        yours: s.tt(prefix, &line.yours),
        ..line
    };
    let lines = vec![
        line("name", "merchant-name", &theirs.name, &f.name),
        word(
            "legal-kind",
            line("kind", "legal-kind", &theirs.kind, &f.kind),
        ),
        line(
            "credit_code",
            "merchant-code",
            &theirs.credit_code,
            &f.credit_code,
        ),
        word("trade", line("trade", "trade", &theirs.trade, &f.trade)),
        line("goods", "merchant-goods", &theirs.goods, &f.goods),
        line(
            "employees",
            "merchant-employees",
            &theirs.employees,
            &f.employees,
        ),
        line(
            "floor_area",
            "merchant-floor-area",
            &theirs.floor_area,
            &f.floor_area,
        ),
        line("load", "merchant-load", &theirs.load, &f.load),
        line("hours", "merchant-hours", &theirs.hours, &f.hours),
        line(
            "opened_on",
            "merchant-opened",
            &theirs.opened_on,
            &f.opened_on,
        ),
    ];
    Clash::of(format!("/people/merchants/{id}"), lines)
}
