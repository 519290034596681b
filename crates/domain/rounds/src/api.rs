//! REST: rounds handed in and read, what is due, what is to be revisited, and the public board.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, Actor, Micros};
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Refusals, Routes, WebResult};

use crate::model::{Channel, RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{self, Board, DueLine, FindingView, RoundFilter, RoundLine, RoundView};
use crate::service::Rounds;
use crate::{HandedIn, NewRound, ReturnVisit, WithdrawRound, prepare};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    Routes::new()
        .api(walk, routes!(hand_in_round))
        .api(read, routes!(list_rounds))
        .api(read, routes!(get_round))
        .api(read, routes!(list_due_rounds))
        .api(read, routes!(list_open_findings))
        .api(walk, routes!(return_to_finding))
        .api(walk, routes!(withdraw_round))
        .api(Access::Public, routes!(get_river_board))
}

/// Hand a round in.
///
/// Its id is made by the sender: the same round sent again gets the first answer (`again`), another content under the same
/// id is refused with 409.
#[utoipa::path(
    post, path = "/api/v1/rounds", operation_id = "handInRound", tag = "rounds",
    request_body = NewRound,
    responses((status = 201, body = HandedIn), Refusals)
)]
pub(crate) async fn hand_in_round(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(mut new): ApiJson<NewRound>,
) -> WebResult<Response> {
    if matches!(ctx.actor(), Actor::Machine { .. }) {
        new.channel = Channel::Api;
    }
    let rounds = app.need::<Rounds>()?;
    let command = prepare(&rounds, app.db(), &ctx, new).await?;
    let done = app.db().execute(&ctx, command).await?;
    let location = format!("/api/v1/rounds/{}", done.id);
    Ok((StatusCode::CREATED, [("Location", location)], Json(done)).into_response())
}

/// Which rounds.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoundQuery {
    kind: Option<RoundKind>,
    /// With `subject`.
    subject_kind: Option<SubjectKind>,
    subject: Option<Uuid>,
    policy: Option<Uuid>,
    /// Began before: the `began_at` of the last line leads on.
    before: Option<Micros>,
    /// Its `id`, beside: what began at the same moment is then not passed over.
    before_id: Option<Uuid>,
}

/// The newest rounds of one's area, at most a hundred.
#[utoipa::path(
    get, path = "/api/v1/rounds", operation_id = "listRounds", tag = "rounds",
    params(RoundQuery), responses((status = 200, body = Vec<RoundLine>), Refusals)
)]
pub(crate) async fn list_rounds(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<RoundQuery>,
) -> WebResult<Json<Vec<RoundLine>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let filter = RoundFilter {
        subject: query
            .subject_kind
            .zip(query.subject)
            .map(|(kind, id)| Subject { kind, id }),
        kind: query.kind,
        policy: query.policy,
        before: query.before,
        before_id: query.before_id,
        ..RoundFilter::default()
    };
    Ok(Json(queries::rounds_of(app.db(), &scope, filter).await?))
}

/// A round with its findings.
#[utoipa::path(
    get, path = "/api/v1/rounds/{id}", operation_id = "getRound", tag = "rounds",
    params(("id" = Uuid, Path)), responses((status = 200, body = RoundView), Refusals)
)]
pub(crate) async fn get_round(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<RoundView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    Ok(Json(
        queries::round_view(&rounds, app.db(), &scope, id).await?,
    ))
}

/// What is due today, by policy and subject.
#[utoipa::path(
    get, path = "/api/v1/rounds/due", operation_id = "listDueRounds", tag = "rounds",
    responses((status = 200, body = Vec<DueLine>), Refusals)
)]
pub(crate) async fn list_due_rounds(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<DueLine>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    Ok(Json(
        queries::due_now(&rounds, app.db(), &ctx, &scope).await?,
    ))
}

/// Findings that are being put right or wait for somebody to go back.
#[utoipa::path(
    get, path = "/api/v1/rounds/findings", operation_id = "listOpenFindings", tag = "rounds",
    responses((status = 200, body = Vec<FindingView>), Refusals)
)]
pub(crate) async fn list_open_findings(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<FindingView>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    Ok(Json(queries::open_findings(app.db(), &scope, None).await?))
}

/// What was seen when somebody went back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Seen {
    /// Put right.
    passed: bool,
    /// 1 to 2,000 characters.
    text: String,
    /// Of a hazard that was found by a measured value: what was measured this time, a decimal in the unit of its judgement.
    #[serde(default)]
    measured: Option<String>,
}

/// A return visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Visited {
    id: Uuid,
}

/// Go back to a finding; not by whoever put it right.
#[utoipa::path(
    post, path = "/api/v1/rounds/findings/{id}/return", operation_id = "returnToFinding", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 201, body = Visited), Refusals)
)]
pub(crate) async fn return_to_finding(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(seen): ApiJson<Seen>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let (community, _round) = queries::finding_round(app.db(), &scope, id).await?;
    let rounds: Arc<Rounds> = app.need::<Rounds>()?;
    let command = ReturnVisit {
        rounds,
        community,
        finding: id,
        passed: seen.passed,
        text: seen.text,
        measured: seen.measured,
        photographs: Vec::new(),
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok((StatusCode::CREATED, Json(Visited { id })).into_response())
}

/// Why a round is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoundWithdrawal)]
pub(crate) struct Withdrawal {
    /// 1 to 500 characters.
    reason: String,
    /// Open cases of its findings are cancelled with it; without that it is refused while there are any.
    #[serde(default)]
    take_along: bool,
}

/// Take a round back that was written down by mistake: it stays to be read and counts nowhere.
///
/// By whoever handed it in, within three days, and by the community's staff.
#[utoipa::path(
    post, path = "/api/v1/rounds/{id}/withdraw", operation_id = "withdrawRound", tag = "rounds",
    params(("id" = Uuid, Path)), request_body = Withdrawal,
    responses((status = 200, body = RoundView), Refusals)
)]
pub(crate) async fn withdraw_round(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<Withdrawal>,
) -> WebResult<Json<RoundView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds: Arc<Rounds> = app.need::<Rounds>()?;
    let seen = queries::round_view(&rounds, app.db(), &scope, id).await?;
    let command = WithdrawRound {
        rounds: Arc::clone(&rounds),
        community: seen.line.community,
        round: id,
        reason: body.reason,
        take_along: body.take_along,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Json(
        queries::round_view(&rounds, app.db(), &scope, id).await?,
    ))
}

/// The public board of a reach by the code on its sign.
#[utoipa::path(
    get, path = "/api/v1/river-boards/{sign}", operation_id = "getRiverBoard", tag = "rounds",
    params(("sign" = String, Path)), responses((status = 200, body = Board), Refusals)
)]
pub(crate) async fn get_river_board(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(sign): Path<String>,
) -> WebResult<Json<Board>> {
    Ok(Json(queries::board(app.db(), &sign, ctx.now()).await?))
}
