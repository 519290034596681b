//! Who belongs to a merchant: found in the register, related, ended.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::show::EndForm;
use super::{choices, shell};
use crate::merchants::{EndRelation, MerchantRelation, MerchantView, Merchants, RelatePerson};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::{Directory, PersonCard, Vault};

/// Persons offered for one text.
const OFFERED: u64 = 10;

/// The form as typed. Whom it is about is said by `person`, or looked for by `who`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PersonForm {
    person: String,
    who: String,
    relation: String,
    since: String,
    take_over: String,
}

#[derive(Template)]
#[template(path = "merchants/person_form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: PersonForm,
    one: MerchantView,
    person: Option<PersonCard>,
    found: Vec<PersonCard>,
    relations: Vec<Choice>,
}

async fn merchant(app: &App, ctx: &Ctx, id: Uuid) -> Result<MerchantView> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    Merchants::one(app.db().read(), &vault, &scope, id).await
}

async fn form_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    one: MerchantView,
    (f, e): (PersonForm, Errors),
) -> WebResult<FormPage> {
    let (db, vault) = (app.db().read(), app.need::<Vault>()?);
    let scope = ctx.scope(&PEOPLE_READ)?;
    let person = match f.person.parse() {
        Ok(id) => Directory::card(db, &vault, &scope, id).await.ok(),
        Err(_none_chosen) => None,
    };
    let found = match &person {
        Some(_) => Vec::new(),
        None => Directory::search(db, &vault, &scope, &f.who, OFFERED).await?,
    };
    let words = MerchantRelation::ALL.iter().map(|one| one.as_str());
    Ok(FormPage {
        relations: choices(&s, "merchant-relation", words),
        person,
        found,
        one,
        f,
        e,
        s,
    })
}

/// `GET /people/merchants/{id}/persons/new?who=&person=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(f): ApiQuery<PersonForm>,
) -> WebResult<Response> {
    let one = merchant(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, &ctx, s, one, (f, Errors::none())).await?)
}

async fn command(app: &App, ctx: &Ctx, one: &MerchantView, f: &PersonForm) -> Result<RelatePerson> {
    let vault = app.need::<Vault>()?;
    let person: Uuid = f
        .person
        .parse()
        .map_err(|_none| Problem::invalid("who", "choose-person"))?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let card = Directory::card(app.db().read(), &vault, &scope, person).await?;
    Ok(RelatePerson {
        community: one.community,
        merchant: one.id,
        person_community: card.community,
        person,
        relation: MerchantRelation::parse(&f.relation)
            .ok_or_else(|| Problem::invalid("relation", "unknown-value"))?,
        since: f.since.clone(),
        take_over: !f.take_over.is_empty(),
    })
}

/// `POST /people/merchants/{id}/persons`.
pub(super) async fn relate(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<PersonForm>,
) -> WebResult<Response> {
    let one = merchant(&app, &ctx, id).await?;
    let done = async {
        let command = command(&app, &ctx, &one, &f).await?;
        app.db().execute(&ctx, command).await
    };
    match done.await {
        Ok(()) => Ok(to(&format!("/people/merchants/{id}?saved=changed"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = form_page(&app, &ctx, s, one, (f, e)).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

/// `POST /people/merchants/{id}/persons/end`.
pub(super) async fn end(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(f): ApiForm<EndForm>,
) -> WebResult<Response> {
    let one = merchant(&app, &ctx, id).await?;
    let command = EndRelation {
        community: one.community,
        merchant: id,
        relation: f.row.parse().map_err(|_no_id| Problem::not_found())?,
        until: f.until,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/merchants/{id}?saved=changed")))
}
