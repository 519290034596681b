//! A form is filled; a second person is asked to let a large one go.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::{Asked, AskedRelease, Datasets, Release};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, Shell, WebResult, XLSX, save_as};

use super::{refused, to};
use crate::forms::{self, FormView, NoteAnswers, NoteFill, Rows, period_of};
use crate::pages::shell;

/// As long as a purpose may be, with what stands between its parts.
const PURPOSE: usize = 197;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FillSent {
    purpose: String,
}

/// `POST /insight/forms/{id}/fill`: the workbook, filled; noted in the ledger and with everybody who is in it.
pub(super) async fn fill(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<FillSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    let purpose = purpose(&s, &form, &sent);
    match filled(&app, &ctx, &form, &purpose).await {
        Ok(bytes) => {
            let name = named(&s, &form.file_name, &period_of(&ctx, form.line.every));
            Ok(save_as(&name, XLSX, bytes))
        }
        Err(problem) => refused(s, form, problem, purpose).await,
    }
}

/// The name of the blank with the period it was filled for, so that four of them lie beside one another.
fn named(s: &Shell, file_name: &str, period: &str) -> String {
    let stem = file_name.strip_suffix(".xlsx").unwrap_or(file_name);
    let period = super::period_words(s, period);
    format!("{stem}-{}.xlsx", period.replace(' ', ""))
}

/// Filled and noted: what is handed out is in the ledger before it is given.
async fn filled(app: &App, ctx: &Ctx, form: &FormView, purpose: &str) -> Result<Vec<u8>> {
    let filled = forms::fill(app, ctx, form, purpose).await?;
    let (period, at) = (period_of(ctx, form.line.every), ctx.now());
    let mut answers = filled.answers;
    let note = NoteFill {
        community: form.community,
        form: form.line.id,
        period: period.clone(),
        purpose: purpose.to_owned(),
        lines: filled.lines,
        held: filled.held,
        missing: filled.missing,
        asked: 0,
        at,
        answers: answers.remove(&form.community).unwrap_or_default(),
    };
    app.db().execute(ctx, note).await?;
    // Of a form above communities each community keeps its own.
    for (community, answers) in answers {
        let note = NoteAnswers {
            filed: form.community,
            community,
            form: form.line.id,
            period: period.clone(),
            at,
            answers,
        };
        app.db().execute(ctx, note).await?;
    }
    Ok(filled.workbook)
}

/// What stands between this form and taking it, and how many people are in it.
pub(super) async fn standing(app: &App, ctx: &Ctx, form: &FormView) -> Result<(Release, usize)> {
    let Rows::Records(_) = &form.mapping.rows else {
        return Ok((Release::Free, 0));
    };
    let (set, records) = records(app, ctx, form).await?;
    let count = records.len();
    let release = set
        .dataset
        .release(
            app.db(),
            ctx,
            form.line.id,
            count,
            &forms::wanted_fields(&form.mapping),
        )
        .await?;
    Ok((release, count))
}

/// The records a line each, of a form of records.
pub(super) async fn records(
    app: &App,
    ctx: &Ctx,
    form: &FormView,
) -> Result<(Asked, Vec<(CommunityId, Uuid)>)> {
    let datasets = app.need::<Datasets>()?;
    let Rows::Records(address) = &form.mapping.rows else {
        return Err(Problem::invalid("rows", "form-no-people"));
    };
    let question = forms::people(ctx, form, address)?;
    let set = datasets.ask(ctx, question.query(&datasets)?).await?;
    let found = set.evidence(Vec::new(), false).await?;
    let records = found
        .iter()
        .map(|one| (CommunityId(one.community), Uuid::from_u128(one.id)))
        .collect();
    Ok((set, records))
}

/// `POST /insight/forms/{id}/release`: a second person is asked to say yes to so many persons in the clear.
pub(super) async fn ask_release(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(sent): ApiForm<FillSent>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = forms::open_form(app.db(), &ctx, id).await?;
    let purpose = purpose(&s, &form, &sent);
    let asked = async {
        let (set, records) = records(&app, &ctx, &form).await?;
        let asked = AskedRelease {
            form: id,
            page: format!("/insight/forms/{id}"),
            area: form.line.area,
            purpose: purpose.clone(),
            records,
        };
        set.dataset.ask_release(app.db(), &ctx, &asked).await
    };
    match asked.await {
        Ok(()) => Ok(to(&format!("/insight/forms/{id}?done=release"))),
        Err(problem) => refused(s, form, problem, purpose).await,
    }
}

/// That it is for this form, after what was typed: whoever is asked to say yes, and everybody in it, reads both.
fn purpose(s: &Shell, form: &FormView, sent: &FillSent) -> String {
    let own = s.tn(
        "form-purpose",
        &[
            ("requester", form.line.requester.clone()),
            ("name", form.line.title()),
        ],
    );
    match sent.purpose.trim() {
        "" => own,
        said if said.contains(&own) || said.chars().count() + own.chars().count() > PURPOSE => {
            said.to_owned()
        }
        said => format!("{said} · {own}"),
    }
}
