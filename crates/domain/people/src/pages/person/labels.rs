//! Labels of a file: put on, taken off.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::{Typed, stepped};
use crate::facts::How;
use crate::pages::seen;
use crate::{SetLabel, Vault};

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct LabelForm {
    #[serde(default)]
    label: String,
    /// `off` takes the label away.
    #[serde(default)]
    set: String,
}

/// `POST /people/{id}/labels`.
pub(in crate::pages) async fn set(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<LabelForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let command = SetLabel {
        vault,
        community: card.community,
        person: id,
        label: form.label.clone(),
        how: How::Desk,
        on: form.set != "off",
    };
    let set = app.db().execute(&ctx, command).await;
    let typed = Typed {
        label: form.label,
        ..Typed::default()
    };
    stepped(&app, &ctx, prefs, id, set, &format!("/people/{id}"), typed).await
}
