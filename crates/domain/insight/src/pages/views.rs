//! Keeping a question, opening a kept one, dropping it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{ApiForm, App, Caller, PathId, WebResult};

use crate::compose::Composed;
use crate::permissions::INSIGHT_READ;
use crate::{DropView, SaveView, queries};

/// A question from its address.
pub(crate) fn read(address: &str) -> Result<Composed> {
    serde_html_form::from_str(address).map_err(|_unreadable| {
        Problem::invalid("address", "query-value").field_arg("what", address)
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    title: String,
    address: String,
    shared: String,
}

/// Where a view belongs: the area it asks about, else the first of one's own.
fn area_of(ctx: &Ctx, question: &Composed) -> Result<AreaId> {
    if let Ok(area) = question.area.trim().parse() {
        return Ok(AreaId(area));
    }
    let held = ctx
        .grants()
        .iter()
        .find(|grant| INSIGHT_READ.held_by(grant.role));
    held.map(|grant| grant.area).ok_or_else(Problem::forbidden)
}

pub(crate) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiForm(kept): ApiForm<Kept>,
) -> WebResult<Response> {
    let question = read(&kept.address)?;
    let datasets = app.need::<youlin_datasets::Datasets>()?;
    question.query(&datasets)?;
    let command = SaveView {
        title: kept.title,
        area: area_of(&ctx, &question)?,
        shared: !kept.shared.is_empty(),
        // What it was asked for is no part of it.
        question: Composed {
            form: String::new(),
            ..question.clone()
        },
    };
    app.db().execute(&ctx, command).await?;
    let address = question.address();
    Ok(Redirect::to(&format!("/insight/query?{address}&saved=1")).into_response())
}

pub(crate) async fn open(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let datasets = app.need::<youlin_datasets::Datasets>()?;
    let view = queries::view(app.db(), &datasets, &ctx, id).await?;
    Ok(Redirect::to(&format!("/insight/query?{}", view.address)).into_response())
}

pub(crate) async fn drop(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    app.db().execute(&ctx, DropView { id }).await?;
    Ok(Redirect::to("/insight").into_response())
}
