//! Who belongs where: taking on a role, and its end. What was held stays on record.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, IdempotencyHeader, PathId, Prefs, Shell, WebResult,
    idempotency, page,
};

use super::form::{Errors, area_of, areas_with, own_path, shown, to, with_status};
use super::organisations::shell;
use crate::permissions::{ORGANISATIONS_READ, PEOPLE_READ, PEOPLE_WRITE};
use crate::{
    Directory, EndMembership, MembershipRole, PersonCard, SaveMembership, Vault, find_membership,
};

/// Persons offered for one text.
const OFFERED: u64 = 10;

/// The form as typed. Whom it is about is said by `person`, or looked for by `who`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct MembershipForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    person: String,
    who: String,
    organisation: String,
    role: String,
    area: String,
    duty_phone: String,
    /// A day.
    valid_from: String,
}

#[derive(Template)]
#[template(path = "people/membership_form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: MembershipForm,
    person: Option<PersonCard>,
    /// Found by what was typed.
    found: Vec<PersonCard>,
    organisations: Vec<Choice>,
    roles: Vec<Choice>,
    areas: Vec<Choice>,
    key: String,
    /// Where one came from.
    back: String,
}

async fn form_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    mut f: MembershipForm,
    e: Errors,
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
    let seen = Directory::organisations(db, &ctx.scope(&ORGANISATIONS_READ)?, None).await?;
    let named = seen.iter().find(|one| one.id.to_string() == f.organisation);
    if f.area.is_empty() {
        let area = named
            .map(|one| one.area)
            .or(person.as_ref().map(|card| card.community.into()));
        f.area = area.map_or_else(String::new, |area| area.to_string());
    }
    let mut organisations = vec![Choice::new("", s.t("people-membership-none"))];
    organisations.extend(
        seen.iter()
            .map(|one| Choice::new(one.id.to_string(), &one.name)),
    );
    let back = match (named, &person) {
        (Some(one), _) => format!("/people/organisations/{}", one.id),
        (None, Some(card)) => format!("/people/{}", card.id),
        (None, None) => "/people".to_owned(),
    };
    Ok(FormPage {
        roles: MembershipRole::ALL
            .iter()
            .map(|role| Choice::new(role.as_str(), s.tt("member", role.as_str())))
            .collect(),
        areas: areas_with(&s, &PEOPLE_WRITE),
        key: ctx.new_id().to_string(),
        person,
        found,
        organisations,
        back,
        e,
        f,
        s,
    })
}

/// `GET /people/memberships/new?person=&who=&organisation=&role=&area=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<MembershipForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&form_page(&app, &ctx, s, f, Errors::none()).await?)
}

/// The beginning of a day in local time; nothing for an empty field.
pub(super) fn day(field: &'static str, text: &str) -> Result<Option<Micros>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    crate::import::midnight(text.trim())
        .map(Some)
        .ok_or_else(|| Problem::invalid(field, "no-day"))
}

async fn command(app: &App, ctx: &Ctx, f: &MembershipForm) -> Result<SaveMembership> {
    let vault = app.need::<Vault>()?;
    let person: Uuid = f
        .person
        .parse()
        .map_err(|_none| Problem::invalid("who", "choose-person"))?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let card = Directory::card(app.db().read(), &vault, &scope, person).await?;
    let organisation = match f.organisation.as_str() {
        "" => None,
        id => Some(
            id.parse()
                .map_err(|_no_id| Problem::invalid("organisation", "unknown-organisation"))?,
        ),
    };
    Ok(SaveMembership {
        vault,
        person_community: card.community,
        person,
        organisation,
        role: MembershipRole::parse(&f.role)
            .ok_or_else(|| Problem::invalid("role", "unknown-value"))?,
        area: area_of(&f.area).ok_or_else(|| Problem::invalid("area", "required"))?,
        duty_phone: Some(f.duty_phone.clone()).filter(|text| !text.trim().is_empty()),
        valid_from: day("valid_from", &f.valid_from)?,
    })
}

/// `POST /people/memberships`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<MembershipForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = async {
        let command = command(&app, &ctx, &f).await?;
        let sent = sent.or_else(|| Some(f.idempotency_key.clone()).filter(|key| !key.is_empty()));
        let filed = ctx.areas().community_of(command.area);
        let filed = filed.unwrap_or(CommunityId::SYSTEM);
        let key = idempotency(sent.as_deref(), filed, "/people/memberships", &f)?;
        app.db().execute_once(&ctx, key, command).await
    };
    match saved.await {
        Ok(_id) => Ok(to(&match f.organisation.as_str() {
            "" => format!("/people/{}?saved=changed", f.person),
            id => format!("/people/organisations/{id}?saved=changed"),
        })),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            let body = form_page(&app, &ctx, s, f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndForm {
    /// A day; empty: today, now.
    valid_to: String,
    next: String,
}

#[derive(Template)]
#[template(path = "people/membership_end.html")]
struct EndPage {
    s: Shell,
    e: Errors,
    id: Uuid,
    name: String,
    role: MembershipRole,
    since: Micros,
    valid_to: String,
    next: String,
}

async fn end_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    f: EndForm,
    e: Errors,
) -> WebResult<EndPage> {
    let vault = app.need::<Vault>()?;
    let row = find_membership(app.db().read(), &vault, &ctx.scope(&PEOPLE_WRITE)?, id).await?;
    Ok(EndPage {
        id,
        name: row.name,
        role: row.role,
        since: row.valid_from,
        valid_to: f.valid_to,
        next: own_path(Some(&f.next)).to_owned(),
        e,
        s,
    })
}

/// `GET /people/memberships/{id}/end?next=`.
pub(super) async fn ask_end(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(f): ApiQuery<EndForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&end_page(&app, &ctx, s, id, f, Errors::none()).await?)
}

/// `POST /people/memberships/{id}/end`.
pub(super) async fn end(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<EndForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let row = find_membership(app.db().read(), &vault, &ctx.scope(&PEOPLE_WRITE)?, id).await?;
    let ended = async {
        let command = EndMembership {
            community: row.community,
            id,
            at: last_day(&ctx, &f.valid_to)?,
        };
        app.db().execute(&ctx, command).await
    };
    match ended.await {
        Ok(()) => Ok(to(&format!("{}?saved=ended", own_path(Some(&f.next))))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = end_page(&app, &ctx, s, id, f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

/// The last day counts whole; the present one until now.
fn last_day(ctx: &Ctx, text: &str) -> Result<Option<Micros>> {
    let Some(start) = day("valid_to", text)? else {
        return Ok(None);
    };
    if start > ctx.now() {
        return Ok(Some(start));
    }
    Ok(Some(start.plus(Micros::DAY).min(ctx.now())))
}
