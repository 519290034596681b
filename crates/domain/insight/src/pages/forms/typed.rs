//! What nobody holds and no door knows is typed by the desk, with who said it and as of which day.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Problem, Result};
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::{refused, to};
use crate::forms::{self, TypeAnswers};
use crate::pages::shell;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TypedSent {
    /// The key of the column.
    column: String,
    said_by: String,
    said_on: String,
    area: Vec<String>,
    value: Vec<String>,
}

/// `POST /insight/forms/{id}/typed`: the cells of one column.
pub(super) async fn send(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<TypedSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    let area = |text: &String| text.trim().parse().map(AreaId);
    let values = sent.area.iter().zip(&sent.value);
    let values: Result<Vec<(AreaId, String)>> = values
        .map(|(of, value)| {
            let of = area(of).map_err(|_nan| Problem::invalid("area", "query-area"))?;
            Ok((of, value.clone()))
        })
        .collect();
    let kept = async {
        let command = TypeAnswers {
            community: form.community,
            form: id,
            period: forms::typed_for(&ctx, form.line.every),
            column: sent.column.clone(),
            values: values?,
            said_by: sent.said_by.clone(),
            said_on: sent.said_on.clone(),
        };
        app.db().execute(&ctx, command).await
    };
    match kept.await {
        Ok(()) => Ok(to(&format!("/insight/forms/{id}?done=typed#typed"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}
