//! 我的任务: what I was asked, answered and finished in one or two taps. The same card serves a neighbour who holds a link.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_files::StoredFile;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page, refused_with,
};

use super::faults::{Faults, shown};
use super::upload;
use crate::catalogue::Evidence;
use crate::model::{Status, TaskRole, TaskStatus, Verb};
use crate::queries::{CaseView, EventView, FileView, TaskRow, case, tasks_of};
use crate::service::Cases;
use crate::{Act, AttachFile, Via, headline};

/// What a party can say about a task, as a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Step {
    Yes,
    No,
    /// The lead gives the case back.
    Return,
    Start,
    /// The lead says that it is done.
    Handled,
    /// A supporting party or follow-up is done.
    Done,
}

impl Step {
    const ALL: [Self; 6] = [
        Self::Yes,
        Self::Start,
        Self::Done,
        Self::Handled,
        Self::No,
        Self::Return,
    ];

    pub(in crate::pages) fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Return => "return",
            Self::Start => "start",
            Self::Handled => "handled",
            Self::Done => "done",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    pub(in crate::pages) fn icon(self) -> &'static str {
        match self {
            Self::Yes | Self::Done | Self::Handled => "check",
            Self::Start => "right",
            Self::No => "close",
            Self::Return => "undo",
        }
    }
}

/// A task as its party sees it.
#[derive(Debug)]
pub(in crate::pages) struct TaskCard {
    pub(in crate::pages) task: TaskRow,
    /// What is asked, in words.
    pub(in crate::pages) what: String,
    /// The reporter's own words, for the lead, where the task has words of its own.
    pub(in crate::pages) story: String,
    pub(in crate::pages) steps: Vec<Step>,
    /// Addresses of the photographs that came with it or were taken since, where the reader may open them.
    pub(in crate::pages) shots: Vec<String>,
    /// Why the work was sent back, where that is the last that was said of it.
    pub(in crate::pages) back: String,
    /// Longitude and latitude.
    pub(in crate::pages) spot: Option<(f64, f64)>,
    /// Number of the community's desk.
    pub(in crate::pages) desk: Option<String>,
    /// A photograph may be added; the basis when it must be.
    pub(in crate::pages) photo: bool,
    pub(in crate::pages) photo_basis: Option<String>,
    pub(in crate::pages) note: String,
    pub(in crate::pages) faults: Faults,
    /// Where the form goes.
    pub(in crate::pages) action: String,
    pub(in crate::pages) max_bytes: usize,
}

impl TaskCard {
    pub(in crate::pages) fn new(
        app: &App,
        cases: &Cases,
        ctx: &Ctx,
        task: TaskRow,
        full_text: &str,
        action: String,
    ) -> Self {
        let category = cases.catalogue().any(&task.case.category).cloned();
        let evidence = category
            .as_ref()
            .map_or(Evidence::None, |category| category.evidence);
        let lead = task.role == TaskRole::Lead;
        let full_text = full_text.trim();
        let (what, story) = match task.text.is_empty() {
            false => (task.text.clone(), if lead { full_text } else { "" }),
            true => match headline(full_text) {
                what if what == full_text => (what, ""),
                what => (what, full_text),
            },
        };
        Self {
            steps: steps(&task),
            shots: Vec::new(),
            back: String::new(),
            spot: None,
            story: story.to_owned(),
            what,
            desk: desk_number(cases, ctx, task.case.community),
            photo: lead && evidence != Evidence::None,
            photo_basis: category
                .filter(|_| lead && evidence == Evidence::Required)
                .and_then(|category| category.evidence_basis.clone()),
            note: String::new(),
            faults: Faults::none(),
            action,
            max_bytes: app.config().max_upload,
            task,
        }
    }

    /// With the photographs of the case, its position and why the work was sent back, for who may open it.
    fn showing(mut self, case: &CaseView) -> Self {
        let turned =
            |event: &&EventView| matches!(event.kind.as_str(), "handled" | "rework" | "reopened");
        let last = case
            .events
            .iter()
            .filter(turned)
            .max_by_key(|event| event.at);
        let back = last.filter(|event| event.kind != "handled");
        self.back = back
            .and_then(|event| event.text.clone())
            .unwrap_or_default();
        let drawn = case.files.iter().filter(|file| file.has_thumbnail);
        let href = |file: &FileView| format!("/cases/{}/files/{}", case.row.id, file.id);
        self.shots = drawn.map(href).collect();
        self.spot = case.row.position;
        self
    }

    pub(in crate::pages) fn refused(mut self, s: &Shell, problem: &Problem, note: &str) -> Self {
        self.faults = Faults::of(s, problem);
        note.clone_into(&mut self.note);
        self
    }
}

/// The number people call at this community, where one is set.
pub(in crate::pages) fn desk_number(
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
) -> Option<String> {
    let code = &ctx.areas().get(community.into())?.code;
    cases
        .settings
        .lines
        .iter()
        .find(|(_, line)| line == code)
        .map(|(number, _)| number.clone())
}

/// What can be said of a task now.
fn steps(task: &TaskRow) -> Vec<Step> {
    let working = matches!(task.case.status, Status::Dispatched | Status::InProgress);
    match (task.role, task.status) {
        (_, TaskStatus::Done | TaskStatus::Declined | TaskStatus::Cancelled) => Vec::new(),
        (_, _) if task.case.status.is_ended() => Vec::new(),
        (TaskRole::Lead, TaskStatus::Open | TaskStatus::Accepted)
            if task.case.status == Status::Dispatched =>
        {
            vec![Step::Start, Step::Handled, Step::Return]
        }
        (TaskRole::Lead, _) if working => vec![Step::Handled, Step::Return],
        (TaskRole::Lead, _) => Vec::new(),
        (_, TaskStatus::Open) => vec![Step::Yes, Step::No, Step::Done],
        (_, _) => vec![Step::Done, Step::No],
    }
}

/// A step as it came from a form.
pub(in crate::pages) struct Stepped {
    pub(in crate::pages) step: Step,
    pub(in crate::pages) note: String,
    files: Vec<StoredFile>,
    fault: Option<Problem>,
}

/// Reads the form of a card.
///
/// # Errors
/// 404 for a step there is none of; what `upload::read` refuses.
pub(in crate::pages) async fn stepped(app: &App, request: Request) -> Result<Stepped> {
    let upload = upload::read(app, request).await?;
    Ok(Stepped {
        step: Step::parse(upload.text("step")).ok_or_else(Problem::not_found)?,
        note: upload.text("note").to_owned(),
        files: upload.files,
        fault: upload.fault,
    })
}

/// Adds the photographs, then takes the step.
///
/// # Errors
/// What the model refuses.
pub(in crate::pages) async fn act(
    app: &App,
    ctx: &Ctx,
    cases: &Arc<Cases>,
    task: &TaskRow,
    via: Via,
    sent: &Stepped,
    finished: String,
) -> Result<()> {
    if let Some(fault) = &sent.fault {
        return Err(fault.clone());
    }
    let community = task.case.community;
    for file in &sent.files {
        let attach = AttachFile {
            community,
            case: task.case.id,
            file: file.clone(),
            stage: "handling",
            locate: false,
        };
        app.db().execute(ctx, attach).await?;
    }
    let verb = verb(sent.step, task.id, &sent.note, finished);
    let act = Act {
        cases: Arc::clone(cases),
        community,
        case: task.case.id,
        version: None,
        verb,
        via,
    };
    app.db().execute(ctx, act).await.map(|_acted| ())
}

/// A neighbour who is done need not write about it: `finished` stands in then.
fn verb(step: Step, task: Uuid, note: &str, finished: String) -> Verb {
    let note = note.to_owned();
    match step {
        Step::Yes => Verb::AnswerTask {
            task,
            accept: true,
            note,
        },
        Step::No => Verb::AnswerTask {
            task,
            accept: false,
            note,
        },
        Step::Done => Verb::FinishTask {
            task,
            note: if note.is_empty() { finished } else { note },
        },
        Step::Start => Verb::Start,
        Step::Handled => Verb::Handled { text: note },
        Step::Return => Verb::Return { reason: note },
    }
}

#[derive(Template)]
#[template(path = "street_tasks.html")]
struct TasksPage {
    s: Shell,
    said: String,
    tasks: Vec<TaskRow>,
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Today, "/tasks")
}

/// `GET /tasks`: everything that is asked of me and of the organisations I answer for.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(said): ApiQuery<Said>,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let tasks = tasks_of(app.db(), &cases, &ctx, None).await?;
    let s = shell(&app, &ctx, prefs);
    page(&TasksPage {
        said: said.words(&s),
        s,
        tasks,
    })
}

#[derive(Template)]
#[template(path = "street_task.html")]
struct TaskPage {
    s: Shell,
    said: String,
    c: TaskCard,
}

async fn mine(app: &App, cases: &Cases, ctx: &Ctx, id: Uuid) -> Result<TaskRow> {
    let all = tasks_of(app.db(), cases, ctx, None).await?;
    all.into_iter()
        .find(|task| task.id == id)
        .ok_or_else(Problem::not_found)
}

async fn card(app: &App, cases: &Cases, ctx: &Ctx, task: TaskRow) -> Result<TaskCard> {
    let whole = case(app.db(), cases, ctx, task.case.id).await?;
    let action = format!("/tasks/{}", task.id);
    let card = TaskCard::new(app, cases, ctx, task, &whole.full_text, action);
    Ok(card.showing(&whole))
}

/// `GET /tasks/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(said): ApiQuery<Said>,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let Ok(task) = mine(&app, &cases, &ctx, id).await else {
        // Finished meanwhile, here or at the desk: the list says what is left.
        return Ok(Redirect::to("/tasks").into_response());
    };
    let c = card(&app, &cases, &ctx, task).await?;
    let s = shell(&app, &ctx, prefs);
    page(&TaskPage {
        said: said.words(&s),
        s,
        c,
    })
}

/// `POST /tasks/{id}`.
pub(super) async fn step(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let s = shell(&app, &ctx, prefs);
    let task = mine(&app, &cases, &ctx, id).await?;
    let sent = stepped(&app, request).await?;
    let finished = s.t("task-finished-by-tap");
    match act(&app, &ctx, &cases, &task, Via::Account, &sent, finished).await {
        Ok(()) => Ok(Redirect::to(&after(id, sent.step)).into_response()),
        Err(problem) => {
            let problem = shown(problem)?;
            let task = mine(&app, &cases, &ctx, id).await?;
            let c = card(&app, &cases, &ctx, task)
                .await?
                .refused(&s, &problem, &sent.note);
            Ok(refused_with(
                &problem,
                page(&TaskPage {
                    said: String::new(),
                    s,
                    c,
                })?,
            ))
        }
    }
}

/// A task that goes on stays on the screen; of the others the list says what is left. Either says that it was taken.
fn after(id: Uuid, step: Step) -> String {
    let said = step.as_str();
    match step {
        Step::Yes | Step::Start => format!("/tasks/{id}?said={said}"),
        Step::No | Step::Return | Step::Handled | Step::Done => format!("/tasks?said={said}"),
    }
}

/// The step that was just taken.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    said: String,
}

impl Said {
    /// What becomes of it, in words.
    fn words(&self, s: &Shell) -> String {
        Step::parse(&self.said).map_or_else(String::new, |step| s.tt("task-said", step.as_str()))
    }
}
