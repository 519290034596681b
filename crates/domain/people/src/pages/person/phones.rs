//! Telephone numbers of a file: one more, one less.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::Problem;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::{Typed, again, shell};
use crate::facts::How;
use crate::pages::form::to;
use crate::permissions::PEOPLE_READ;
use crate::{AttachPhone, DetachPhone, Directory, Vault};

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
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = AttachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.phone.clone(),
        how: How::Desk,
    };
    match app.db().execute(&ctx, command).await {
        Ok(_phone) => Ok(to(&format!("/people/{id}"))),
        Err(problem) => {
            let typed = Typed {
                phone: form.phone,
                ..Typed::default()
            };
            again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await
        }
    }
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
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = DetachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.id.parse().map_err(|_no_id| Problem::not_found())?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{id}?saved=changed")))
}
