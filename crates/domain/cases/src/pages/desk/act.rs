//! A step is taken: what the case allows is decided by the model; what was typed is never lost.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;
use youlin_kernel::{Problem, ProblemKind};
use youlin_web::{App, Caller, Fault, PathId, Prefs, Shell, WebResult, status_of};

use super::fields::{Faults, Fields};
use super::record::{self, Record};
use super::words;
use super::{Part, forms, shell, verbs};
use crate::service::Cases;
use crate::{Act, CaseView, EventView, Via, visible};

/// Somebody saved first: what they did, and how to go on without losing what was typed.
#[derive(Template)]
#[template(path = "desk_conflict_part.html")]
struct Conflict<'a> {
    s: &'a Shell,
    v: &'a CaseView,
    sentence: String,
    /// The newest step, when another version is the reason.
    last: Option<&'a EventView>,
    seen_status: String,
    stale: bool,
    /// The step is not possible any more in the newer state: what was typed can only be taken elsewhere.
    too_late: bool,
}

/// `POST /cases/{id}/act`.
pub(super) async fn act(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    PathId(id): PathId,
    typed: Fields,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    match take(&app, &s, id, &typed).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/cases/{id}?done={}", typed.get("verb"))).into_response())
        }
        Err(problem) => refused(&s, wants, id, &typed, problem).await,
    }
}

async fn take(app: &App, s: &Shell, id: Uuid, typed: &Fields) -> Result<(), Problem> {
    let ctx = s.ctx();
    let cases = app.need::<Cases>()?;
    let (community, case) = visible(app.db(), ctx, id).await?;
    let act = Act {
        cases,
        community,
        case,
        version: typed.get("version").parse().ok(),
        verb: verbs::read(typed)?,
        via: Via::Account,
    };
    app.db().execute(ctx, act).await.map(|_acted| ())
}

/// The record again, with the form as it was typed and the sentences beside the fields.
pub(super) async fn refused(
    s: &Shell,
    wants: Part,
    id: Uuid,
    typed: &Fields,
    problem: Problem,
) -> WebResult<Response> {
    if !matches!(problem.kind(), ProblemKind::Invalid | ProblemKind::Conflict) {
        return Err(Fault(problem));
    }
    let r = Record::load(s, id).await?;
    let faults = Faults::of(s, &problem);
    if problem.kind() == ProblemKind::Conflict && wants.0 {
        return conflict(s, &r.v, typed, &faults, problem.code() == "stale");
    }
    let verb = typed.get("verb");
    let form = if verb.is_empty() {
        String::new()
    } else {
        forms::drawn(s, &r.v, verb, typed, &faults).await?
    };
    record::answer(&r, wants, &form, "", status_of(&problem))
}

fn conflict(
    s: &Shell,
    v: &CaseView,
    typed: &Fields,
    faults: &Faults,
    stale: bool,
) -> WebResult<Response> {
    let seen = typed.get("seen_status");
    let panel = Conflict {
        s,
        v,
        sentence: faults.sentence.clone(),
        last: v.events.last().filter(|_| stale),
        seen_status: if seen.is_empty() {
            String::new()
        } else {
            s.tt("status", seen)
        },
        stale,
        too_late: stale && !possible(v, typed.get("verb")),
    };
    let html = panel.render().map_err(Problem::internal)?;
    Ok((StatusCode::CONFLICT, Html(html)).into_response())
}

/// Merging is no step of the case itself; any open case takes it.
fn possible(v: &CaseView, verb: &str) -> bool {
    match verb {
        "merge" => !v.row.status.is_ended(),
        verb => v.allowed.iter().any(|allowed| allowed == verb),
    }
}

impl Conflict<'_> {
    fn light(&self) -> &'static str {
        words::badge(self.v.row.light)
    }
}
