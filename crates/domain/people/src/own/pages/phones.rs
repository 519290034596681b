//! One's own numbers: a new one is proven by a code before it stands in the file.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiForm, App, ClientAddr, PathId, Prefs, WebResult};

use super::enter::{CodeForm, again, code_page};
use super::file::{Typed, refused};
use super::{OwnSession, START, own, shell};
use crate::Vault;
use crate::own::{AskCode, ConfirmPhone, Entered, TakeOffPhone};
use crate::pages::form::{Errors, shown, to, with_status};

#[derive(Debug, Deserialize)]
pub(super) struct PhoneForm {
    #[serde(default)]
    phone: String,
}

/// `POST /my-file/phones`: sends a code to the new number.
pub(super) async fn ask(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ClientAddr(client): ClientAddr,
    ApiForm(form): ApiForm<PhoneForm>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let asked = async {
        app.limits().sign_in(&format!("own-code client {client}"))?;
        let command = AskCode {
            vault: app.need::<Vault>()?,
            phone: form.phone.clone(),
            person: Some((own.community, own.person)),
        };
        app.db().execute(&own.ctx, command).await
    };
    match asked.await {
        Ok(id) => Ok(to(&format!("/my-file/phones/{id}"))),
        Err(problem) => refused(&app, s, &own, problem, Typed::phone(form.phone)).await,
    }
}

/// `GET /my-file/phones/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    match own(session) {
        None => Ok(to(START)),
        Some(_own) => code_page(s, Errors::none(), id, false, true),
    }
}

/// `POST /my-file/phones/{id}`.
pub(super) async fn confirm(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    PathId(id): PathId,
    ClientAddr(client): ClientAddr,
    ApiForm(form): ApiForm<CodeForm>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let tried = async {
        app.limits().sign_in(&format!("own-try client {client}"))?;
        let command = ConfirmPhone {
            vault: app.need::<Vault>()?,
            community: own.community,
            person: own.person,
            id,
            typed: form.code,
        };
        app.db().execute(&own.ctx, command).await
    };
    match tried.await {
        Ok(Entered::Right(_)) => Ok(to("/my-file?saved=phone")),
        Ok(nothing) => again(s, id, &nothing, true),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            Ok(with_status(&problem, code_page(s, e, id, false, true)?))
        }
    }
}

/// `POST /my-file/phones/{id}/off`.
pub(super) async fn off(
    State(app): State<App>,
    session: OwnSession,
    PathId(phone): PathId,
) -> WebResult<Response> {
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let command = TakeOffPhone {
        community: own.community,
        person: own.person,
        phone,
    };
    app.db().execute(&own.ctx, command).await?;
    Ok(to("/my-file?saved=phone-off"))
}
