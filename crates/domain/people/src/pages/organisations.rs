//! The organisations one can call on.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page};

use crate::permissions::ORGANISATIONS_READ;
use crate::{Directory, OrganisationKind, OrganisationView};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "people/organisations.html")]
struct OrganisationsPage {
    s: Shell,
    kind: Option<OrganisationKind>,
    kinds: &'static [OrganisationKind],
    rows: Vec<OrganisationView>,
}

/// `GET /people/organisations?kind=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(filter): ApiQuery<Filter>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ORGANISATIONS_READ)?;
    let kind = OrganisationKind::parse(&filter.kind);
    let rows = Directory::organisations(app.db().read(), &scope, kind).await?;
    page(&OrganisationsPage {
        s: Shell::new(&app, &ctx, prefs, NavPlace::Know, "/people"),
        kind,
        kinds: OrganisationKind::ALL,
        rows,
    })
}
