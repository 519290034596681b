//! REST under `/api/v1`: teams, coverage, duty, absences.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, AreaId, CommunityId, Micros, Problem};
use youlin_web::{ApiJson, ApiQuery, App, Caller, Refusals, Routes, WebResult};

use super::queries::{find_absence, find_shift, find_swap};
use super::{
    AbsenceView, AnswerAbsence, AnswerSwap, AskSwap, NoteAbsence, ShiftView, TeamMember, absences,
    area_lines, ground, on_duty, shifts, team,
};
use crate::Vault;
use crate::permissions::ROSTERS_READ;

/// The longest span of shifts answered at once.
const SPAN: i64 = 100 * Micros::DAY;

pub(super) fn routes() -> Routes {
    let read = Access::Needs(&ROSTERS_READ);
    Routes::new()
        .api(read, routes!(get_team))
        .api(read, routes!(get_coverage))
        .api(read, routes!(get_on_duty))
        .api(read, routes!(list_shifts))
        .api(read, routes!(list_absences))
        .api(read, routes!(note_absence))
        .api(read, routes!(answer_absence))
        .api(read, routes!(ask_swap))
        .api(read, routes!(answer_swap))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AreaQuery {
    /// A community, grid or neighbourhood.
    #[param(value_type = i64)]
    area: AreaId,
}

/// The team of an area
#[utoipa::path(get, path = "/api/v1/rosters/team", operation_id = "get_team", tag = "rosters",
    params(AreaQuery), responses((status = 200, body = Vec<TeamMember>), Refusals))]
async fn get_team(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<AreaQuery>,
) -> WebResult<Json<Vec<TeamMember>>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let found = team(app.db(), &vault, &scope, ctx.areas(), ctx.now(), query.area).await?;
    Ok(Json(found))
}

/// The figures of one area.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageLine {
    area: AreaId,
    dwellings: usize,
    /// Micro-grid workers.
    workers: usize,
    /// Dwellings nobody looks after.
    no_worker: usize,
    /// Workers with more dwellings than the community wants.
    too_many: usize,
    /// Roles nobody has in an area that should have them.
    no_role: usize,
    /// Grids of more dwellings than the community wants.
    grid_large: usize,
}

/// What is covered in an area of a community and in those just below it
#[utoipa::path(get, path = "/api/v1/rosters/coverage", operation_id = "get_coverage", tag = "rosters",
    params(AreaQuery), responses((status = 200, body = Vec<CoverageLine>), Refusals))]
async fn get_coverage(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<AreaQuery>,
) -> WebResult<Json<Vec<CoverageLine>>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let tree = ctx.areas();
    let community = tree
        .community_of(query.area)
        .filter(|community| scope.contains(*community, &[Some(query.area)]))
        .ok_or_else(Problem::not_found)?;
    let ground = ground(app.db(), &vault, &scope, community).await?;
    let mut areas = vec![query.area];
    areas.extend_from_slice(tree.children(query.area));
    let lines = area_lines(&ground, tree, &areas);
    Ok(Json(
        lines
            .into_iter()
            .map(|line| CoverageLine {
                area: line.area,
                dwellings: line.dwellings,
                workers: line.workers,
                no_worker: line.no_worker,
                too_many: line.too_many,
                no_role: line.no_role,
                grid_large: line.grid_large,
            })
            .collect(),
    ))
}

/// Who is on duty at this moment
#[utoipa::path(get, path = "/api/v1/duty/now", operation_id = "get_on_duty", tag = "rosters",
    responses((status = 200, body = Vec<ShiftView>), Refusals))]
async fn get_on_duty(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<ShiftView>>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let found = on_duty(app.db().read(), &vault, &scope, ctx.now()).await?;
    Ok(Json(found))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SpanQuery {
    from: Micros,
    /// Not in it; at most 100 days later.
    to: Micros,
    /// Of one duty only.
    rota: Option<Uuid>,
}

/// Shifts that touch a span of time
#[utoipa::path(get, path = "/api/v1/duty/shifts", operation_id = "list_shifts", tag = "rosters",
    params(SpanQuery), responses((status = 200, body = Vec<ShiftView>), Refusals))]
async fn list_shifts(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<SpanQuery>,
) -> WebResult<Json<Vec<ShiftView>>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    if query.to <= query.from || query.to.0.saturating_sub(query.from.0) > SPAN {
        return Err(Problem::invalid("to", "duty-span").into());
    }
    let span = (query.from, query.to);
    let found = shifts(app.db().read(), &vault, &scope, span, query.rota).await?;
    Ok(Json(found))
}

/// Who is away, and who stands in
#[utoipa::path(get, path = "/api/v1/duty/absences", operation_id = "list_absences", tag = "rosters",
    responses((status = 200, body = Vec<AbsenceView>), Refusals))]
async fn list_absences(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<AbsenceView>>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let found = absences(app.db().read(), &vault, &scope, ctx.now()).await?;
    Ok(Json(found))
}

/// A person and the community they are filed in.
#[derive(Debug, Deserialize, ToSchema)]
struct Who {
    community: CommunityId,
    person: Uuid,
}

#[derive(Debug, Deserialize, ToSchema)]
struct AbsenceBody {
    community: CommunityId,
    person: Who,
    from: Micros,
    /// Not in it.
    to: Micros,
    /// Who is asked to stand in.
    substitute: Option<Who>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
struct Made {
    id: Uuid,
}

/// Notes that somebody is away
#[utoipa::path(post, path = "/api/v1/duty/absences", operation_id = "note_absence", tag = "rosters",
    request_body = AbsenceBody, responses((status = 200, body = Made), Refusals))]
async fn note_absence(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<AbsenceBody>,
) -> WebResult<Json<Made>> {
    let command = NoteAbsence {
        community: body.community,
        person: (body.person.community, body.person.person),
        from: body.from,
        to: body.to,
        substitute: body.substitute.map(|who| (who.community, who.person)),
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok(Json(Made { id }))
}

/// A yes or a no.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DutyAnswer)]
struct AnswerBody {
    yes: bool,
}

/// The substitute answers
#[utoipa::path(post, path = "/api/v1/duty/absences/{id}/answer", operation_id = "answer_absence", tag = "rosters",
    params(("id" = Uuid, Path)), request_body = AnswerBody, responses((status = 200, body = Made), Refusals))]
async fn answer_absence(
    State(app): State<App>,
    Caller(ctx): Caller,
    youlin_web::PathId(id): youlin_web::PathId,
    ApiJson(body): ApiJson<AnswerBody>,
) -> WebResult<Json<Made>> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = AnswerAbsence {
        community: find_absence(app.db().read(), &scope, id).await?,
        id,
        yes: body.yes,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Json(Made { id }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct SwapBody {
    shift: Uuid,
    to: Who,
}

/// Asks somebody to take a shift
#[utoipa::path(post, path = "/api/v1/duty/swaps", operation_id = "ask_swap", tag = "rosters",
    request_body = SwapBody, responses((status = 200, body = Made), Refusals))]
async fn ask_swap(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<SwapBody>,
) -> WebResult<Json<Made>> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = AskSwap {
        community: find_shift(app.db().read(), &scope, body.shift).await?,
        shift: body.shift,
        to: (body.to.community, body.to.person),
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok(Json(Made { id }))
}

/// Whoever was asked answers
#[utoipa::path(post, path = "/api/v1/duty/swaps/{id}/answer", operation_id = "answer_swap", tag = "rosters",
    params(("id" = Uuid, Path)), request_body = AnswerBody, responses((status = 200, body = Made), Refusals))]
async fn answer_swap(
    State(app): State<App>,
    Caller(ctx): Caller,
    youlin_web::PathId(id): youlin_web::PathId,
    ApiJson(body): ApiJson<AnswerBody>,
) -> WebResult<Json<Made>> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = AnswerSwap {
        community: find_swap(app.db().read(), &scope, id).await?,
        id,
        yes: body.yes,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Json(Made { id }))
}
