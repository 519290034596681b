//! The secret an account's telephone storage is sealed with. The browser never keeps it: it makes a key of it that cannot
//! be read back, and signing out destroys that key. Only the same account gets the same secret again (ADR 0008).

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::Problem;
use youlin_people::Vault;
use youlin_web::{App, Caller, Refusals, WebResult};

/// What the client's storage is opened with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldKey {
    pub(crate) account: Uuid,
    /// 32 bytes in base64; the same as long as the installation's root key is.
    pub(crate) secret: String,
}

/// The secret of the caller's own storage.
#[utoipa::path(
    get, path = "/api/v1/field/key", operation_id = "fieldKey", tag = "field",
    responses((status = 200, description = "The secret", body = FieldKey), Refusals)
)]
pub(crate) async fn key(State(app): State<App>, Caller(ctx): Caller) -> WebResult<Json<FieldKey>> {
    let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
    let label = format!("field storage {}", account.simple());
    let secret = app.need::<Vault>()?.keyring().derive(&label);
    Ok(Json(FieldKey {
        account,
        secret: STANDARD.encode(secret.expose()),
    }))
}
