//! REST: the checklists of an area and their versions; drafts written, put into use and withdrawn, and the way in and out as
//! XLSForm. The same commands as the pages; a version that changed meanwhile is 409, a key sent again gets the first answer.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_checklist::Checklist;
use youlin_database::Command;
use youlin_kernel::{Access, AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiJson, ApiQuery, App, Caller, IdempotencyHeader, Refusals, Routes, WebResult, idempotency,
    save_as,
};
use youlin_xforms::{read_xlsform, write_xlsform};

use crate::checklists::{ChecklistFault, checklist_faults};
use crate::model::ChecklistState;
use crate::pages::{LARGEST_BOOK, XLSX, may_see_checklist, sheet_labels};
use crate::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use crate::queries::{self, ChecklistLine, ChecklistView};
use crate::service::Rounds;
use crate::{DropChecklist, PublishChecklist, SaveChecklist, SavedChecklist, WithdrawChecklist};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let keep = Access::Needs(&CHECKLISTS_KEEP);
    Routes::new()
        .api(read, routes!(list_checklists))
        .api(read, routes!(get_checklist))
        .api(read, routes!(export_checklist))
        .api(keep, routes!(create_checklist))
        .api(keep, routes!(import_checklist))
        .api(keep, routes!(save_checklist))
        .api(keep, routes!(publish_checklist))
        .api(keep, routes!(withdraw_checklist))
        .api(keep, routes!(drop_checklist))
}

/// Checklists with all their versions, the newest first; those that come with the house at the end.
///
/// Drafts are seen by whoever keeps checklists of their area.
#[utoipa::path(
    get, path = "/api/v1/checklists", operation_id = "listChecklists", tag = "checklists",
    responses((status = 200, body = Vec<ChecklistLine>), Refusals)
)]
pub(crate) async fn list_checklists(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<ChecklistLine>>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let mut all = queries::checklists_of(app.db(), &app.areas(), &scope).await?;
    all.retain(|line| may_see_checklist(&ctx, line));
    Ok(Json(all))
}

/// A version with its content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChecklistContent)]
pub(crate) struct ChecklistBody {
    #[serde(flatten)]
    line: ChecklistLine,
    /// Of the record, to be sent along with a change.
    version: i32,
    /// The engine's checklist.
    #[schema(value_type = Object)]
    checklist: Checklist,
    /// What keeps a draft from being published.
    faults: Vec<ChecklistFault>,
}

async fn seen(app: &App, ctx: &Ctx, name: &str) -> Result<ChecklistView> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = queries::checklist(app.db(), &app.areas(), &scope, name).await?;
    if may_see_checklist(ctx, &view.line) {
        Ok(view)
    } else {
        Err(Problem::not_found())
    }
}

/// One version by `id@version`; of a draft also what is wrong with it.
#[utoipa::path(
    get, path = "/api/v1/checklists/{name}", operation_id = "getChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")),
    responses((status = 200, body = ChecklistBody), Refusals)
)]
pub(crate) async fn get_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
) -> WebResult<Json<ChecklistBody>> {
    let view = seen(&app, &ctx, &name).await?;
    let faults = if view.line.state == ChecklistState::Draft {
        let rounds = app.need::<Rounds>()?;
        checklist_faults(&rounds, &view.checklist)
    } else {
        Vec::new()
    };
    Ok(Json(ChecklistBody {
        line: view.line,
        version: view.version,
        checklist: view.checklist,
        faults,
    }))
}

/// One version as an XLSForm workbook; `docs/checklists.md` says which part of XLSForm.
#[utoipa::path(
    get, path = "/api/v1/checklists/{name}/xlsform", operation_id = "exportChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")),
    responses(
        (status = 200, description = "The workbook", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refusals,
    )
)]
pub(crate) async fn export_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
) -> WebResult<Response> {
    let view = seen(&app, &ctx, &name).await?;
    let labels = sheet_labels(app.i18n());
    let bytes = write_xlsform(&view.checklist, &labels).map_err(Problem::internal)?;
    let file = format!("{}-{}.xlsx", view.line.code, view.line.number);
    Ok(save_as(&file, XLSX, bytes))
}

/// A draft to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NewChecklist {
    /// The area it is kept for, a community or larger.
    area: AreaId,
    /// The engine's checklist; its `version` is given here.
    #[schema(value_type = Object)]
    checklist: Checklist,
    /// `id@version` it was copied from.
    #[serde(default)]
    copied_from: Option<String>,
}

fn made(saved: SavedChecklist) -> Response {
    let location = format!("/api/v1/checklists/{}", saved.name);
    (StatusCode::CREATED, [("Location", location)], Json(saved)).into_response()
}

/// Begin a draft: of a new checklist, or of the next version of one's own. It may have faults; published it is without.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second draft.
#[utoipa::path(
    post, path = "/api/v1/checklists", operation_id = "createChecklist", tag = "checklists",
    request_body = NewChecklist,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = SavedChecklist), Refusals)
)]
pub(crate) async fn create_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewChecklist>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/checklists";
    let key = idempotency(key.as_deref(), CommunityId::SYSTEM, ROUTE, &new)?;
    let save = SaveChecklist {
        known: None,
        area: new.area,
        checklist: new.checklist,
        copied_from: new.copied_from,
    };
    Ok(made(app.db().execute_once(&ctx, key, save).await?))
}

/// Whose workbook it is, and what it shall be called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// The area it is kept for.
    area: i64,
    /// Its id; else the one in the workbook.
    #[serde(default)]
    code: String,
}

/// Begin a draft from an XLSForm workbook. What is not supported is refused by sheet, row and name, all at once (`faults`).
#[utoipa::path(
    post, path = "/api/v1/checklists/xlsform", operation_id = "importChecklist", tag = "checklists",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(ImportQuery, ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = SavedChecklist), Refusals)
)]
pub(crate) async fn import_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiQuery(query): ApiQuery<ImportQuery>,
    request: Request,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/checklists/xlsform";
    ctx.scope(&CHECKLISTS_KEEP)?;
    let bytes = axum::body::to_bytes(request.into_body(), LARGEST_BOOK)
        .await
        .map_err(|_too_large| Problem::new(ProblemKind::TooLarge, "upload-too-large"))?;
    let sent = (
        query.area,
        query.code.as_str(),
        hex::encode(Sha256::digest(&bytes)),
    );
    let key = idempotency(key.as_deref(), CommunityId::SYSTEM, ROUTE, &sent)?;
    let mut checklist = read_xlsform(&bytes).map_err(|faults| {
        let told: Vec<_> = faults
            .iter()
            .map(|one| json!({"sheet": one.sheet, "row": one.row, "what": one.what.to_string()}))
            .collect();
        Problem::invalid("book", "checklist-book")
            .field_arg("count", faults.len())
            .with_data(json!({ "faults": told }))
    })?;
    if !query.code.is_empty() {
        checklist.id = query.code;
    }
    let save = SaveChecklist {
        known: None,
        area: AreaId(query.area),
        checklist,
        copied_from: None,
    };
    Ok(made(app.db().execute_once(&ctx, key, save).await?))
}

/// A draft as it shall be now.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangedChecklist {
    /// The version of the record that was seen; another one by now is 409.
    version: i32,
    #[schema(value_type = Object)]
    checklist: Checklist,
}

/// Save a draft. Published versions are never changed: begin the next one.
#[utoipa::path(
    post, path = "/api/v1/checklists/{name}", operation_id = "saveChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")), request_body = ChangedChecklist,
    responses((status = 200, body = SavedChecklist), Refusals)
)]
pub(crate) async fn save_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    ApiJson(body): ApiJson<ChangedChecklist>,
) -> WebResult<Json<SavedChecklist>> {
    let (id, area) = kept(&app, &ctx, &name).await?;
    let save = SaveChecklist {
        known: Some((id, body.version)),
        area,
        checklist: body.checklist,
        copied_from: None,
    };
    Ok(Json(app.db().execute(&ctx, save).await?))
}

/// The version of the record that was seen.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TurnChecklist {
    version: i32,
}

/// Row and area of a version a place keeps; those of the house are nobody's to change.
async fn kept(app: &App, ctx: &Ctx, name: &str) -> Result<(Uuid, AreaId)> {
    let view = seen(app, ctx, name).await?;
    let row = view.line.id.zip(view.line.area);
    row.ok_or_else(Problem::forbidden)
}

async fn turn<C: Command<Output = ()>>(
    app: &App,
    ctx: &Ctx,
    name: &str,
    command: impl FnOnce(Uuid) -> Result<C>,
) -> WebResult<StatusCode> {
    let (id, _) = kept(app, ctx, name).await?;
    app.db().execute(ctx, command(id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put a draft into use: from now on it is offered, and never changed.
#[utoipa::path(
    post, path = "/api/v1/checklists/{name}/publish", operation_id = "publishChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")), request_body = TurnChecklist,
    responses((status = 204), Refusals)
)]
pub(crate) async fn publish_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    ApiJson(body): ApiJson<TurnChecklist>,
) -> WebResult<StatusCode> {
    let version = body.version;
    let publish = |id| {
        let rounds = app.need::<Rounds>()?;
        Ok(PublishChecklist {
            rounds,
            id,
            version,
        })
    };
    turn(&app, &ctx, &name, publish).await
}

/// Take a version out of use. Rounds that answered it stay to be read.
#[utoipa::path(
    post, path = "/api/v1/checklists/{name}/withdraw", operation_id = "withdrawChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")), request_body = TurnChecklist,
    responses((status = 204), Refusals)
)]
pub(crate) async fn withdraw_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    ApiJson(body): ApiJson<TurnChecklist>,
) -> WebResult<StatusCode> {
    let version = body.version;
    turn(&app, &ctx, &name, |id| {
        Ok(WithdrawChecklist { id, version })
    })
    .await
}

/// Throw a draft away: nobody was ever asked by it.
#[utoipa::path(
    post, path = "/api/v1/checklists/{name}/drop", operation_id = "dropChecklist", tag = "checklists",
    params(("name" = String, Path, description = "id@version")), request_body = TurnChecklist,
    responses((status = 204), Refusals)
)]
pub(crate) async fn drop_checklist(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    ApiJson(body): ApiJson<TurnChecklist>,
) -> WebResult<StatusCode> {
    let version = body.version;
    turn(&app, &ctx, &name, |id| Ok(DropChecklist { id, version })).await
}
