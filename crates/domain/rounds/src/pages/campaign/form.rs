//! Making a campaign and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_datasets::cube::Query;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_people::{Directory, Party};
use youlin_places::premises::PremisesKind;
use youlin_web::{
    ApiForm, App, Caller, Choice, FormFaults, IdempotencyHeader, PathId, Prefs, Shell, WebResult,
    idempotency, mendable, page, refused_with,
};

use super::super::question::Asked;
use super::super::shell;
use crate::SaveCampaign;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{CampaignView, EXAMPLE_FOR, campaign_view};

/// As typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct CampaignForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    title: String,
    /// Number of the area.
    area: String,
    first: String,
    last: String,
    kind: String,
    built_before: String,
    floor_area: String,
    stalls: String,
    photographs: String,
    basis: String,
    /// Id of the organisation that inspects; empty: whoever looks after the grid.
    inspector: String,
    /// Id of the organisation that looks again besides those who always do.
    rechecker: String,
}

impl CampaignForm {
    fn asked(&self) -> Asked {
        Asked {
            kind: self.kind.clone(),
            built_before: self.built_before.clone(),
            floor_area: self.floor_area.clone(),
            stalls: self.stalls.clone(),
            ..Asked::default()
        }
    }
}

#[derive(Template)]
#[template(path = "campaign_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: CampaignForm,
    id: Option<Uuid>,
    /// Its question and area stay.
    started: bool,
    areas: Vec<Choice>,
    kinds: Vec<Choice>,
    inspectors: Vec<Choice>,
    recheckers: Vec<Choice>,
    key: String,
}

/// Areas the caller plans for: those of their grants and the communities below.
fn areas(s: &Shell) -> Vec<Choice> {
    let ctx = s.ctx();
    let mut ids: Vec<AreaId> = ctx
        .grants()
        .iter()
        .filter(|grant| ROUNDS_PLAN.held_by(grant.role))
        .map(|grant| grant.area)
        .collect();
    if let Ok(scope) = ctx.scope(&ROUNDS_PLAN) {
        ids.extend(
            scope
                .parts()
                .iter()
                .map(|part| AreaId::from(part.community)),
        );
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    // The path leaves the topmost area out.
    let label = |id: AreaId| match s.area_path(id) {
        path if path.is_empty() => s.area(&id),
        path => path,
    };
    ids.into_iter()
        .map(|id| Choice::new(id.0.to_string(), label(id)))
        .collect()
}

/// Organisations of the areas the caller plans for; what it means to choose none.
async fn parties(s: &Shell, none: &str) -> Result<Vec<Choice>> {
    let scope = s.ctx().scope(&ROUNDS_PLAN)?;
    let mut all = vec![Choice::new("", s.t(none))];
    let found = Directory::organisations(s.app().db().read(), &scope, None).await?;
    all.extend(
        found
            .into_iter()
            .map(|one| Choice::new(one.id.to_string(), one.name)),
    );
    Ok(all)
}

async fn form_page(
    s: Shell,
    id: Option<Uuid>,
    started: bool,
    f: CampaignForm,
    e: FormFaults,
) -> Result<FormPage> {
    let mut kinds = vec![Choice::new("", s.t("campaign-any-kind"))];
    kinds.extend(
        PremisesKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("premises-kind", kind.as_str()))),
    );
    Ok(FormPage {
        key: s.ctx().new_id().to_string(),
        areas: areas(&s),
        inspectors: parties(&s, "campaign-inspector-usual").await?,
        recheckers: parties(&s, "policy-rechecker-usual").await?,
        kinds,
        id,
        started,
        f,
        e,
        s,
    })
}

fn first(parties: &[Party]) -> String {
    let first = parties.first();
    first.map_or_else(String::new, |party| party.id.to_string())
}

/// The form names one; more that came over the interface stay as long as the first does.
fn chosen(named: &str, held: Option<&Vec<Party>>) -> Vec<Party> {
    match held {
        Some(held) if first(held) == named => held.clone(),
        _ => {
            let named = named.parse().ok().map(Party::organisation);
            named.into_iter().collect()
        }
    }
}

/// `GET /rounds/campaigns/new`.
pub(in crate::pages) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    ctx.scope(&ROUNDS_PLAN)?;
    let today = ctx.now().date();
    let f = CampaignForm {
        first: today.to_string(),
        last: today.saturating_add(60.days()).to_string(),
        kind: PremisesKind::Market.to_string(),
        photographs: "0".to_owned(),
        ..CampaignForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, None, false, f, FormFaults::none()).await?)
}

fn form_of(one: &CampaignView) -> CampaignForm {
    let asked = Asked::of(&one.question).unwrap_or_default();
    CampaignForm {
        idempotency_key: String::new(),
        version: one.version.to_string(),
        title: one.title.clone(),
        area: one.area.0.to_string(),
        first: one.first_day.clone(),
        last: one.last_day.clone(),
        kind: asked.kind,
        built_before: asked.built_before,
        floor_area: asked.floor_area,
        stalls: asked.stalls,
        photographs: one.photographs.to_string(),
        basis: one.basis.clone(),
        inspector: first(&one.inspectors),
        rechecker: first(&one.recheckers),
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<CampaignView> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let one = campaign_view(app.db(), ctx, &scope, id).await?;
    ctx.require(&ROUNDS_PLAN, one.area)?;
    Ok(one)
}

/// `GET /rounds/campaigns/{id}/edit`.
pub(in crate::pages) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let one = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    let started = one.started_at.is_some();
    page(&form_page(s, Some(id), started, form_of(&one), FormFaults::none()).await?)
}

fn command(f: &CampaignForm, known: Option<(&CampaignView, i32)>) -> Result<SaveCampaign> {
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    let mut day = |field: &'static str, text: &str| match text.parse::<Date>() {
        Ok(day) => day,
        Err(_no_day) => {
            let all = std::mem::replace(&mut faults, Problem::not_found());
            faults = all.and_field(field, "no-day");
            Date::ZERO
        }
    };
    let (first, last) = (day("first", &f.first), day("last", &f.last));
    let photographs = match f.photographs.trim() {
        "" => Ok(0),
        text => text.parse::<i32>(),
    };
    let photographs = photographs.unwrap_or(-1);
    let question: Query = match known {
        // Started, or asked over the interface in a way the form does not know: it stays.
        Some((one, _)) if one.started_at.is_some() || Asked::of(&one.question).is_none() => {
            one.question.clone()
        }
        _ => match f.asked().query("premises") {
            Ok(query) => query,
            Err(problem) => {
                faults = faults.and_fields_of(&problem, str::to_owned);
                Query::default()
            }
        },
    };
    let area = match known {
        Some((one, _)) if one.started_at.is_some() => Some(one.area.0),
        _ => f.area.parse().ok(),
    };
    if area.is_none() {
        faults = faults.and_field("area", "required");
    }
    if !faults.fields().is_empty() {
        return Err(faults);
    }
    Ok(SaveCampaign {
        known: known.map(|(one, version)| (one.id, version)),
        title: f.title.clone(),
        area: AreaId(area.unwrap_or_default()),
        first,
        last,
        checklist: EXAMPLE_FOR.to_owned(),
        question,
        photographs,
        basis: f.basis.clone(),
        inspectors: chosen(&f.inspector, known.map(|(one, _)| &one.inspectors)),
        recheckers: chosen(&f.rechecker, known.map(|(one, _)| &one.recheckers)),
    })
}

/// `POST /rounds/campaigns`.
pub(in crate::pages) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<CampaignForm>,
) -> WebResult<Response> {
    let saved = async {
        let field = Some(f.idempotency_key.clone()).filter(|key| !key.is_empty());
        let sent = header.0.or(field);
        let key = idempotency(
            sent.as_deref(),
            CommunityId::SYSTEM,
            "/rounds/campaigns",
            &f,
        )?;
        app.db().execute_once(&ctx, key, command(&f, None)?).await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/campaigns/{id}/list")).into_response()),
        Err(problem) => refused(&app, &ctx, prefs, None, false, f, problem).await,
    }
}

/// `POST /rounds/campaigns/{id}`.
pub(in crate::pages) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CampaignForm>,
) -> WebResult<Response> {
    let one = held(&app, &ctx, id).await?;
    let saved = async {
        let version = f.version.parse();
        let version = version.map_err(|_none| Problem::invalid("version", "required"))?;
        app.db()
            .execute(&ctx, command(&f, Some((&one, version)))?)
            .await
    };
    match saved.await {
        Ok(_id) => Ok(Redirect::to(&format!("/rounds/campaigns/{id}?saved=1")).into_response()),
        Err(problem) => {
            let started = one.started_at.is_some();
            refused(&app, &ctx, prefs, Some(id), started, f, problem).await
        }
    }
}

async fn refused(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Option<Uuid>,
    started: bool,
    f: CampaignForm,
    problem: Problem,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let s = shell(app, ctx, prefs);
    let e = FormFaults::of(&s, &problem);
    let body = form_page(s, id, started, f, e).await?;
    Ok(refused_with(&problem, page(&body)?))
}
