//! The empty form: by link, from a policy, or by the code on a sheet of paper.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_checklist::{Form, Kind, NodeKind};
use youlin_kernel::{Ctx, Micros, Problem, Result, Scope};
use youlin_web::{ApiQuery, App, Caller, FormFaults, Prefs, Shell, WebResult, page};

use super::{RoundForm, asking, form_page, subject_of};
use crate::checklists::{self, known};
use crate::model::{Channel, Due, RoundKind, Subject, SubjectKind};
use crate::pages::answer::{Typed, parts};
use crate::pages::shell;
use crate::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use crate::queries::{
    ChecklistLine, DueLine, SubjectView, campaign_of, campaign_view, checklist, checklists_for,
    policy_view, round_view, standing_of_subject, subject_anywhere,
};
use crate::service::Rounds;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Start {
    reach: Option<Uuid>,
    /// `premises:<id>`.
    subject: String,
    policy: String,
    checklist: String,
    /// The id a sheet of paper carries.
    round: Option<Uuid>,
    channel: String,
}

/// `GET /rounds/new?subject=&checklist=&policy=`.
pub(in crate::pages) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let subject = match start.reach {
        Some(id) => Subject {
            kind: SubjectKind::Reach,
            id,
        },
        None => subject_of(&start.subject).ok_or_else(Problem::not_found)?,
    };
    if let Some(id) = start.round
        && is_there(&app, &ctx, id).await?
    {
        return Ok(Redirect::to(&format!("/rounds/{id}?known=1")).into_response());
    }
    let mut start = start;
    let plain = start.checklist.is_empty() && start.channel.is_empty();
    if plain && start.policy.is_empty() && start.round.is_none() {
        start.policy = asked_of_them(&app, &ctx, subject).await?;
    }
    let name = wanted(&app, &ctx, &start, subject).await?;
    let asking = asking(&app, &ctx, subject, &name).await?;
    let now = ctx.now();
    // A sheet or a call may be of any day: what is preset would be taken for said.
    let told = matches!(
        Channel::parse(&start.channel),
        Some(Channel::Paper | Channel::Phone)
    );
    let preset = |at: Micros| match told {
        true => String::new(),
        false => typed_time(at),
    };
    let id = start.round.unwrap_or_else(|| ctx.new_id());
    let f = RoundForm {
        id: id.to_string(),
        sheet: start.round.is_some(),
        subject: format!("{}:{}", subject.kind, subject.id),
        checklist: if asking.known.is_some() {
            name
        } else {
            String::new()
        },
        policy: start.policy,
        channel: start.channel,
        began: preset(now.plus(-30 * Micros::MINUTE)),
        ended: preset(now),
        typed: asking.form().map_or_else(Typed::default, |form| {
            let mut typed = Typed::fresh(form);
            know(&mut typed, form, &asking.subject, (!told).then_some(now));
            typed
        }),
        ..RoundForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, &app, &asking, f, FormFaults::none()).await?)
}

/// The policy that asks the caller to go there now, the one whose time ends first: whoever comes by another link than that of what
/// is due need not know that they have to choose it.
async fn asked_of_them(app: &App, ctx: &Ctx, subject: Subject) -> Result<String> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let view = subject_anywhere(&rounds, app.db(), &scope, subject).await?;
    let today = ctx.now().date();
    let standing = standing_of_subject(&rounds, app.db(), ctx, &scope, &view, today).await?;
    let mut open: Vec<DueLine> = standing.now;
    open.retain(|line| {
        line.yours && line.kind != RoundKind::Talk && matches!(line.due, Due::Open { .. })
    });
    open.sort_by_key(|line| line.window.last);
    let first = open.into_iter().find_map(|line| line.policy);
    Ok(first.map_or_else(String::new, |id| id.to_string()))
}

/// Whether this sheet was entered before.
async fn is_there(app: &App, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    match round_view(&rounds, app.db(), &scope, id).await {
        Ok(_held) => Ok(true),
        Err(problem) if problem.code() == "not-found" => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// The checklist asked for, else the policy's, else the first that fits.
async fn wanted(app: &App, ctx: &Ctx, start: &Start, subject: Subject) -> Result<String> {
    if !start.checklist.is_empty() {
        return Ok(start.checklist.clone());
    }
    let scope = ctx.scope(&ROUNDS_READ)?;
    if let Ok(id) = start.policy.parse::<Uuid>() {
        let policy = policy_view(app.db(), &scope, id).await;
        if let Ok(Some(name)) = policy.map(|policy| policy.checklist) {
            return Ok(name);
        }
    }
    if subject.kind == SubjectKind::Reach {
        return Ok(checklists::RIVER.to_owned());
    }
    let rounds = app.need::<Rounds>()?;
    let view = subject_anywhere(&rounds, app.db(), &scope, subject).await?;
    first(app, ctx, &scope, &view).await
}

/// Of premises what their campaign asks, else an inspection; of anything else the first that fits.
async fn first(app: &App, ctx: &Ctx, scope: &Scope, view: &SubjectView) -> Result<String> {
    let (tree, kind) = (app.areas(), view.subject.kind);
    let all = checklists_for(app.db(), &tree, scope, view.community, kind).await?;
    let mut wanted = None;
    if kind == SubjectKind::Premises {
        let of = (view.community, view.subject.id);
        if let Some(id) = campaign_of(app.db(), of.0, of.1, None, ctx.now().date()).await? {
            wanted = Some(campaign_view(app.db(), ctx, scope, id).await?.checklist);
        }
    }
    let asked = all.iter().find(|one| wanted.as_ref() == Some(&one.code));
    let usual = || {
        let premises = kind == SubjectKind::Premises;
        let inspects = |one: &&ChecklistLine| one.kind == Some(RoundKind::Inspection);
        all.iter().find(inspects).filter(|_| premises)
    };
    let found = asked.or_else(usual).or_else(|| all.first());
    Ok(found.map_or_else(String::new, |one| one.name.clone()))
}

/// What the registers and the clock know is filled in before anybody asks: see `docs/checklists.md`.
fn know(typed: &mut Typed, form: &Form, subject: &SubjectView, now: Option<Micros>) {
    let day = now.map_or_else(String::new, |now| now.date().to_string());
    let known = [
        ("market_name", Kind::Text, subject.name.clone()),
        ("subject_name", Kind::Text, subject.name.clone()),
        ("inspected_on", Kind::Date, day),
    ];
    for (name, kind, value) in known.into_iter().filter(|one| !one.2.is_empty()) {
        let asks = form.node(name).is_some_and(|node| {
            let same = matches!(&node.kind, NodeKind::Field(field) if field.kind == kind);
            same && node.repeats.is_empty()
        });
        if asks {
            typed.values.entry(name.to_owned()).or_insert(value);
        }
    }
}

/// As a browser's field for date and time writes it.
pub(in crate::pages) fn typed_time(at: Micros) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `GET /rounds/checklists/{name}/preview`: as it will be asked, also of a draft.
pub(in crate::pages) async fn preview(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
) -> WebResult<Response> {
    let scope = ctx.scope(&CHECKLISTS_KEEP)?;
    let tree = app.areas();
    let view = checklist(app.db(), &tree, &scope, &name).await?;
    if !crate::pages::checklists::may_see(&ctx, &view.line) {
        return Err(Problem::not_found().into());
    }
    let s = shell(&app, &ctx, prefs);
    let Some(form) = view.form() else {
        return Ok(Redirect::to(&format!("/rounds/checklists/{name}?faults=1")).into_response());
    };
    let mut typed = Typed::fresh(&form);
    // Each repeat once, so that its questions are seen.
    for node in form.nodes().iter().filter(|node| node.repeats.is_empty()) {
        if matches!(node.kind, youlin_checklist::NodeKind::Repeat { .. }) {
            typed.more(&node.name);
        }
    }
    let answered = typed.evaluate(&ctx, &form);
    let parts = parts(
        &s,
        &form,
        &typed,
        &std::collections::BTreeMap::new(),
        &answered,
    );
    page(&PreviewPage {
        title: crate::pages::checklists::titled(&s, &name, &form),
        name,
        parts,
        e: FormFaults::none(),
        s,
    })
}

/// The questions of a checklist, to be tried out.
#[derive(askama::Template)]
#[template(path = "checklist_preview.html")]
struct PreviewPage {
    s: Shell,
    e: FormFaults,
    name: String,
    title: String,
    parts: Vec<super::Part>,
}

/// Of a draft too, for whoever may keep it.
pub(super) async fn form_for_preview(
    app: &App,
    ctx: &Ctx,
    name: &str,
) -> Result<std::sync::Arc<youlin_checklist::Form>> {
    let rounds = app.need::<Rounds>()?;
    if let Some(known) = known(&rounds, app.db(), name)
        .await?
        .filter(|known| known.exact)
    {
        return Ok(known.form);
    }
    // For whoever keeps none there is no draft.
    let Ok(scope) = ctx.scope(&CHECKLISTS_KEEP) else {
        return Err(Problem::not_found());
    };
    let tree = app.areas();
    let view = checklist(app.db(), &tree, &scope, name).await?;
    Some(view)
        .filter(|view| crate::pages::checklists::may_see(ctx, &view.line))
        .and_then(|view| view.form())
        .ok_or_else(Problem::not_found)
}
