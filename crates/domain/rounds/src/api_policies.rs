//! REST: policies and how they stood.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::Party;
use youlin_web::{
    ApiJson, ApiQuery, App, Caller, IdempotencyHeader, PathId, Refusals, Routes, WebResult,
    idempotency,
};

use crate::model::{Policy, SubjectKind};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{DueLine, PolicyView, policies, policy_view, standing_of_policy};
use crate::service::Rounds;
use crate::{ClosePolicy, ReopenPolicy, SavePolicy, check_policy};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let plan = Access::Needs(&ROUNDS_PLAN);
    Routes::new()
        .api(read, routes!(list_round_policies))
        .api(plan, routes!(create_round_policy))
        .api(read, routes!(get_round_policy))
        .api(plan, routes!(change_round_policy))
        .api(plan, routes!(close_round_policy))
        .api(plan, routes!(reopen_round_policy))
        .api(read, routes!(list_policy_standing))
}

/// A policy as it is to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NewRoundPolicy)]
pub(crate) struct NewPolicy {
    community: CommunityId,
    /// 1 to 80 characters.
    title: String,
    policy: Policy,
    /// Subjects named one by one; empty: those its question means, or all of its kind in the community.
    #[serde(default)]
    subjects: Vec<Uuid>,
    /// Whoever puts right what is found.
    #[serde(default)]
    fixer: Option<Party>,
    /// `id@version` of the checklist its rounds answer.
    #[serde(default)]
    checklist: Option<String>,
    /// Of a change: the version it was read with.
    #[serde(default)]
    version: Option<i32>,
}

/// The command, with its question asked once: what is wrong with it is said before anything is written.
async fn checked(
    app: &App,
    ctx: &Ctx,
    new: NewPolicy,
    known: Option<(Uuid, i32)>,
) -> Result<SavePolicy> {
    let save = SavePolicy {
        community: new.community,
        known,
        title: new.title,
        policy: new.policy,
        subjects: new.subjects,
        fixer: new.fixer,
        checklist: new.checklist,
    };
    let rounds = app.need::<Rounds>()?;
    check_policy(&rounds, ctx, &save).await?;
    Ok(save)
}

/// Policies of one's area, ended ones last.
#[utoipa::path(
    get, path = "/api/v1/round-policies", operation_id = "listRoundPolicies", tag = "rounds",
    responses((status = 200, body = Vec<PolicyView>), Refusals)
)]
pub(crate) async fn list_round_policies(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<PolicyView>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(policies(app.db(), &scope).await?))
}

/// The id of what was saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedRoundPolicy)]
pub(crate) struct Saved {
    id: Uuid,
}

/// Make a policy: who goes where how often.
///
/// Premises and buildings are chosen by a question to the dataset of that name, asked anew each time.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second policy.
#[utoipa::path(
    post, path = "/api/v1/round-policies", operation_id = "createRoundPolicy", tag = "rounds",
    request_body = NewPolicy,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = Saved), Refusals)
)]
pub(crate) async fn create_round_policy(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewPolicy>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/round-policies";
    let key = idempotency(key.as_deref(), new.community, ROUTE, &new)?;
    let save = checked(&app, &ctx, new, None).await?;
    let id = app.db().execute_once(&ctx, key, save).await?;
    let location = format!("/api/v1/round-policies/{id}");
    Ok((
        StatusCode::CREATED,
        [("Location", location)],
        Json(Saved { id }),
    )
        .into_response())
}

/// A policy.
#[utoipa::path(
    get, path = "/api/v1/round-policies/{id}", operation_id = "getRoundPolicy", tag = "rounds",
    params(("id" = Uuid, Path)), responses((status = 200, body = PolicyView), Refusals)
)]
pub(crate) async fn get_round_policy(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<PolicyView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(policy_view(app.db(), &scope, id).await?))
}

/// Change a policy; rounds handed in before stay what they were. Its community and what it is about stay too.
#[utoipa::path(
    put, path = "/api/v1/round-policies/{id}", operation_id = "changeRoundPolicy", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = NewPolicy,
    responses((status = 200, body = PolicyView), Refusals)
)]
pub(crate) async fn change_round_policy(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(new): ApiJson<NewPolicy>,
) -> WebResult<Json<PolicyView>> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    if new.community != view.community {
        return Err(Problem::invalid("community", "policy-stays").into());
    }
    if new.policy.subjects != view.policy.subjects {
        return Err(Problem::invalid("policy.subjects", "policy-stays").into());
    }
    let version = new
        .version
        .ok_or_else(|| Problem::invalid("version", "required"))?;
    let save = checked(&app, &ctx, new, Some((id, version))).await?;
    app.db().execute(&ctx, save).await?;
    Ok(Json(policy_view(app.db(), &scope, id).await?))
}

/// The version something was read with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoundPolicyVersion)]
pub(crate) struct Version {
    version: i32,
}

/// From when it is stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoundPolicyStop)]
pub(crate) struct Stop {
    version: i32,
    /// The first day on which nothing is asked; today when it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Date>,
}

/// Stop a policy from a day on: nothing is due by it any more, also nothing that stood open. What was before stays.
#[utoipa::path(
    post, path = "/api/v1/round-policies/{id}/close", operation_id = "closeRoundPolicy", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = Stop,
    responses((status = 200, body = PolicyView), Refusals)
)]
pub(crate) async fn close_round_policy(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(stop): ApiJson<Stop>,
) -> WebResult<Json<PolicyView>> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let close = ClosePolicy {
        community: view.community,
        policy: id,
        version: stop.version,
        from: stop.from.unwrap_or_else(|| ctx.now().date()),
    };
    app.db().execute(&ctx, close).await?;
    Ok(Json(policy_view(app.db(), &scope, id).await?))
}

/// Take a policy that was stopped up again, from today on; of the days between nothing is asked.
#[utoipa::path(
    post, path = "/api/v1/round-policies/{id}/reopen", operation_id = "reopenRoundPolicy", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = Version,
    responses((status = 200, body = PolicyView), Refusals)
)]
pub(crate) async fn reopen_round_policy(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(known): ApiJson<Version>,
) -> WebResult<Json<PolicyView>> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let reopen = ReopenPolicy {
        community: view.community,
        policy: id,
        version: known.version,
    };
    app.db().execute(&ctx, reopen).await?;
    Ok(Json(policy_view(app.db(), &scope, id).await?))
}

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// `2026-11-01`; thirty days ago when it is left out.
    #[param(value_type = Option<String>, format = Date)]
    first: Option<Date>,
    /// Today when it is left out.
    #[param(value_type = Option<String>, format = Date)]
    last: Option<Date>,
}

/// Longest time that is looked back over, in days.
const LONGEST: i64 = 400;

/// How the subjects of a policy stood in each of its periods; of dwellings nothing is told.
#[utoipa::path(
    get, path = "/api/v1/round-policies/{id}/standing", operation_id = "listPolicyStanding", tag = "rounds",
    params(("id" = Uuid, Path), Days), responses((status = 200, body = Vec<DueLine>), Refusals)
)]
pub(crate) async fn list_policy_standing(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiQuery(days): ApiQuery<Days>,
) -> WebResult<Json<Vec<DueLine>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = policy_view(app.db(), &scope, id).await?;
    if view.policy.subjects == SubjectKind::Dwelling {
        return Ok(Json(Vec::new()));
    }
    let now = ctx.now();
    let earliest = now.plus(-LONGEST * Micros::DAY).date();
    let last = days.last.unwrap_or_else(|| now.date());
    let latest = now.plus(LONGEST * Micros::DAY).date();
    let first = days
        .first
        .unwrap_or_else(|| now.plus(-30 * Micros::DAY).date());
    let over = (first.max(earliest), last.min(latest));
    let rounds = app.need::<Rounds>()?;
    Ok(Json(
        standing_of_policy(&rounds, app.db(), &ctx, &scope, view, over).await?,
    ))
}
