//! Entering an organisation and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, IdempotencyHeader, PathId, Prefs,
    Shell, WebResult, idempotency, page,
};

use super::form::{Errors, area_of, areas_with, shown, to, with_status};
use super::organisations::shell;
use crate::permissions::ORGANISATIONS_WRITE;
use crate::{Directory, OrganisationKind, OrganisationView, SaveOrganisation, Vault};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OrganisationForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    kind: String,
    name: String,
    area: String,
    phone: String,
    email: String,
    credit_code: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "people/organisation_form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: OrganisationForm,
    /// `None`: a new one.
    id: Option<Uuid>,
    kinds: Vec<Choice>,
    areas: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| "new".to_owned(), |id| id.to_string())
    }
}

fn form_page(s: Shell, id: Option<Uuid>, f: OrganisationForm, e: Errors) -> FormPage {
    FormPage {
        kinds: OrganisationKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("organisation", kind.as_str())))
            .collect(),
        areas: areas_with(&s, &ORGANISATIONS_WRITE),
        key: s.ctx().new_id().to_string(),
        clash: None,
        id,
        f,
        e,
        s,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    kind: String,
    area: String,
}

/// `GET /people/organisations/new?kind=&area=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let f = OrganisationForm {
        kind: start.kind,
        area: start.area,
        ..OrganisationForm::default()
    };
    page(&form_page(s, None, f, Errors::none()))
}

/// The organisation, for somebody who may change it.
async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<(OrganisationView, OrganisationForm)> {
    let db = app.db().read();
    let scope = ctx.scope(&ORGANISATIONS_WRITE)?;
    let row = Directory::organisation_seen(db, &scope, id).await?;
    ctx.authorize(&ORGANISATIONS_WRITE, row.area)?;
    let vault = app.need::<Vault>()?;
    let email = Directory::organisation_email(db, &vault, row.community, id).await?;
    let form = OrganisationForm {
        idempotency_key: String::new(),
        version: row.version.to_string(),
        kind: row.kind.as_str().to_owned(),
        name: row.name.clone(),
        area: row.area.to_string(),
        phone: row.phone.clone().unwrap_or_default(),
        email: email.unwrap_or_default(),
        credit_code: row.credit_code.clone().unwrap_or_default(),
        closed: row.closed_at.map_or_else(String::new, |_| "1".to_owned()),
    };
    Ok((row, form))
}

/// `GET /people/organisations/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (_, f) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, Some(id), f, Errors::none()))
}

fn command(
    app: &App,
    f: &OrganisationForm,
    id: Option<(CommunityId, Uuid)>,
) -> Result<SaveOrganisation> {
    Ok(SaveOrganisation {
        vault: app.need::<Vault>()?,
        id,
        version: id.and_then(|_| f.version.parse().ok()),
        ext_key: None,
        kind: OrganisationKind::parse(&f.kind)
            .ok_or_else(|| Problem::invalid("kind", "unknown-value"))?,
        name: f.name.clone(),
        area: area_of(&f.area).ok_or_else(|| Problem::invalid("area", "required"))?,
        phone: Some(f.phone.clone()),
        email: Some(f.email.clone()),
        credit_code: Some(f.credit_code.clone()),
        closed: !f.closed.is_empty(),
    })
}

/// `POST /people/organisations`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<OrganisationForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = async {
        let sent = sent.or_else(|| Some(f.idempotency_key.clone()).filter(|key| !key.is_empty()));
        let route = "/people/organisations";
        let filed = area_of(&f.area).and_then(|area| ctx.areas().community_of(area));
        let filed = filed.unwrap_or(CommunityId::SYSTEM);
        let key = idempotency(sent.as_deref(), filed, route, &f)?;
        app.db()
            .execute_once(&ctx, key, command(&app, &f, None)?)
            .await
    };
    match saved.await {
        Ok(id) => Ok(to(&format!("/people/organisations/{id}?saved=new"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            Ok(with_status(&problem, page(&form_page(s, None, f, e))?))
        }
    }
}

/// `POST /people/organisations/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<OrganisationForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let (row, _) = held(&app, &ctx, id).await?;
    let saved = async {
        let command = command(&app, &f, Some((row.community, id)))?;
        app.db().execute(&ctx, command).await
    };
    match saved.await {
        Ok(_id) => Ok(to(&format!("/people/organisations/{id}?saved=changed"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let mut clash = None;
            if problem.code() == "stale" {
                let (_, theirs) = held(&app, &ctx, id).await?;
                clash = Some(differences(&s, id, &theirs, &f));
                f.version = theirs.version;
            }
            let e = if clash.is_some() {
                Errors::none()
            } else {
                Errors::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(s, Some(id), f, e)
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &OrganisationForm, f: &OrganisationForm) -> Clash {
    let plain = |text: &str| text.to_owned();
    let kind = |text: &str| s.tt("organisation", text);
    let area = |text: &str| area_of(text).map_or_else(String::new, |area| s.area(&area));
    let closed = |text: &str| s.t(if text.is_empty() { "no" } else { "yes" });
    let line =
        |field, label: &str, theirs: &str, yours: &str, word: &dyn Fn(&str) -> String| ClashLine {
            field,
            label: s.t(label),
            theirs: word(theirs),
            value: theirs.to_owned(),
            yours: word(yours.trim()),
        };
    let lines = vec![
        line(
            "kind",
            "people-organisation-kind",
            &theirs.kind,
            &f.kind,
            &kind,
        ),
        line(
            "name",
            "people-organisation-name",
            &theirs.name,
            &f.name,
            &plain,
        ),
        line(
            "area",
            "people-organisation-area",
            &theirs.area,
            &f.area,
            &area,
        ),
        line(
            "phone",
            "people-organisation-phone",
            &theirs.phone,
            &f.phone,
            &plain,
        ),
        line(
            "email",
            "people-organisation-email",
            &theirs.email,
            &f.email,
            &plain,
        ),
        line(
            "credit_code",
            "people-organisation-code",
            &theirs.credit_code,
            &f.credit_code,
            &plain,
        ),
        line(
            "closed",
            "people-organisation-closed",
            &theirs.closed,
            &f.closed,
            &closed,
        ),
    ];
    Clash::of(format!("/people/organisations/{id}"), lines)
}
