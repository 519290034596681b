//! Accounts and their grants. A password is set to a one-time one that is shown once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Grant, Problem};
use youlin_web::{
    ApiForm, App, Caller, EndSession, NavPlace, PathId, Prefs, Shell, WebResult, page,
};

use super::form::{Errors, shown, to, with_status};
use super::grants::{GrantEditor, GrantRow, grants_from, rows_from, rows_of};
use crate::permissions::ACCOUNTS_ADMIN;
use crate::{
    AccountView, CloseAccount, CreateAccount, DisableTotp, OrganisationView, SetGrants,
    SetPassword, account_list, hash_password, one_time_password,
};

pub(super) const HERE: &str = "/admin/accounts";

#[derive(Template)]
#[template(path = "people/accounts.html")]
struct AccountsPage {
    s: Shell,
    e: Errors,
    rows: Vec<AccountView>,
    editor: GrantEditor,
    login: String,
    display_name: String,
    /// Login and one-time password, right after making the account.
    made: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "people/account_admin.html")]
struct AccountAdminPage {
    s: Shell,
    e: Errors,
    row: AccountView,
    editor: GrantEditor,
    /// The one-time password, right after it was set.
    password: String,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, HERE)
}

/// Accounts the caller may administer: those whose every grant lies in an area of theirs.
fn administers(ctx: &Ctx, row: &AccountView) -> bool {
    row.grants
        .iter()
        .all(|grant| ctx.authorize(&ACCOUNTS_ADMIN, grant.area).is_ok())
}

pub(super) async fn partner_organisations(
    app: &App,
    ctx: &Ctx,
) -> WebResult<Vec<OrganisationView>> {
    let scope = ctx.scope(&ACCOUNTS_ADMIN)?;
    Ok(crate::Directory::organisations(app.db().read(), &scope, None).await?)
}

/// What the form of a new account held.
#[derive(Debug, Default, Deserialize)]
pub(super) struct CreateForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    area: Vec<String>,
    #[serde(default)]
    organisation: Vec<String>,
}

async fn list_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    e: Errors,
    form: CreateForm,
    made: Option<(String, String)>,
) -> WebResult<Response> {
    let mut rows = account_list(app.db().read()).await?;
    rows.retain(|row| administers(ctx, row));
    let organisations = partner_organisations(app, ctx).await?;
    let grants = rows_from(&form.role, &form.area, &form.organisation);
    page(&AccountsPage {
        e,
        rows,
        editor: GrantEditor::new(&s, grants, &organisations),
        login: form.login,
        display_name: form.display_name,
        made,
        s,
    })
}

/// `GET /admin/accounts`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    list_page(&app, &ctx, s, Errors::none(), CreateForm::default(), None).await
}

/// `POST /admin/accounts`: the one-time password stands on this one answer only.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<CreateForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let password = one_time_password(&ctx);
    match make(&app, &ctx, &form, &password).await {
        Ok(()) => {
            let made = Some((form.login.trim().to_lowercase(), password));
            list_page(&app, &ctx, s, Errors::none(), CreateForm::default(), made).await
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            let page = list_page(&app, &ctx, s, e, form, None).await?;
            Ok(with_status(&problem, page))
        }
    }
}

async fn make(
    app: &App,
    ctx: &Ctx,
    form: &CreateForm,
    password: &str,
) -> youlin_kernel::Result<()> {
    let rows = rows_from(&form.role, &form.area, &form.organisation);
    let command = CreateAccount {
        login: form.login.clone(),
        password: hash_password(ctx, &form.login, password).await?,
        display_name: form.display_name.clone(),
        person: None,
        grants: grants_from(ctx, &rows)?,
        must_change: true,
    };
    app.db().execute(ctx, command).await.map(|_id| ())
}

async fn one(app: &App, ctx: &Ctx, id: Uuid) -> WebResult<AccountView> {
    let row = account_list(app.db().read())
        .await?
        .into_iter()
        .find(|row| row.id == id && administers(ctx, row));
    Ok(row.ok_or_else(Problem::not_found)?)
}

async fn one_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    (e, typed, password): (Errors, Option<Vec<GrantRow>>, String),
) -> WebResult<Response> {
    let row = one(app, ctx, id).await?;
    let organisations = partner_organisations(app, ctx).await?;
    let rows = typed.unwrap_or_else(|| rows_of(&row.grants));
    page(&AccountAdminPage {
        e,
        row,
        editor: GrantEditor::new(&s, rows, &organisations),
        password,
        s,
    })
}

/// `GET /admin/accounts/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    one_page(&app, &ctx, s, id, (Errors::none(), None, String::new())).await
}

#[derive(Debug, Deserialize)]
pub(super) struct GrantsForm {
    version: Option<i32>,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    area: Vec<String>,
    #[serde(default)]
    organisation: Vec<String>,
}

/// `POST /admin/accounts/{id}/grants`.
pub(super) async fn set_grants(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<GrantsForm>,
) -> WebResult<Response> {
    let rows = rows_from(&form.role, &form.area, &form.organisation);
    let grants: youlin_kernel::Result<Vec<Grant>> = grants_from(&ctx, &rows);
    let outcome = match grants {
        Ok(grants) => {
            let command = SetGrants {
                account: id,
                version: form.version,
                grants,
            };
            app.db().execute(&ctx, command).await
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => {
            app.forget_sessions();
            Ok(to(&format!("{HERE}/{id}")))
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let page = one_page(&app, &ctx, s, id, (e, Some(rows), String::new())).await?;
            Ok(with_status(&problem, page))
        }
    }
}

/// `POST /admin/accounts/{id}/password`: a one-time password, shown once; all sessions of the account end.
pub(super) async fn reset_password(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let row = one(&app, &ctx, id).await?;
    let password = one_time_password(&ctx);
    let command = SetPassword {
        account: id,
        password: hash_password(&ctx, &row.login, &password).await?,
        must_change: true,
    };
    app.db().execute(&ctx, command).await?;
    app.db().execute(&ctx, EndSession::AllOf(id)).await?;
    app.forget_sessions();
    let s = shell(&app, &ctx, prefs);
    one_page(&app, &ctx, s, id, (Errors::none(), None, password)).await
}

/// `POST /admin/accounts/{id}/second-factor-off`: for somebody whose telephone is gone.
pub(super) async fn factor_off(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    app.db().execute(&ctx, DisableTotp { account: id }).await?;
    app.forget_sessions();
    Ok(to(&format!("{HERE}/{id}")))
}

#[derive(Debug, Deserialize)]
pub(super) struct CloseForm {
    /// `open` opens it again.
    #[serde(default)]
    set: String,
}

/// `POST /admin/accounts/{id}/close`.
pub(super) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<CloseForm>,
) -> WebResult<Response> {
    let closed = form.set != "open";
    let account = id;
    match app
        .db()
        .execute(&ctx, CloseAccount { account, closed })
        .await
    {
        Ok(()) => {
            if closed {
                app.db().execute(&ctx, EndSession::AllOf(id)).await?;
            }
            app.forget_sessions();
            Ok(to(&format!("{HERE}/{id}")))
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let page = one_page(&app, &ctx, s, id, (e, None, String::new())).await?;
            Ok(with_status(&problem, page))
        }
    }
}
