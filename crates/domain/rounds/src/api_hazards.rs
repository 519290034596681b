//! REST: inspections with their hazards, the steps of a hazard, campaigns, rule sets.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_datasets::cube::Query;
use youlin_kernel::{Access, Actor, AreaId, CommunityId, Micros, Problem};
use youlin_people::Party;
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Refusals, Routes, WebResult};

use crate::model::{Channel, HazardVerb};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ, ROUNDS_RULES, ROUNDS_WALK};
use crate::queries::{
    self, CampaignFigures, CampaignPremises, CampaignView, EXAMPLE_FOR, HazardFilter, HazardView,
    HazardsOf, JudgementView, RuleSetView, changes_by, in_use, rule_sets,
};
use crate::service::Rounds;
use crate::{
    ActOnHazard, HandedIn, HazardActed, ListedPremises, MarkStarted, NewInspection, SaveCampaign,
    SaveRuleSet, UseRuleSet, apply_list, prepare_inspection, preview_list,
};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    let rules = Access::Needs(&ROUNDS_RULES);
    Routes::new()
        .api(walk, routes!(hand_in_inspection))
        .api(read, routes!(list_judgements))
        .api(read, routes!(list_hazards))
        .api(read, routes!(get_hazard))
        .api(walk, routes!(act_on_hazard))
        .api(read, routes!(list_campaigns))
        .api(plan, routes!(create_campaign))
        .api(read, routes!(get_campaign))
        .api(read, routes!(list_campaign_premises))
        .api(plan, routes!(take_campaign_list))
        .api(read, routes!(list_rule_sets))
        .api(rules, routes!(take_in_rule_set))
        .api(read, routes!(list_rule_changes))
        .api(rules, routes!(use_rule_set))
}

/// Hand in an inspection of premises with what is known of its hazards.
///
/// Every finding that is not put right on the spot is a case and a hazard; measured answers are judged by the rule set in use.
/// The same again gets the first answer.
#[utoipa::path(
    post, path = "/api/v1/rounds/inspections", operation_id = "handInInspection", tag = "hazards",
    request_body = NewInspection, responses((status = 201, body = HandedIn), Refusals)
)]
pub(crate) async fn hand_in_inspection(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(mut new): ApiJson<NewInspection>,
) -> WebResult<Response> {
    if matches!(ctx.actor(), Actor::Machine { .. }) {
        new.round.channel = Channel::Api;
    }
    let rounds = app.need::<Rounds>()?;
    let command = prepare_inspection(&rounds, app.db(), &ctx, new.round, new.hazards).await?;
    let done = app.db().execute(&ctx, command).await?;
    let location = format!("/api/v1/rounds/{}", done.id);
    Ok((StatusCode::CREATED, [("Location", location)], Json(done)).into_response())
}

/// Everything that was judged on a round, also what met its rule, and whether it comes out the same today.
#[utoipa::path(
    get, path = "/api/v1/rounds/{id}/judgements", operation_id = "listJudgements", tag = "hazards",
    params(("id" = Uuid, Path)), responses((status = 200, body = Vec<JudgementView>), Refusals)
)]
pub(crate) async fn list_judgements(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Vec<JudgementView>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(queries::judgements_of(app.db(), &scope, id).await?))
}

/// Which hazards.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct HazardQuery {
    of: Option<HazardsOf>,
    campaign: Option<Uuid>,
    premises: Option<Uuid>,
    community: Option<CommunityId>,
    /// Found before: the `found_at` of the last one leads on.
    before: Option<Micros>,
    /// Its `id`, beside: all of a round were found at the same moment.
    before_id: Option<Uuid>,
}

/// Hazards, the latest found first, at most a hundred.
#[utoipa::path(
    get, path = "/api/v1/hazards", operation_id = "listHazards", tag = "hazards",
    params(HazardQuery), responses((status = 200, body = Vec<HazardView>), Refusals)
)]
pub(crate) async fn list_hazards(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<HazardQuery>,
) -> WebResult<Json<Vec<HazardView>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let filter = HazardFilter {
        of: query.of,
        campaign: query.campaign,
        premises: query.premises,
        community: query.community,
        before: query.before,
        before_id: query.before_id,
        ..HazardFilter::default()
    };
    Ok(Json(queries::hazards(app.db(), &scope, filter).await?))
}

/// A hazard with what was measured and everything on its way.
#[utoipa::path(
    get, path = "/api/v1/hazards/{id}", operation_id = "getHazard", tag = "hazards",
    params(("id" = Uuid, Path)), responses((status = 200, body = HazardView), Refusals)
)]
pub(crate) async fn get_hazard(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<HazardView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(queries::hazard_view(app.db(), &scope, id).await?))
}

/// A step of a hazard.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HazardStepBody {
    /// The version that was seen; another one by now is 409.
    #[serde(default)]
    version: Option<i32>,
    step: HazardVerb,
}

/// Take a step: interim measures, progress, said to be put right, more time asked for or decided, re-check.
///
/// Whoever caused it or put it right does not re-check it; whoever asks for more time does not approve it. What was found by a
/// measured value may be measured again (`measured`): it is judged by the rule and version that judged it first, and whoever says
/// it is put right though it fails is refused. Photographs of a re-check are those attached to the finding (`stage=after`) since it was said to be put right.
#[utoipa::path(
    post, path = "/api/v1/hazards/{id}/steps", operation_id = "actOnHazard", tag = "hazards",
    params(("id" = Uuid, Path)), request_body = HazardStepBody,
    responses((status = 200, body = HazardActed), Refusals)
)]
pub(crate) async fn act_on_hazard(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<HazardStepBody>,
) -> WebResult<Json<HazardActed>> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let community = queries::hazard_view(app.db(), &scope, id).await?.community;
    let command = ActOnHazard {
        rounds: app.need::<Rounds>()?,
        community,
        hazard: id,
        version: body.version,
        verb: body.step,
        photographs: Vec::new(),
    };
    Ok(Json(app.db().execute(&ctx, command).await?))
}

/// Campaigns that touch one's area.
#[utoipa::path(
    get, path = "/api/v1/campaigns", operation_id = "listCampaigns", tag = "hazards",
    responses((status = 200, body = Vec<CampaignView>), Refusals)
)]
pub(crate) async fn list_campaigns(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<CampaignView>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(queries::campaigns(app.db(), &ctx, &scope).await?))
}

/// A campaign to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewCampaign {
    title: String,
    area: AreaId,
    /// `2026-10-15`
    #[schema(value_type = String)]
    first_day: Date,
    #[schema(value_type = String)]
    last_day: Date,
    /// Any question to the dataset `premises`.
    #[schema(value_type = Object)]
    question: Query,
    /// Photographs a re-check has to show, with the legal basis.
    #[serde(default)]
    photographs: i32,
    #[serde(default)]
    basis: String,
    /// Who inspects in it: it is due for them. None: for whoever looks after the grid.
    #[serde(default)]
    inspectors: Vec<Party>,
    /// Who looks again besides those who always do.
    #[serde(default)]
    recheckers: Vec<Party>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    id: Uuid,
}

/// Make a campaign; it starts when its list is taken.
#[utoipa::path(
    post, path = "/api/v1/campaigns", operation_id = "createCampaign", tag = "hazards",
    request_body = NewCampaign, responses((status = 201, body = Made), Refusals)
)]
pub(crate) async fn create_campaign(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(new): ApiJson<NewCampaign>,
) -> WebResult<Response> {
    let command = SaveCampaign {
        known: None,
        title: new.title,
        area: new.area,
        first: new.first_day,
        last: new.last_day,
        checklist: EXAMPLE_FOR.to_owned(),
        question: new.question,
        photographs: new.photographs,
        basis: new.basis,
        inspectors: new.inspectors,
        recheckers: new.recheckers,
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok((StatusCode::CREATED, Json(Made { id })).into_response())
}

/// A campaign with its figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignWithFigures {
    campaign: CampaignView,
    communities: Vec<CommunityFigures>,
}

/// The figures of one community.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommunityFigures {
    community: CommunityId,
    figures: CampaignFigures,
}

/// A campaign: listed, inspected, found, removed, overdue by community.
#[utoipa::path(
    get, path = "/api/v1/campaigns/{id}", operation_id = "getCampaign", tag = "hazards",
    params(("id" = Uuid, Path)), responses((status = 200, body = CampaignWithFigures), Refusals)
)]
pub(crate) async fn get_campaign(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<CampaignWithFigures>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let campaign = queries::campaign_view(app.db(), &ctx, &scope, id).await?;
    let figures = queries::campaign_figures(app.db(), &scope, id).await?;
    let line = |(community, figures)| CommunityFigures { community, figures };
    Ok(Json(CampaignWithFigures {
        campaign,
        communities: figures.into_iter().map(line).collect(),
    }))
}

/// From which line on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FromLine {
    from: u64,
}

/// The premises on a campaign's list, a hundred at a time, those not yet inspected first.
#[utoipa::path(
    get, path = "/api/v1/campaigns/{id}/premises", operation_id = "listCampaignPremises", tag = "hazards",
    params(("id" = Uuid, Path), FromLine),
    responses((status = 200, body = Vec<CampaignPremises>), Refusals)
)]
pub(crate) async fn list_campaign_premises(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiQuery(query): ApiQuery<FromLine>,
) -> WebResult<Json<Vec<CampaignPremises>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    queries::campaign_view(app.db(), &ctx, &scope, id).await?;
    let listed = queries::campaign_list(app.db(), &scope, id, query.from).await?;
    Ok(Json(listed))
}

/// Take the list, or only look.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct TakeList {
    /// Only say what would change.
    dry_run: bool,
}

/// The registers' answer now against the list. Not on a dry run it is taken over, and the campaign has started.
#[utoipa::path(
    post, path = "/api/v1/campaigns/{id}/list", operation_id = "takeCampaignList", tag = "hazards",
    params(("id" = Uuid, Path)), request_body = TakeList,
    responses((status = 200, body = ListedPremises), Refusals)
)]
pub(crate) async fn take_campaign_list(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<TakeList>,
) -> WebResult<Json<ListedPremises>> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let campaign = queries::campaign_view(app.db(), &ctx, &scope, id).await?;
    let datasets = app.need::<Datasets>()?;
    let preview = preview_list(&datasets, app.db(), &ctx, &campaign).await?;
    if body.dry_run {
        return Ok(Json(ListedPremises {
            added: preview.add.len(),
            dropped: preview.drop.len(),
        }));
    }
    let listed = apply_list(app.db(), &ctx, &campaign, preview).await?;
    let start = MarkStarted {
        campaign: id,
        version: campaign.version,
    };
    app.db().execute(&ctx, start).await?;
    Ok(Json(listed))
}

/// A version of a rule set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleSetBody {
    /// None for the example that comes with the house.
    id: Option<Uuid>,
    version: i32,
    /// `code@version`
    name: String,
    checklist: String,
    /// The engine's rule set, with its present status.
    #[schema(value_type = Object)]
    rules: serde_json::Value,
    used_from: Option<String>,
    /// It judges what is found today.
    in_use: bool,
}

/// Rule sets, with the one that judges today.
#[utoipa::path(
    get, path = "/api/v1/rule-sets", operation_id = "listRuleSets", tag = "hazards",
    responses((status = 200, body = Vec<RuleSetBody>), Refusals)
)]
pub(crate) async fn list_rule_sets(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<RuleSetBody>>> {
    ctx.scope(&ROUNDS_READ)?;
    let sets = rule_sets(app.db().read()).await?;
    let used = in_use(&sets, EXAMPLE_FOR, ctx.now().date()).map(RuleSetView::name);
    let mut all = Vec::with_capacity(sets.len());
    for one in &sets {
        all.push(RuleSetBody {
            id: one.id,
            version: one.version,
            name: one.name(),
            checklist: one.checklist.clone(),
            rules: serde_json::to_value(&one.set).map_err(Problem::internal)?,
            used_from: one.used_from.clone(),
            in_use: used.as_deref() == Some(one.name().as_str()),
        });
    }
    Ok(Json(all))
}

/// Take a version in: the engine's rule set as JSON. It judges nothing before it is put to use.
#[utoipa::path(
    post, path = "/api/v1/rule-sets", operation_id = "takeInRuleSet", tag = "hazards",
    request_body = serde_json::Value, responses((status = 201, body = Made), Refusals)
)]
pub(crate) async fn take_in_rule_set(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(rules): ApiJson<serde_json::Value>,
) -> WebResult<Response> {
    let command = SaveRuleSet {
        text: rules.to_string(),
        checklist: EXAMPLE_FOR.to_owned(),
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok((StatusCode::CREATED, Json(Made { id })).into_response())
}

/// What a version would judge otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleChange {
    judgement: JudgementView,
    /// `now_fails`, `now_meets`, `other_ground`, `no_longer_judged`, `newly_judged`.
    #[schema(value_type = String)]
    effect: youlin_checklist::Effect,
    /// Nothing where it would not be judged.
    #[schema(value_type = Object)]
    after: Option<youlin_checklist::Judgement>,
}

/// What was judged by the rule set in use and this version would judge otherwise; of the one in use itself, what was judged by
/// those before it, also when it came in late. Nothing is altered.
#[utoipa::path(
    get, path = "/api/v1/rule-sets/{id}/changes", operation_id = "listRuleChanges", tag = "hazards",
    params(("id" = Uuid, Path)), responses((status = 200, body = Vec<RuleChange>), Refusals)
)]
pub(crate) async fn list_rule_changes(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Vec<RuleChange>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let sets = rule_sets(app.db().read()).await?;
    let new = sets.iter().find(|one| one.id == Some(id));
    let new = new.ok_or_else(Problem::not_found)?;
    let of = (new, ctx.now().date());
    let compared = changes_by(app.db(), &scope, &sets, of).await?;
    let changes = compared.map_or_else(Vec::new, |one| one.changes);
    let line = |one: queries::ChangedJudgement| RuleChange {
        judgement: one.of,
        effect: one.change.effect,
        after: one.change.after.ok(),
    };
    Ok(Json(changes.into_iter().map(line).collect()))
}

/// From when on a version judges.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UseBody {
    version: i32,
    /// Today or later.
    #[schema(value_type = String)]
    from: Date,
}

/// Put a version to use. What it replaces is marked as superseded; what was judged stays.
#[utoipa::path(
    post, path = "/api/v1/rule-sets/{id}/use", operation_id = "useRuleSet", tag = "hazards",
    params(("id" = Uuid, Path)), request_body = UseBody,
    responses((status = 204), Refusals)
)]
pub(crate) async fn use_rule_set(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<UseBody>,
) -> WebResult<StatusCode> {
    let command = UseRuleSet {
        id,
        version: body.version,
        from: body.from,
    };
    app.db().execute(&ctx, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
