//! What nobody holds is asked at the door: only the columns somebody ticked, after the number of questions was said and
//! agreed to; and taken back in one click.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_datasets::{Datasets, Question};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, Shell, WebResult};

use super::fill::records;
use super::{refused, to};
use crate::forms::{self, FormView, NoteFill, NoteWithdrawn, askable};
use crate::pages::shell;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskSent {
    /// Names of the columns.
    column: Vec<String>,
    /// The number of questions that was agreed to.
    sure: usize,
}

/// `POST /insight/forms/{id}/ask`: the ticked columns are asked of the people of the form the next time they are seen.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<AskSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    match asked(&app, &ctx, &s, &form, &sent).await {
        Ok(open) => Ok(to(&format!("/insight/forms/{id}?done=ask&open={open}"))),
        Err(problem) => refused(s, form, problem, String::new()).await,
    }
}

async fn asked(app: &App, ctx: &Ctx, s: &Shell, form: &FormView, sent: &AskSent) -> Result<usize> {
    let questions: Vec<Question> = askable(&form.mapping)
        .into_iter()
        .filter(|column| sent.column.contains(&column.name))
        .map(|column| Question {
            key: column.key(),
            text: column.name.clone(),
        })
        .collect();
    if questions.is_empty() {
        return Err(Problem::invalid("column", "form-nothing-ticked"));
    }
    let (set, records) = records(app, ctx, form).await?;
    if records.is_empty() {
        return Err(Problem::invalid("rows", "form-nothing-to-ask"));
    }
    // Whoever agreed to another number is asked again.
    let count = records.len() * questions.len();
    if sent.sure != count {
        return Err(Problem::invalid("column", "form-not-sure").field_arg("count", count));
    }
    let open = set
        .dataset
        .ask_next_time(app.db(), ctx, form.line.id, &questions, &records)
        .await?;
    let note = NoteFill {
        community: form.community,
        form: form.line.id,
        period: forms::period_of(ctx, form.line.every),
        purpose: s.t("form-asked-purpose"),
        lines: 0,
        held: 0,
        missing: 0,
        asked: open,
        at: ctx.now(),
        answers: Vec::new(),
    };
    app.db().execute(ctx, note).await?;
    Ok(open)
}

/// `POST /insight/forms/{id}/ask/withdraw`: what nobody has answered is no longer asked.
pub(super) async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let form = forms::form(app.db(), &ctx, id).await?;
    let count = withdrawn(&app, &ctx, &form).await?;
    Ok(to(&format!(
        "/insight/forms/{id}?done=withdraw&open={count}"
    )))
}

/// Takes the unanswered questions back; answers how many there were.
pub(super) async fn withdrawn(app: &App, ctx: &Ctx, form: &FormView) -> Result<usize> {
    let datasets = app.need::<Datasets>()?;
    let Some(set) = datasets.get("persons") else {
        return Ok(0);
    };
    let questions = set.withdraw_questions(app.db(), ctx, form.line.id).await?;
    if questions > 0 {
        let note = NoteWithdrawn {
            community: form.community,
            form: form.line.id,
            questions,
        };
        app.db().execute(ctx, note).await?;
    }
    Ok(questions)
}
