//! Signing in, the second factor, signing out, the language. An unknown login and a wrong password get the same answer
//! after the same time; attempts are counted per login and per client.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, ClientAddr, CurrentSession, EndSession, NavPlace, Prefs, Shell,
    StartSession, WebResult, end_cookie, page, session_cookie,
};

use super::form::{Errors, own_path, shown, to, with_cookie, with_next, with_status};
use crate::accounts::{Accounts, Credentials, by_id, by_login};
use crate::commands::note_sign_in::NoteSignIn;
use crate::{UseSecondFactor, Vault, verify_password};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage {
    s: Shell,
    e: Errors,
    login: String,
    next: String,
}

#[derive(Template)]
#[template(path = "people/sign_in_factor.html")]
struct FactorPage {
    s: Shell,
    e: Errors,
    next: String,
}

/// `GET /sign-in`. Somebody signed in whose second factor is missing is sent to it.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiQuery(query): ApiQuery<Next>,
) -> WebResult<Response> {
    let next = own_path(query.next.as_deref());
    if let Some(account) = session.account.filter(|_| ctx.is_signed_in()) {
        let known = by_id(app.db().read(), account).await?;
        return Ok(match known {
            Some(known) if session.second_factor => to(landing(&known, next)),
            Some(known) if known.second_factor => to(&with_next("/sign-in/second-factor", next)),
            _ if factor_missing(&app, account).await? => to("/account/second-factor"),
            Some(known) => to(landing(&known, next)),
            None => to("/"),
        });
    }
    page(&SignInPage {
        s: Shell::new(&app, &ctx, prefs, NavPlace::None, ""),
        e: Errors::none(),
        login: String::new(),
        next: next.to_owned(),
    })
}

/// Where somebody goes who is in: first to a password of their own, if it was set by another.
fn landing<'a>(known: &Credentials, next: &'a str) -> &'a str {
    if known.must_change { "/account" } else { next }
}

async fn factor_missing(app: &App, account: Uuid) -> Result<bool> {
    let who = app.accounts().account(account).await?;
    Ok(who.is_some_and(|who| who.second_factor_required))
}

#[derive(Debug, Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

/// `POST /sign-in`.
pub(super) async fn submit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ClientAddr(client): ClientAddr,
    ApiForm(form): ApiForm<SignInForm>,
) -> WebResult<Response> {
    let next = own_path(form.next.as_deref()).to_owned();
    match check(&app, client, &form).await {
        Ok(known) => enter(&app, &ctx, session, &known, &next).await,
        Err(problem) => {
            let problem = shown(problem)?;
            let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "");
            let e = Errors::of(&s, &problem);
            let login = form.login;
            let again = page(&SignInPage { s, e, login, next })?;
            Ok(with_status(&problem, again))
        }
    }
}

async fn check(app: &App, client: std::net::IpAddr, form: &SignInForm) -> Result<Credentials> {
    // Cut before it becomes a key of the limiter: nobody fills the memory with long names.
    let login: String = form.login.trim().chars().take(60).collect();
    app.limits().sign_in(&format!("client {client}"))?;
    app.limits().sign_in(&format!("login {login}"))?;
    let known = by_login(app.db().read(), &login).await?;
    let right = verify_password(known.as_ref().map(|known| &known.hash), &form.password).await?;
    known
        .filter(|_| right)
        .ok_or_else(|| Problem::new(ProblemKind::Invalid, "sign-in-failed"))
}

async fn enter(
    app: &App,
    ctx: &Ctx,
    session: CurrentSession,
    known: &Credentials,
    next: &str,
) -> WebResult<Response> {
    let cookie = begin(app, ctx, session, known, false).await?;
    let path = if known.second_factor {
        with_next("/sign-in/second-factor", next)
    } else if factor_missing(app, known.id).await? {
        "/account/second-factor".to_owned()
    } else {
        landing(known, next).to_owned()
    };
    Ok(with_cookie(to(&path), &cookie))
}

/// Starts a new session in place of the present one and answers its cookie. The token changes every time.
pub(super) async fn begin(
    app: &App,
    ctx: &Ctx,
    session: CurrentSession,
    known: &Credentials,
    second_factor: bool,
) -> Result<String> {
    let ctx = ctx.acting_as(
        Actor::Account(AccountActor {
            id: known.id,
            person: known.person,
            former: Vec::new(),
            display_name: known.display_name.clone(),
        }),
        Arc::from([]),
    );
    let policy = app.config().cookies.clone();
    let start = StartSession {
        account: known.id,
        second_factor,
        policy: policy.clone(),
        replaces: session.token,
    };
    let token = app.db().execute(&ctx, start).await?;
    app.db().execute(&ctx, NoteSignIn).await?;
    if session.account.is_some() {
        app.forget_sessions();
    }
    Ok(session_cookie(&policy, &token))
}

/// `GET /sign-in/second-factor`.
pub(super) async fn show_factor(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiQuery(query): ApiQuery<Next>,
) -> WebResult<Response> {
    let next = own_path(query.next.as_deref());
    if session.second_factor {
        return Ok(to(next));
    }
    page(&FactorPage {
        s: Shell::new(&app, &ctx, prefs, NavPlace::None, ""),
        e: Errors::none(),
        next: next.to_owned(),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct FactorForm {
    #[serde(default)]
    code: String,
    next: Option<String>,
}

/// `POST /sign-in/second-factor`.
pub(super) async fn submit_factor(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    session: CurrentSession,
    ApiForm(form): ApiForm<FactorForm>,
) -> WebResult<Response> {
    let next = own_path(form.next.as_deref()).to_owned();
    let account = session.account.ok_or_else(Problem::not_found)?;
    match use_factor(&app, &ctx, account, &form.code).await {
        Ok(()) => {
            let known = by_id(app.db().read(), account)
                .await?
                .ok_or_else(Problem::not_found)?;
            let cookie = begin(&app, &ctx, session, &known, true).await?;
            app.forget_sessions();
            Ok(with_cookie(to(landing(&known, &next)), &cookie))
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "");
            let e = Errors::of(&s, &problem);
            Ok(with_status(&problem, page(&FactorPage { s, e, next })?))
        }
    }
}

/// One attempt with a code, counted.
pub(super) async fn use_factor(app: &App, ctx: &Ctx, account: Uuid, code: &str) -> Result<()> {
    app.limits().sign_in(&format!("factor {account}"))?;
    let attempt = UseSecondFactor {
        vault: app.need::<Vault>()?,
        account,
        code: code.chars().take(40).collect(),
    };
    app.db().execute(ctx, attempt).await
}

/// `POST /sign-out`.
pub(super) async fn sign_out(
    State(app): State<App>,
    Caller(ctx): Caller,
    session: CurrentSession,
) -> WebResult<Response> {
    if let Some(token) = session.token {
        app.db().execute(&ctx, EndSession::One(token)).await?;
        app.forget_sessions();
    }
    Ok(with_cookie(to("/"), &end_cookie(&app.config().cookies)))
}

#[derive(Debug, Deserialize)]
pub(super) struct LanguageForm {
    lang: String,
    next: Option<String>,
}

/// `POST /lang`: the other parts of the cookie `prefs` stay.
pub(super) async fn language(
    headers: HeaderMap,
    ApiForm(form): ApiForm<LanguageForm>,
) -> WebResult<Response> {
    let lang = match form.lang.as_str() {
        "en" => "en",
        "zh" => "zh",
        _ => return Err(Problem::invalid("lang", "unknown-value").into()),
    };
    let kept = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("prefs="))
        .unwrap_or_default();
    let mut parts: Vec<&str> = kept
        .split('.')
        .filter(|part| {
            let known = ["theme:", "print:", "keys:"];
            part.len() < 20 && known.iter().any(|name| part.starts_with(name))
        })
        .take(3)
        .collect();
    let chosen = format!("lang:{lang}");
    parts.push(&chosen);
    let cookie = format!(
        "prefs={}; Path=/; Max-Age=31536000; SameSite=Lax",
        parts.join(".")
    );
    let next = form.next.or_else(|| came_from(&headers));
    Ok(with_cookie(to(own_path(next.as_deref())), &cookie))
}

/// The page a form of ours was pressed on. Whose page it was need not be asked: the host is left out.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let page: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    page.path_and_query().map(ToString::to_string)
}

/// The account behind a page of one's own, when its second factor (if there is one) was passed in this session;
/// else where to pass it.
pub(super) async fn own_account(
    app: &App,
    session: &CurrentSession,
) -> WebResult<std::result::Result<Credentials, Response>> {
    // A key is no account; it has no page.
    let account = session.account.ok_or_else(Problem::not_found)?;
    let known = by_id(app.db().read(), account)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(if known.second_factor && !session.second_factor {
        Err(to("/sign-in/second-factor?next=/account"))
    } else {
        Ok(known)
    })
}

/// What the pages need to know of the settings.
pub(super) fn factor_required(app: &App) -> bool {
    app.service::<Accounts>()
        .is_some_and(|accounts| accounts.policy().require_second_factor)
}
