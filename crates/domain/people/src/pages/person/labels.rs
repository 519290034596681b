//! Labels of a file: put on, taken off.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::{Typed, stepped};
use crate::facts::How;
use crate::pages::organisations::shell;
use crate::pages::seen;
use crate::pages::unlikely::alone;
use crate::{SetLabel, Vault};

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct LabelForm {
    #[serde(default)]
    label: String,
    /// `off` takes the label away.
    #[serde(default)]
    set: String,
    /// Ticked where it was asked: lives alone though others are registered.
    #[serde(default)]
    alone: String,
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
    let set = async {
        let s = shell(&app, &ctx, prefs);
        let home = card.place.as_ref().and_then(|place| place.dwelling);
        let new = form.set != "off" && !card.labels.contains(&form.label);
        let labels: &[String] = match new {
            true => std::slice::from_ref(&form.label),
            false => &[],
        };
        let (person, sure) = ((card.community, Some(id)), !form.alone.is_empty());
        alone(&app, &s, person, home, (labels, sure)).await?;
        app.db().execute(&ctx, command).await
    }
    .await;
    let typed = Typed {
        label: form.label,
        ..Typed::default()
    };
    stepped(&app, &ctx, prefs, id, set, &format!("/people/{id}"), typed).await
}
