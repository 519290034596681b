//! Setting up the second factor: a picture for the authenticator, a code to confirm, recovery codes to keep on paper.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{Ctx, Problem};
use youlin_web::{ApiForm, App, Caller, CurrentSession, NavPlace, Prefs, Shell, WebResult, page};

use super::form::{Errors, shown, to, with_cookie, with_status};
use super::sign_in::{begin, own_account, use_factor};
use crate::accounts::Credentials;
use crate::queries::pending_enrolment;
use crate::{ConfirmTotp, DisableTotp, EnrolTotp, Vault, totp};

#[derive(Template)]
#[template(path = "people/second_factor.html")]
struct FactorPage {
    s: Shell,
    e: Errors,
    on: bool,
    recovery_left: usize,
    /// SVG made by us, and the secret to type, while an enrolment waits for its code.
    picture: String,
    secret: String,
    /// Shown once, right after confirming.
    codes: Vec<String>,
}

async fn factor_page(app: &App, s: Shell, known: &Credentials, e: Errors) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let pending = pending_enrolment(app.db().read(), &vault, known.id).await?;
    let (picture, secret) = match pending {
        Some(pending) => (totp::picture(&pending.address)?, pending.secret),
        None => Default::default(),
    };
    page(&FactorPage {
        s,
        e,
        on: known.second_factor,
        recovery_left: known.recovery_left,
        picture,
        secret,
        codes: Vec::new(),
    })
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::None, "/account")
}

/// `GET /account/second-factor`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
) -> WebResult<Response> {
    match own_account(&app, &session).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(known) => factor_page(&app, shell(&app, &ctx, prefs), &known, Errors::none()).await,
    }
}

/// `POST /account/second-factor`.
pub(super) async fn enrol(
    State(app): State<App>,
    Caller(ctx): Caller,
    session: CurrentSession,
) -> WebResult<Response> {
    match own_account(&app, &session).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(known) => {
            let command = EnrolTotp {
                vault: app.need::<Vault>()?,
                account: known.id,
            };
            app.db().execute(&ctx, command).await?;
            Ok(to("/account/second-factor"))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

/// `POST /account/second-factor/confirm`.
pub(super) async fn confirm(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiForm(form): ApiForm<CodeForm>,
) -> WebResult<Response> {
    let known = match own_account(&app, &session).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(known) => known,
    };
    let s = shell(&app, &ctx, prefs);
    let command = ConfirmTotp {
        vault: app.need::<Vault>()?,
        account: known.id,
        code: form.code.chars().take(40).collect(),
    };
    let counted = app.limits().sign_in(&format!("factor {}", known.id));
    let codes = match counted {
        Ok(()) => app.db().execute(&ctx, command).await,
        Err(problem) => Err(problem),
    };
    match codes {
        Ok(codes) => {
            let cookie = begin(&app, &ctx, session, &known, true).await?;
            app.forget_sessions();
            let shown_once = page(&FactorPage {
                s,
                e: Errors::none(),
                on: true,
                recovery_left: codes.len(),
                picture: String::new(),
                secret: String::new(),
                codes,
            })?;
            Ok(with_cookie(shown_once, &cookie))
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            Ok(with_status(
                &problem,
                factor_page(&app, s, &known, e).await?,
            ))
        }
    }
}

/// `POST /account/second-factor/off`: a code is asked once more.
pub(super) async fn off(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiForm(form): ApiForm<CodeForm>,
) -> WebResult<Response> {
    let known = match own_account(&app, &session).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(known) => known,
    };
    let account = known.id;
    let outcome = match use_factor(&app, &ctx, account, &form.code).await {
        Ok(()) => app.db().execute(&ctx, DisableTotp { account }).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => {
            app.forget_sessions();
            Ok(to("/account"))
        }
        Err(problem) => {
            let problem: Problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            Ok(with_status(
                &problem,
                factor_page(&app, s, &known, e).await?,
            ))
        }
    }
}
