//! `/me/openrosa`: one's own phones. An address is shown once, with the picture ODK Collect scans.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Access, Ctx};
use youlin_people::Vault;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_web::{
    ApiForm, App, Caller, FormFaults, NavItem, NavPlace, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use crate::service::OpenRosa;
use crate::tokens::{TokenView, own_tokens};
use crate::{MakeToken, NewToken, PREFIX, RevokeToken, qr};

const HERE: &str = "/me/openrosa";

/// The door of this module.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Protect,
    href: HERE,
    label: "openrosa-nav",
    icon: "phone",
    access: Access::Needs(&ROUNDS_WALK),
    phone: false,
}];

#[derive(Template)]
#[template(path = "openrosa.html")]
struct PhonesPage {
    s: Shell,
    e: FormFaults,
    /// What was typed as the phone's name.
    typed: String,
    /// Right after it was made: its address and the picture of it.
    made: Option<(String, String)>,
    phones: Vec<TokenView>,
}

async fn phones_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    e: FormFaults,
    typed: String,
    made: Option<(String, String)>,
) -> WebResult<Response> {
    page(&PhonesPage {
        s: Shell::new(app, ctx, prefs, NavPlace::Protect, HERE),
        e,
        typed,
        made,
        phones: own_tokens(app.db().read(), ctx).await?,
    })
}

/// `GET /me/openrosa`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    phones_page(&app, &ctx, prefs, FormFaults::none(), String::new(), None).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct PhoneForm {
    #[serde(default)]
    name: String,
}

/// `POST /me/openrosa`.
pub(crate) async fn make(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<PhoneForm>,
) -> WebResult<Response> {
    let command = MakeToken {
        vault: app.need::<Vault>()?,
        name: form.name.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(made) => {
            let made = shown(&app, &ctx, &made)?;
            phones_page(
                &app,
                &ctx,
                prefs,
                FormFaults::none(),
                String::new(),
                Some(made),
            )
            .await
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = Shell::new(&app, &ctx, prefs, NavPlace::Protect, HERE);
            let e = FormFaults::of(&s, &problem);
            let body = phones_page(&app, &ctx, prefs, e, form.name, None).await?;
            Ok(refused_with(&problem, body))
        }
    }
}

/// The address and its picture.
fn shown(app: &App, ctx: &Ctx, made: &NewToken) -> youlin_kernel::Result<(String, String)> {
    let address = format!("{}{PREFIX}{}", app.config().public_url, made.secret);
    let project = app.i18n().text(ctx.locale(), "openrosa-project", &[]);
    let picture = qr::picture(&qr::settings(&address, &project)?)?;
    Ok((address, picture))
}

/// `POST /me/openrosa/{id}/revoke`.
pub(crate) async fn revoke(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    app.db().execute(&ctx, RevokeToken { id }).await?;
    app.need::<OpenRosa>()?.owners.clear();
    Ok(Redirect::to(HERE).into_response())
}
