//! Lists, one case, tasks, counts, and the reporter's view over REST.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;
use youlin_kernel::{Access, AreaId, Page};
use youlin_web::{ApiQuery, App, Caller, PathId, Refusals, Routes, WebResult};

use crate::Cases;
use crate::permissions::{CASES_READ, CASES_TASKS};
use crate::queries::{
    self, CaseCounts, CaseFilter, CaseRow, CaseView, MonthCounts, TaskRow, TrackView,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::Needs(&CASES_READ), routes!(list_cases))
        .api(Access::SignedIn, routes!(get_case))
        .api(Access::Needs(&CASES_READ), routes!(count_cases))
        .api(Access::Needs(&CASES_READ), routes!(count_months))
        .api(Access::Needs(&CASES_TASKS), routes!(my_tasks))
        .api(Access::Public, routes!(track_case))
}

/// Cases within one's areas, filtered, sorted, paged by cursor.
#[utoipa::path(
    get, path = "/api/v1/cases", operation_id = "listCases", tag = "cases",
    params(CaseFilter),
    responses(
        (status = 200, body = Page<CaseRow>),
        Refusals,
    )
)]
pub(crate) async fn list_cases(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(filter): ApiQuery<CaseFilter>,
) -> WebResult<Json<Page<CaseRow>>> {
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_READ)?;
    Ok(Json(
        queries::list(app.db(), &cases, &ctx, &scope, &filter).await?,
    ))
}

/// One case with its tasks, history and files, and the steps the caller may take.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", operation_id = "getCase", tag = "cases",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, body = CaseView),
        Refusals,
    )
)]
pub(crate) async fn get_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<CaseView>> {
    let cases = app.need::<Cases>()?;
    Ok(Json(queries::case(app.db(), &cases, &ctx, id).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountParams {
    /// Area of any level within one's own; all of one's own unless said.
    area: Option<i64>,
}

/// Where cases stand now, from the counters.
#[utoipa::path(
    get, path = "/api/v1/cases/counts", operation_id = "countCases", tag = "cases",
    params(CountParams),
    responses(
        (status = 200, body = CaseCounts),
        Refusals,
    )
)]
pub(crate) async fn count_cases(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(params): ApiQuery<CountParams>,
) -> WebResult<Json<CaseCounts>> {
    let scope = ctx.scope(&CASES_READ)?;
    let scope = scope.asked(ctx.areas(), params.area.map(AreaId))?;
    Ok(Json(queries::counts(app.db(), &scope).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthParams {
    area: Option<i64>,
    /// Year × 100 + month, inclusive.
    from: i32,
    to: i32,
}

/// Reports by month and where they stand now.
#[utoipa::path(
    get, path = "/api/v1/cases/months", operation_id = "countCasesByMonth", tag = "cases",
    params(MonthParams),
    responses(
        (status = 200, body = Vec<MonthCounts>),
        Refusals,
    )
)]
pub(crate) async fn count_months(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(params): ApiQuery<MonthParams>,
) -> WebResult<Json<Vec<MonthCounts>>> {
    let scope = ctx.scope(&CASES_READ)?;
    let scope = scope.asked(ctx.areas(), params.area.map(AreaId))?;
    Ok(Json(
        queries::months(app.db(), &scope, params.from, params.to).await?,
    ))
}

/// The caller's own unfinished tasks, what is due first.
#[utoipa::path(
    get, path = "/api/v1/tasks", operation_id = "listMyTasks", tag = "cases",
    responses(
        (status = 200, body = Vec<TaskRow>),
        Refusals,
    )
)]
pub(crate) async fn my_tasks(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<TaskRow>>> {
    let cases = app.need::<Cases>()?;
    Ok(Json(queries::tasks_of(app.db(), &cases, &ctx, None).await?))
}

/// The reporter's view by tracking code: plain steps, nobody's private data.
#[utoipa::path(
    get, path = "/api/v1/track/{code}", operation_id = "trackCase", tag = "cases",
    params(("code" = String, Path, description = "Tracking code; case, spaces and hyphens do not matter")),
    responses(
        (status = 200, body = TrackView),
        Refusals,
    )
)]
pub(crate) async fn track_case(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(code): Path<String>,
) -> WebResult<Json<TrackView>> {
    let cases = app.need::<Cases>()?;
    Ok(Json(queries::track(app.db(), &cases, &ctx, &code).await?))
}
