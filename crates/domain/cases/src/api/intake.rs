//! Reporting over REST, and suggestions while a report is written.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;
use youlin_kernel::{Access, Actor};
use youlin_web::{
    ApiJson, App, Caller, IdempotencyHeader, Refusals, Routes, WebResult, idempotency,
};

use crate::model::Source;
use crate::permissions::CASES_REPORT;
use crate::queries::{SuggestInput, Suggestions, suggest};
use crate::{Cases, NewCase, Reported, prepare};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::Needs(&CASES_REPORT), routes!(report_case))
        .api(Access::Needs(&CASES_REPORT), routes!(suggest_case))
}

/// File a case.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second case.
#[utoipa::path(
    post, path = "/api/v1/cases", operation_id = "reportCase", tag = "cases",
    request_body = NewCase,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses(
        (status = 201, body = Reported),
        Refusals,
    )
)]
pub(crate) async fn report_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(mut new): ApiJson<NewCase>,
) -> WebResult<Response> {
    // What a machine sends says so; patrols and imports come by their own ways.
    if matches!(ctx.actor(), Actor::Machine { .. }) {
        new.source = Source::Api;
    }
    let cases = app.need::<Cases>()?;
    let body = new.clone();
    let report = prepare(&cases, new)?;
    let key = idempotency(
        key.as_deref(),
        report.community(),
        "POST /api/v1/cases",
        &body,
    )?;
    let reported = app.db().execute_once(&ctx, key, report).await?;
    let location = format!("/api/v1/cases/{}", reported.id);
    Ok((
        StatusCode::CREATED,
        [("Location", location)],
        Json(reported),
    )
        .into_response())
}

/// Category, urgency and similar open cases for a report in the making, each with its reasons.
#[utoipa::path(
    post, path = "/api/v1/cases/suggest", operation_id = "suggestForCase", tag = "cases",
    request_body = SuggestInput,
    responses(
        (status = 200, body = Suggestions),
        Refusals,
    )
)]
pub(crate) async fn suggest_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(input): ApiJson<SuggestInput>,
) -> WebResult<Json<Suggestions>> {
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_REPORT)?;
    Ok(Json(suggest(app.db(), &cases, &ctx, &scope, &input).await?))
}
