//! `POST /rounds/findings/{id}/return`: going back to a finding. Whoever comes late is told who was there before, keeps what was
//! typed and photographed, and may leave it as a note: the case stays as it is.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_files::StoredFile;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{
    App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::answer::{Kept, keep, kept_file};
use super::hazard::show::measured;
use super::hazard::words;
use super::round::round_page;
use crate::permissions::ROUNDS_WALK;
use crate::queries::{FindingView, finding_round, remeasurable};
use crate::service::Rounds;
use crate::{NoteReturn, ReturnVisit};

/// Photographs the page asks for at most.
pub(crate) const MOST_PHOTOS: usize = 4;
/// Refusals that say whose affair it is: what was typed stays on the page, to be handed on.
const OF_OTHERS: [&str; 2] = ["own-work", "recheck-for-others"];

/// What was typed of a return visit that was refused, and of which finding.
#[derive(Clone, Debug, Default)]
pub(super) struct TypedReturn {
    pub(super) finding: Uuid,
    pub(super) passed: String,
    pub(super) text: String,
    pub(super) measured: String,
    /// Of a hazard that was found by a measured value: how that is asked for again.
    pub(super) remeasure: Option<words::Remeasure>,
    pub(super) kept: Vec<Kept>,
    /// Nobody waits for it any more; it may still be left as a note.
    pub(super) late: bool,
    /// For somebody else to say.
    pub(super) others: bool,
}

pub(super) async fn go_back(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read_pictures(&app, request).await?;
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let (community, round) = finding_round(app.db(), &scope, id).await?;
    let rounds = app.need::<Rounds>()?;
    let kept = photographs(&rounds, &ctx, (community, id), &upload)?;
    match went_back(&app, &ctx, (community, id), &upload, &kept).await {
        Ok(noted) => {
            let saved = if noted { "noted" } else { "back" };
            let to = format!("/rounds/{round}?saved={saved}#f-{id}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let others = OF_OTHERS.contains(&problem.code());
            let problem = if others { problem } else { mendable(problem)? };
            let mut shown = round_page(&app, &ctx, prefs, round, false).await?;
            shown.e = FormFaults::of(&shown.s, &problem);
            // Each finding has a form of its own, and its fields carry its id.
            for (field, _) in &mut shown.e.fields {
                *field = format!("{field}-{id}");
            }
            let noting = !upload.text("note").is_empty();
            let remeasure = remeasure(&app, &shown.s, shown.finding(id)).await?;
            shown.typed = Some(TypedReturn {
                finding: id,
                measured: upload.text("measured").to_owned(),
                remeasure,
                passed: upload.text("passed").to_owned(),
                text: upload.text("text").to_owned(),
                kept: kept.into_iter().take(MOST_PHOTOS).collect(),
                late: noting || problem.code().starts_with("return-late-"),
                others,
            });
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

/// How what was measured of it is asked for again.
async fn remeasure(
    app: &App,
    s: &Shell,
    finding: Option<&FindingView>,
) -> Result<Option<words::Remeasure>> {
    let rounds = app.need::<Rounds>()?;
    let Some(finding) = finding else {
        return Ok(None);
    };
    let mut found = remeasurable(&rounds, app.db(), &[finding]).await?;
    let asked = found.remove(&finding.id);
    Ok(asked.and_then(|one| words::remeasure(s, &one.question, &one.judgement)))
}

/// Photographs of an earlier try and those that came now; `of` is what they will belong to.
pub(crate) fn photographs(
    rounds: &Rounds,
    ctx: &Ctx,
    (community, of): (CommunityId, Uuid),
    upload: &Upload,
) -> Result<Vec<Kept>> {
    let held = upload.all("kept").iter();
    let mut all: Vec<Kept> = held
        .filter_map(|token| kept_file(rounds, community, of, token))
        .collect();
    for file in &upload.files {
        all.push(keep(rounds, ctx, community, of, file.clone())?);
    }
    Ok(all)
}

/// What is wrong with the photographs of a form. Of too many the first ones are kept, and the sentence says so.
pub(crate) fn check_photographs(upload: &Upload, kept: &[Kept]) -> Result<()> {
    let fields = upload.fault.as_ref().map_or(&[][..], Problem::fields);
    let too_many = fields.iter().any(|one| one.code == "too-many-files");
    if too_many || kept.len() > MOST_PHOTOS {
        let problem = Problem::invalid("photo", "too-many-photographs");
        return Err(problem.field_arg("max", MOST_PHOTOS));
    }
    upload.fault.clone().map_or(Ok(()), Err)
}

/// Whether it was left as a note only.
async fn went_back(
    app: &App,
    ctx: &Ctx,
    (community, finding): (CommunityId, Uuid),
    upload: &Upload,
    kept: &[Kept],
) -> Result<bool> {
    check_photographs(upload, kept)?;
    let passed = match upload.text("passed") {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::invalid("passed", "required")),
    };
    let files: Vec<StoredFile> = kept.iter().map(|one| one.file.clone()).collect();
    let visit = ReturnVisit {
        rounds: app.need::<Rounds>()?,
        community,
        finding,
        passed,
        text: upload.text("text").to_owned(),
        measured: measured(upload),
        photographs: files,
    };
    let noting = !upload.text("note").is_empty();
    if noting {
        app.db().execute(ctx, NoteReturn(visit)).await?;
    } else {
        app.db().execute(ctx, visit).await?;
    }
    Ok(noting)
}
