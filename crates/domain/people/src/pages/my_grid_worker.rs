//! 我的网格员是谁: an address in one's own words, and whom to call. Nothing on it is about who lives there.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::AreaTree;
use youlin_places::Locator;
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use super::form::Errors;
use crate::Vault;
use crate::queries::{Responsible, responsible_at};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    address: String,
}

#[derive(Template)]
#[template(path = "people/my_grid_worker.html")]
struct MyGridWorkerPage {
    s: Shell,
    e: Errors,
    address: String,
    found: Vec<Responsible>,
}

/// `GET /my-grid-worker?address=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "");
    let address: String = asked.address.chars().take(100).collect();
    let tree: &AreaTree = ctx.areas();
    let found = if address.trim().is_empty() {
        Vec::new()
    } else {
        let (vault, locator) = (app.need::<Vault>()?, app.need::<Locator>()?);
        responsible_at(app.db().read(), &vault, &locator, tree, &address).await?
    };
    page(&MyGridWorkerPage {
        s,
        e: Errors::none(),
        address,
        found,
    })
}
