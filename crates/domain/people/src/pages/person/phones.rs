//! Telephone numbers of a file: one more, one less.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::Problem;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::{Typed, stepped};
use crate::facts::How;
use crate::pages::form::to;
use crate::pages::seen;
use crate::{AttachPhone, DetachPhone, Vault};

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct PhoneForm {
    #[serde(default)]
    phone: String,
}

/// `POST /people/{id}/phones`.
pub(in crate::pages) async fn attach(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<PhoneForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let command = AttachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.phone.clone(),
        how: How::Desk,
    };
    let set = app.db().execute(&ctx, command).await;
    let typed = Typed {
        phone: form.phone,
        ..Typed::default()
    };
    stepped(&app, &ctx, prefs, id, set, &format!("/people/{id}"), typed).await
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct PhoneOff {
    #[serde(default)]
    id: String,
}

/// `POST /people/{id}/phones/off`.
pub(in crate::pages) async fn detach(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<PhoneOff>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let command = DetachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.id.parse().map_err(|_no_id| Problem::not_found())?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{id}?saved=changed")))
}
