//! 办到哪了: the whole way in plain words by the reporter's code, and what the reporter may do. Nobody's name, number or
//! address stands here.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, refused_with,
};

use crate::model::{Status, Verb, rule};
use crate::pages::files;
use crate::pages::street::faults::{Faults, shown};
use crate::queries::{FileAt, TrackView, report_files, track, track_key};
use crate::service::Cases;
use crate::{Act, Via};

#[derive(Template)]
#[template(path = "resident_follow_ask.html")]
struct AskPage {
    s: Shell,
    code: String,
    sentence: String,
}

#[derive(Template)]
#[template(path = "resident_follow.html")]
struct FollowPage {
    s: Shell,
    t: TrackView,
    files: Vec<FileAt>,
    faults: Faults,
    typed: ActForm,
    done: String,
}

impl FollowPage {
    fn can(&self, verb: &str) -> bool {
        match verb {
            "reopen" => self.t.can_reopen,
            "cancel" => self.t.can_cancel,
            "rate" => self.t.can_rate,
            other => rule(other).is_some_and(|rule| rule.from.contains(&self.t.status)),
        }
    }

    /// The form of this verb came back with faults: it stands open.
    fn open(&self, verb: &str) -> bool {
        self.faults.any() && self.typed.verb == verb
    }

    /// What was typed into this verb's form.
    fn was(&self, verb: &str) -> &str {
        if self.typed.verb == verb {
            &self.typed.text
        } else {
            ""
        }
    }

    fn ended(&self) -> bool {
        self.t.status.is_ended()
    }

    /// The call at the end is still to come.
    fn asks_later(&self) -> bool {
        !self.ended()
    }

    fn badge(&self) -> &'static str {
        match self.t.status {
            Status::Closed => "done",
            Status::Declined | Status::Cancelled | Status::Merged => "done",
            Status::Deferred | Status::Escalated | Status::Handled | Status::Reported => "wait",
            _ => "ok",
        }
    }
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Serve, "/follow")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    code: String,
}

/// `GET /follow?code=`: the box for the code.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(Asked { code }): ApiQuery<Asked>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let code: String = code.trim().chars().take(40).collect();
    if code.is_empty() {
        return page(&AskPage {
            s,
            code,
            sentence: String::new(),
        });
    }
    match track_key(app.db(), &code).await {
        Ok(_) => {
            let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
            Ok(Redirect::to(&format!("/follow/{plain}")).into_response())
        }
        Err(problem) => unknown(s, code, problem),
    }
}

fn unknown(s: Shell, code: String, problem: Problem) -> WebResult<Response> {
    if problem.kind() != ProblemKind::NotFound {
        return Err(problem.into());
    }
    let sentence = s.app().i18n().problem(s.ctx().locale(), &problem);
    let asked = page(&AskPage { s, code, sentence })?;
    Ok((StatusCode::NOT_FOUND, asked).into_response())
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    done: String,
}

/// `GET /follow/{code}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(code): Path<String>,
    ApiQuery(After { done }): ApiQuery<After>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let done = if VERBS.contains(&done.as_str()) {
        done
    } else {
        String::new()
    };
    match drawn(
        &app,
        &ctx,
        s.clone(),
        &code,
        Faults::none(),
        ActForm::default(),
        done,
    )
    .await
    {
        Ok(drawn) => page(&drawn),
        Err(problem) => unknown(s, code.chars().take(40).collect(), problem),
    }
}

async fn drawn(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    code: &str,
    faults: Faults,
    typed: ActForm,
    done: String,
) -> Result<FollowPage> {
    let cases = app.need::<Cases>()?;
    let (community, case) = track_key(app.db(), code).await?;
    let t = track(app.db(), &cases, ctx, code).await?;
    let files = report_files(app.db(), community, case).await?;
    Ok(FollowPage {
        s,
        t,
        files,
        faults,
        typed,
        done,
    })
}

/// What a reporter may do by code.
const VERBS: &[&str] = &["thank", "note", "cancel", "reopen", "rate"];

/// One of the forms on the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ActForm {
    verb: String,
    text: String,
    solved: String,
    satisfied: String,
}

impl ActForm {
    fn verb(&self) -> Result<Verb> {
        let text = self.text.trim().replace("\r\n", "\n");
        let answer = |field: &'static str, given: &str| match given {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Problem::invalid(field, "required")),
        };
        Ok(match self.verb.as_str() {
            "thank" => Verb::Thank { text },
            "note" => Verb::Note { text, public: true },
            "cancel" => Verb::Cancel { reason: text },
            "reopen" => Verb::Reopen { reason: text },
            "rate" => Verb::Rate {
                solved: answer("solved", &self.solved)?,
                satisfied: answer("satisfied", &self.satisfied)?,
                text,
            },
            _ => return Err(Problem::not_found()),
        })
    }
}

/// `POST /follow/{code}/act`.
pub(super) async fn act(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(code): Path<String>,
    ApiForm(form): ApiForm<ActForm>,
) -> WebResult<Response> {
    let acted = step(&app, &ctx, &code, &form).await;
    match acted {
        Ok(()) => Ok(Redirect::to(&format!("/follow/{code}?done={}", form.verb)).into_response()),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let faults = Faults::of(&s, &problem);
            let drawn = drawn(&app, &ctx, s, &code, faults, form, String::new()).await?;
            Ok(refused_with(&problem, page(&drawn)?))
        }
    }
}

async fn step(app: &App, ctx: &Ctx, code: &str, form: &ActForm) -> Result<()> {
    let (community, case) = track_key(app.db(), code).await?;
    let act = Act {
        cases: app.need::<Cases>()?,
        community,
        case,
        version: None,
        verb: form.verb()?,
        via: Via::Tracking,
    };
    app.db().execute(ctx, act).await.map(|_acted| ())
}

/// `GET /follow/{code}/files/{n}`: a photograph the reporter sent.
pub(super) async fn file(
    State(app): State<App>,
    Path((code, n)): Path<(String, usize)>,
    ApiQuery(size): ApiQuery<files::Size>,
) -> WebResult<Response> {
    let (community, case) = track_key(app.db(), &code).await?;
    let all = report_files(app.db(), community, case).await?;
    let file = all.get(n.wrapping_sub(1)).ok_or_else(Problem::not_found)?;
    files::give(&app, file, &size).await
}
