//! One's own account: roles, password, second factor, and who looked at one's file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, CurrentSession, EndSession, NavPlace, Prefs, Shell, WebResult, page,
};

use super::form::{Errors, shown, to, with_cookie, with_status};
use super::sign_in::{begin, factor_required, own_account};
use crate::accounts::Credentials;
use crate::{Look, SetPassword, hash_password, looks_at_me, verify_password};

#[derive(Template)]
#[template(path = "people/account.html")]
struct AccountPage {
    s: Shell,
    e: Errors,
    known: Credentials,
    roles: Vec<(String, AreaId)>,
    looks: Vec<Look>,
    factor_required: bool,
}

async fn account_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    known: Credentials,
    e: Errors,
) -> WebResult<Response> {
    let roles = ctx
        .grants()
        .iter()
        .map(|grant| (s.tt("role", grant.role.as_str()), grant.area))
        .collect();
    page(&AccountPage {
        e,
        known,
        roles,
        looks: looks_at_me(app.db().read(), ctx).await?,
        factor_required: factor_required(app),
        s,
    })
}

/// `GET /account`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
) -> WebResult<Response> {
    match own_account(&app, &session).await? {
        Err(elsewhere) => Ok(elsewhere),
        Ok(known) => {
            let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "/account");
            account_page(&app, &ctx, s, known, Errors::none()).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /account/password`. All other sessions of the account end; this one goes on with a new token.
pub(super) async fn password(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiForm(form): ApiForm<PasswordForm>,
) -> WebResult<Response> {
    let known = match own_account(&app, &session).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(known) => known,
    };
    let changed = change(&app, &ctx, &known, &form).await;
    if let Err(problem) = changed {
        let problem = shown(problem)?;
        let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "/account");
        let e = Errors::of(&s, &problem);
        return Ok(with_status(
            &problem,
            account_page(&app, &ctx, s, known, e).await?,
        ));
    }
    app.db().execute(&ctx, EndSession::AllOf(known.id)).await?;
    let second_factor = session.second_factor;
    let cookie = begin(&app, &ctx, session, &known, second_factor).await?;
    app.forget_sessions();
    Ok(with_cookie(to("/account"), &cookie))
}

async fn change(app: &App, ctx: &Ctx, known: &Credentials, form: &PasswordForm) -> Result<()> {
    app.limits().sign_in(&format!("password {}", known.id))?;
    if !verify_password(Some(&known.hash), &form.current).await? {
        return Err(Problem::invalid("current", "password-wrong"));
    }
    if form.password != form.again {
        return Err(Problem::invalid("again", "password-differs"));
    }
    if form.password == form.current {
        return Err(Problem::invalid("password", "password-same"));
    }
    let command = SetPassword {
        account: known.id,
        password: hash_password(ctx, &known.login, &form.password).await?,
        must_change: false,
    };
    app.db().execute(ctx, command).await
}
