//! Steps of a case over REST.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::Access;
use youlin_web::{
    ApiJson, App, Caller, IdempotencyHeader, PathId, Refusals, Routes, WebResult, idempotency,
};

use crate::model::Verb;
use crate::permissions::CASES_DESK;
use crate::queries::visible;
use crate::{Act, Acted, Cases, Merge, Unmerge, Via};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::SignedIn, routes!(act_on_case))
        .api(Access::Needs(&CASES_DESK), routes!(merge_case))
        .api(Access::Needs(&CASES_DESK), routes!(unmerge_case))
}

/// A step with the version it was decided on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Step {
    /// The `version` the caller saw; when somebody was faster the answer is 409 with the newer state.
    version: i32,
    #[serde(flatten)]
    verb: Verb,
}

/// Take a step: accept, dispatch, start, handled, verify, … The case lists in `allowed` what is possible.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/steps", operation_id = "stepCase", tag = "cases",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Step,
    responses(
        (status = 200, body = Acted),
        Refusals,
    )
)]
pub(crate) async fn act_on_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(step): ApiJson<Step>,
) -> WebResult<Json<Acted>> {
    let cases = app.need::<Cases>()?;
    let (community, case) = visible(app.db(), &ctx, id).await?;
    let key = idempotency(
        key.as_deref(),
        community,
        &format!("POST /api/v1/cases/{id}/steps"),
        &step,
    )?;
    let act = Act {
        cases,
        community,
        case,
        version: Some(step.version),
        verb: step.verb,
        via: Via::Account,
    };
    Ok(Json(app.db().execute_once(&ctx, key, act).await?))
}

/// Which case a duplicate goes on in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct MergeInto {
    into: Uuid,
    version: i32,
}

/// Merge a duplicate into another case of the community; all reporters are told.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/merge", operation_id = "mergeCase", tag = "cases",
    params(("id" = Uuid, Path)),
    request_body = MergeInto,
    responses(
        (status = 204),
        Refusals,
    )
)]
pub(crate) async fn merge_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(merge): ApiJson<MergeInto>,
) -> WebResult<axum::http::StatusCode> {
    let cases = app.need::<Cases>()?;
    let (community, duplicate) = visible(app.db(), &ctx, id).await?;
    let command = Merge {
        cases,
        community,
        duplicate,
        into: merge.into,
        version: Some(merge.version),
    };
    app.db().execute(&ctx, command).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Undo a merge.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/unmerge", operation_id = "unmergeCase", tag = "cases",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        Refusals,
    )
)]
pub(crate) async fn unmerge_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<axum::http::StatusCode> {
    let cases = app.need::<Cases>()?;
    let (community, duplicate) = visible(app.db(), &ctx, id).await?;
    app.db()
        .execute(
            &ctx,
            Unmerge {
                cases,
                community,
                duplicate,
            },
        )
        .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}
