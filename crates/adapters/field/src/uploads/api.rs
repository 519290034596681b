//! `POST /api/v1/field/uploads`, `PATCH /api/v1/field/uploads/{id}`.

use axum::Json;
use axum::extract::{Request, State};
use youlin_kernel::Problem;
use youlin_web::{ApiJson, App, Caller, PathId, Refusals, WebResult};

use super::{NewUpload, Progress, Uploads};

/// Announces a photograph, or asks how far it is: the same body again answers where to go on.
#[utoipa::path(
    post, path = "/api/v1/field/uploads", operation_id = "beginFieldUpload", tag = "field",
    request_body = NewUpload,
    responses((status = 200, description = "Where the next piece begins", body = Progress), Refusals)
)]
pub(crate) async fn begin(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(new): ApiJson<NewUpload>,
) -> WebResult<Json<Progress>> {
    let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
    let uploads = app.need::<Uploads>()?;
    Ok(Json(uploads.begin(account, new, ctx.now()).await?))
}

/// Takes the next piece of a photograph: its bytes as the body, where they begin in the header `Upload-Offset`. 409 with
/// the right offset in `current` when they do not fit.
pub(crate) async fn append(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Json<Progress>> {
    let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
    let offset = request
        .headers()
        .get("upload-offset")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Problem::invalid("Upload-Offset", "field-upload-header"))?;
    let piece = request.into_body().into_data_stream();
    let uploads = app.need::<Uploads>()?;
    Ok(Json(uploads.append(account, id, offset, piece).await?))
}
