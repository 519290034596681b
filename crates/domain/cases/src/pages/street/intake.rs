//! Taking a report in from a page: the same steps for residents and workers.

use std::sync::Arc;

use axum::extract::Request;
use youlin_files::StoredFile;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{App, Shell, idempotency};

use super::faults::Faults;
use super::kinds::{Kinds, kind_of};
use super::report_form::{FoundBy, KeptFile, PlaceChoice, ReportForm, all_files, choices, keep};
use super::upload;
use crate::model::Source;
use crate::service::Cases;
use crate::{AttachFile, Reported, prepare};

/// A report page as it is drawn.
#[derive(Debug)]
pub(in crate::pages) struct ReportView {
    pub(in crate::pages) faults: Faults,
    pub(in crate::pages) form: ReportForm,
    pub(in crate::pages) kept: Vec<KeptFile>,
    /// What the address may mean.
    pub(in crate::pages) choices: Vec<PlaceChoice>,
    pub(in crate::pages) kinds: Kinds,
    pub(in crate::pages) max_bytes: usize,
    pub(in crate::pages) max_files: usize,
    /// For browsers without script, which make no key of their own.
    pub(in crate::pages) fresh_key: String,
}

impl ReportView {
    pub(in crate::pages) fn new(app: &App, ctx: &Ctx, form: ReportForm, kinds: Kinds) -> Self {
        Self {
            faults: Faults::none(),
            form,
            kept: Vec::new(),
            choices: Vec::new(),
            kinds,
            max_bytes: app.config().max_upload,
            max_files: upload::MAX_FILES,
            fresh_key: ctx.new_id().simple().to_string(),
        }
    }

    /// How many photographs, and how large.
    pub(in crate::pages) fn photo_hint(&self, s: &Shell) -> String {
        let mb = self.max_bytes / (1024 * 1024);
        s.t2("report-photo-hint", &("n", self.max_files), &("mb", mb))
    }

    /// Puts the refusal, the choices of places and the photographs that need not be sent again into the page.
    pub(in crate::pages) fn refused(mut self, s: &Shell, cases: &Cases, refusal: &Refusal) -> Self {
        self.faults = Faults::of(s, &refusal.problem);
        self.kept = keep(cases, s.ctx(), &refusal.files);
        if !self.faults.at("place").is_empty() {
            self.choices = choices(cases.locator(), &self.form.place);
        }
        // The same words sent again after a failure of ours are the same act; mended words are a new one.
        if refusal.problem.kind() != youlin_kernel::ProblemKind::Unavailable {
            self.form.key.clear();
        }
        self
    }
}

/// A report that was not taken.
#[derive(Debug)]
pub(in crate::pages) struct Refusal {
    pub(in crate::pages) problem: Problem,
    pub(in crate::pages) files: Vec<StoredFile>,
}

/// A report that was.
#[derive(Debug)]
pub(in crate::pages) struct Taken {
    pub(in crate::pages) reported: Reported,
    pub(in crate::pages) by: FoundBy,
}

/// Reads the form, stores its photographs, files the case, attaches the photographs.
///
/// # Errors
/// The outer one when the request cannot be read at all; the inner one with everything typed when it is refused.
pub(in crate::pages) async fn take(
    app: &App,
    ctx: &Ctx,
    cases: &Arc<Cases>,
    source: Source,
    request: Request,
) -> Result<(ReportForm, Result<Taken, Refusal>)> {
    let mut upload = upload::read(app, request).await?;
    let form = ReportForm::of(&upload);
    let files = all_files(cases, ctx, &mut upload);
    let taken = match upload.fault {
        Some(problem) => Err(problem),
        None => file_case(app, ctx, cases, source, &form, &files).await,
    };
    Ok((form, taken.map_err(|problem| Refusal { problem, files })))
}

async fn file_case(
    app: &App,
    ctx: &Ctx,
    cases: &Arc<Cases>,
    source: Source,
    form: &ReportForm,
    files: &[StoredFile],
) -> Result<Taken> {
    let category = kind_of(app, cases, ctx, form).await?;
    let Some(category) = category else {
        return Err(
            Problem::invalid("category", "unknown-category").field_arg("code", &form.category)
        );
    };
    let (new, by) = form.new_case(source, &category, cases.locator(), files);
    let body = (
        new.clone(),
        files
            .iter()
            .map(|file| file.sha256.clone())
            .collect::<Vec<_>>(),
    );
    // A place that was not found is among the faults `prepare` names, together with all the others.
    let report = prepare(cases, new)?;
    let by = by?;
    let key = Some(form.key.as_str()).filter(|key| !key.is_empty());
    let key = idempotency(key, report.community(), "POST /help", &body)?;
    let reported = app.db().execute_once(ctx, key, report).await?;
    for file in files {
        let attach = AttachFile {
            community: reported.community,
            case: reported.id,
            file: file.clone(),
            stage: "report",
            locate: by == FoundBy::Photo,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(Taken { reported, by })
}
