//! The way in: the number, the code, and whose file it is to be.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};
use youlin_web::{ApiForm, ApiQuery, App, ClientAddr, PathId, Prefs, Shell, WebResult, page};

use super::{OwnSession, START, named_files, shell};
use crate::Vault;
use crate::own::ask_code::AskCode;
use crate::own::enter_code::{ChoosePerson, EnterCode, Entered, LeaveFile};
use crate::own::guardians::files_of_number;
use crate::own::session::{self, Opened};
use crate::pages::form::{Errors, shown, to, with_cookie, with_status};

#[derive(Template)]
#[template(path = "own/start.html")]
struct StartPage {
    s: Shell,
    e: Errors,
    phone: String,
}

#[derive(Template)]
#[template(path = "own/code.html")]
struct CodePage {
    s: Shell,
    e: Errors,
    /// Where the code is sent.
    action: String,
    /// The code is over: only a new one helps.
    over: bool,
    /// It proves a new number instead of opening a file.
    for_phone: bool,
}

#[derive(Template)]
#[template(path = "own/choose.html")]
struct ChoosePage {
    s: Shell,
    /// Id, and who it is.
    files: Vec<(Uuid, String)>,
    /// One grown person's number, and children they are the guardian of.
    of_children: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    saved: String,
}

/// `GET /my-file`: the file, the choice of one, or the way in.
pub(super) async fn show(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    match session.opened {
        None => page(&StartPage {
            s,
            e: Errors::none(),
            phone: String::new(),
        }),
        Some(opened) if opened.person.is_none() => choice(&app, s, &opened).await,
        Some(_) => match super::own(session) {
            Some(own) => {
                super::file::whole(&app, s, &own, super::file::Typed::saved(done.saved)).await
            }
            None => Ok(to(START)),
        },
    }
}

async fn choice(app: &App, s: Shell, opened: &Opened) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let rows = files_of_number(db, &vault, &opened.ctx, &opened.number_index).await?;
    let (files, of_children) = named_files(&s, &vault, &rows)?;
    page(&ChoosePage {
        s,
        files,
        of_children,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    phone: String,
}

/// `POST /my-file`: the same answer whether or not the number stands in the register.
pub(super) async fn ask(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ClientAddr(client): ClientAddr,
    ApiForm(form): ApiForm<AskForm>,
) -> WebResult<Response> {
    let asked = async {
        app.limits().sign_in(&format!("own-code client {client}"))?;
        let command = AskCode {
            vault: app.need::<Vault>()?,
            phone: form.phone.clone(),
            person: None,
        };
        app.db().execute(&session.ctx, command).await
    };
    match asked.await {
        Ok(id) => Ok(to(&format!("/my-file/code/{id}"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &session.ctx, prefs);
            let e = Errors::of(&s, &problem);
            let phone = form.phone;
            Ok(with_status(&problem, page(&StartPage { s, e, phone })?))
        }
    }
}

/// `GET /my-file/code/{id}`. Whether there is such a code is not said.
pub(super) async fn show_code(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    code_page(s, Errors::none(), id, false, false)
}

/// The page that takes a code.
pub(super) fn code_page(
    s: Shell,
    e: Errors,
    id: Uuid,
    over: bool,
    for_phone: bool,
) -> WebResult<Response> {
    let action = if for_phone {
        format!("/my-file/phones/{id}")
    } else {
        format!("/my-file/code/{id}")
    };
    page(&CodePage {
        s,
        e,
        action,
        over,
        for_phone,
    })
}

/// The same page after a try that proved nothing.
pub(super) fn again(s: Shell, id: Uuid, entered: &Entered, for_phone: bool) -> WebResult<Response> {
    let over = matches!(entered, Entered::Over);
    let problem = match entered {
        Entered::Wrong(left) => {
            Problem::new(ProblemKind::Invalid, "own-code-wrong").arg("left", left)
        }
        _ => Problem::new(ProblemKind::Invalid, "own-code-over"),
    };
    let e = Errors::of(&s, &problem);
    Ok(with_status(&problem, code_page(s, e, id, over, for_phone)?))
}

#[derive(Debug, Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    pub(super) code: String,
}

/// `POST /my-file/code/{id}`.
pub(super) async fn enter(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    PathId(id): PathId,
    ClientAddr(client): ClientAddr,
    ApiForm(form): ApiForm<CodeForm>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    match try_code(&app, &session.ctx, client, id, form.code).await {
        Ok(Entered::Right(token)) => {
            let cookie = session::cookie(&app.config().cookies, Some(&token));
            Ok(with_cookie(to(START), &cookie))
        }
        Ok(refused) => again(s, id, &refused, false),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            Ok(with_status(&problem, code_page(s, e, id, false, false)?))
        }
    }
}

async fn try_code(
    app: &App,
    ctx: &Ctx,
    client: std::net::IpAddr,
    id: Uuid,
    typed: String,
) -> Result<Entered> {
    app.limits().sign_in(&format!("own-try client {client}"))?;
    let vault: Arc<Vault> = app.need()?;
    app.db().execute(ctx, EnterCode { vault, id, typed }).await
}

#[derive(Debug, Deserialize)]
pub(super) struct WhoForm {
    #[serde(default)]
    person: String,
}

/// `POST /my-file/who`: one of those the number stands with; without a person, back to the choice.
pub(super) async fn choose(
    State(app): State<App>,
    session: OwnSession,
    ApiForm(form): ApiForm<WhoForm>,
) -> WebResult<Response> {
    let Some(opened) = session.opened else {
        return Ok(to(START));
    };
    let command = ChoosePerson {
        vault: app.need::<Vault>()?,
        token_hash: opened.token_hash,
        number_index: opened.number_index,
        person: form.person.parse().map_err(|_no_id| Problem::not_found())?,
    };
    app.db().execute(&session.ctx, command).await?;
    Ok(to(START))
}

/// `POST /my-file/leave`.
pub(super) async fn leave(State(app): State<App>, session: OwnSession) -> WebResult<Response> {
    if let Some(opened) = session.opened {
        let token_hash = opened.token_hash;
        app.db()
            .execute(&session.ctx, LeaveFile { token_hash })
            .await?;
    }
    let cookie = session::cookie(&app.config().cookies, None);
    Ok(with_cookie(to("/"), &cookie))
}
