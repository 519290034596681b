//! A form is closed when nobody asks for it any more, and opened again; and the records of its lines are chosen on the page of
//! questions.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_kernel::Problem;
use youlin_web::{ApiForm, App, Caller, PathId, WebResult};

use super::ask::withdrawn;
use super::to;
use crate::compose::Composed;
use crate::forms::{self, CloseForm, MapForm, Mapping, Rows};
use crate::pages::read_address;

/// `POST /insight/forms/{id}/close`: nothing is asked because of it any more.
pub(super) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let form = forms::form(app.db(), &ctx, id).await?;
    withdrawn(&app, &ctx, &form).await?;
    let command = CloseForm {
        community: form.community,
        form: id,
        closed: true,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/insight/forms/{id}?done=close")))
}

/// `POST /insight/forms/{id}/reopen`.
pub(super) async fn reopen(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let form = forms::form(app.db(), &ctx, id).await?;
    let command = CloseForm {
        community: form.community,
        form: id,
        closed: false,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/insight/forms/{id}?done=reopen")))
}

#[derive(Debug, Deserialize)]
pub(super) struct RowsSent {
    form: Uuid,
    /// The question that finds the records of its lines.
    address: String,
}

/// `POST /insight/forms/rows`: the records a question finds are the lines of a form.
pub(super) async fn rows(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiForm(sent): ApiForm<RowsSent>,
) -> WebResult<Response> {
    let form = forms::open_form(app.db(), &ctx, sent.form).await?;
    let question = read_address(&sent.address)?.question();
    // The form is filled anew each time: its lines are the records of that day, not of a day somebody once looked at.
    let question = Composed {
        d: question.d,
        f: question.f,
        area: question.area,
        ..Composed::default()
    };
    question.query(&*app.need::<Datasets>()?)?;
    match form.mapping.rows.dataset() {
        None => return Err(Problem::invalid("rows", "form-no-people").into()),
        // Its columns are filled from records of another kind.
        Some(dataset) if dataset != question.d => {
            return Err(Problem::invalid("rows", "form-other-rows").into());
        }
        Some(_) => {}
    }
    let command = MapForm {
        community: form.community,
        form: sent.form,
        version: form.version,
        mapping: Mapping {
            rows: Rows::Records(question.address()),
            ..form.mapping
        },
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/insight/forms/{}?done=rows", sent.form)))
}
