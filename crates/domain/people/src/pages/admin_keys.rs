//! Keys of foreign systems. A key is shown once, on the answer that made it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{Ctx, Problem};
use youlin_web::{ApiForm, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use super::admin_accounts::partner_organisations;
use super::form::{Errors, shown, to, with_status};
use super::grants::{GrantEditor, grants_from, rows_from};
use crate::permissions::ACCOUNTS_ADMIN;
use crate::{CreateApiKey, KeyKind, KeyView, RevokeApiKey, key_list};

const HERE: &str = "/admin/keys";

#[derive(Template)]
#[template(path = "people/keys.html")]
struct KeysPage {
    s: Shell,
    e: Errors,
    rows: Vec<KeyView>,
    editor: GrantEditor,
    key_name: String,
    kind: String,
    kinds: &'static [KeyKind],
    /// The key, right after it was made.
    made: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct KeyForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    area: Vec<String>,
    #[serde(default)]
    organisation: Vec<String>,
}

async fn keys_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    e: Errors,
    form: KeyForm,
    made: String,
) -> WebResult<Response> {
    let mut rows = key_list(app.db().read()).await?;
    rows.retain(|row| {
        row.grants
            .iter()
            .all(|grant| ctx.authorize(&ACCOUNTS_ADMIN, grant.area).is_ok())
    });
    let organisations = partner_organisations(app, ctx).await?;
    let grants = rows_from(&form.role, &form.area, &form.organisation);
    page(&KeysPage {
        e,
        rows,
        editor: GrantEditor::new(&s, grants, &organisations),
        key_name: form.name,
        kind: form.kind,
        kinds: KeyKind::ALL,
        made,
        s,
    })
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/accounts")
}

/// `GET /admin/keys`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    keys_page(
        &app,
        &ctx,
        s,
        Errors::none(),
        KeyForm::default(),
        String::new(),
    )
    .await
}

/// `POST /admin/keys`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<KeyForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let rows = rows_from(&form.role, &form.area, &form.organisation);
    let command = KeyKind::parse(&form.kind)
        .ok_or_else(|| Problem::invalid("kind", "unknown-value"))
        .and_then(|kind| {
            Ok(CreateApiKey {
                name: form.name.clone(),
                kind,
                grants: grants_from(&ctx, &rows)?,
            })
        });
    let made = match command {
        Ok(command) => app.db().execute(&ctx, command).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(made) => keys_page(&app, &ctx, s, Errors::none(), KeyForm::default(), made.key).await,
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            let page = keys_page(&app, &ctx, s, e, form, String::new()).await?;
            Ok(with_status(&problem, page))
        }
    }
}

/// `POST /admin/keys/{id}/revoke`.
pub(super) async fn revoke(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    app.db().execute(&ctx, RevokeApiKey { id }).await?;
    app.forget_sessions();
    Ok(to(HERE))
}
