//! `/support/new`: asking for support, for a case, for a dwelling, or for a matter of its own.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_kernel::{AreaId, CommunityId, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, IdempotencyHeader, Prefs, Shell, WebResult,
    idempotency, mendable, page, refused_with,
};

use super::form::{areas, said};
use super::{SUPPORT, shell};
use crate::commands::AskSupport;
use crate::model::SupportField;
use crate::permissions::SUPPORT_ASK;
use crate::service::Sharing;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SupportForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    case: String,
    dwelling: String,
    area: String,
    field: String,
    urgent: String,
    question: String,
}

#[derive(Template)]
#[template(path = "sharing/support_form.html")]
struct FormPage<'a> {
    s: &'a Shell,
    e: FormFaults,
    f: SupportForm,
    fields: Vec<Choice>,
    areas: Vec<Choice>,
    /// What it is about, where that is known: the number of the case, the address of the dwelling.
    about: String,
    key: String,
}

async fn form_page<'a>(s: &'a Shell, f: SupportForm, e: FormFaults) -> Result<FormPage<'a>> {
    let (app, ctx) = (s.app(), s.ctx());
    let mut about = String::new();
    if let Ok(id) = f.case.parse::<Uuid>() {
        let cases = app.need::<Cases>()?;
        let row = youlin_cases::case(app.db(), &cases, ctx, id).await?.row;
        about = format!("{} {}", row.number, row.text);
    } else if let Ok(id) = f.dwelling.parse::<Uuid>() {
        let sharing = app.need::<Sharing>()?;
        let place = sharing.vault().place(id).ok_or_else(Problem::not_found)?;
        ctx.authorize(&SUPPORT_ASK, place.area())?;
        about = place.address;
    }
    Ok(FormPage {
        fields: SupportField::ALL
            .iter()
            .map(|field| Choice::new(field.as_str(), s.tt("support-field", field)))
            .collect(),
        areas: areas(s, &SUPPORT_ASK, true),
        key: ctx.new_id().to_string(),
        about,
        f,
        e,
        s,
    })
}

/// `GET /support/new?case=&dwelling=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<SupportForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, SUPPORT);
    page(&form_page(&s, f, FormFaults::none()).await?)
}

fn command(app: &App, f: &SupportForm) -> Result<AskSupport> {
    let id = |field: &'static str, text: &str| {
        said(text)
            .map(|text| text.parse::<Uuid>())
            .transpose()
            .map_err(|_no_id| Problem::invalid(field, "unknown-value"))
    };
    Ok(AskSupport {
        sharing: app.need::<Sharing>()?,
        field: SupportField::parse(&f.field)
            .ok_or_else(|| Problem::invalid("field", "required"))?,
        urgent: !f.urgent.is_empty(),
        area: f.area.parse().map(AreaId).ok(),
        case: id("case", &f.case)?,
        dwelling: id("dwelling", &f.dwelling)?,
        question: f.question.clone(),
    })
}

/// `POST /support`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<SupportForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, SUPPORT);
    let saved = async {
        let sent = sent.or_else(|| said(&f.idempotency_key).map(str::to_owned));
        let command = command(&app, &f)?;
        let area = command.place(&ctx).await?;
        let filed = ctx.areas().community_of(area);
        let filed = filed.unwrap_or(CommunityId::SYSTEM);
        let key = idempotency(sent.as_deref(), filed, "/support", &f)?;
        app.db().execute_once(&ctx, key, command).await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/support/{id}?done=asked")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&form_page(&s, f, e).await?)?))
        }
    }
}
