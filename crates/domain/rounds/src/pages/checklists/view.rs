//! A version in use or withdrawn, to be read; and the turns of a version.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_checklist::{Item, Kind, Trigger, points_text, word};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{ApiForm, App, Caller, Prefs, Shell, WebResult, page};

use super::list::badge;
use crate::checklists::{self, Spoken, Words};
use crate::pages::shell;
use crate::permissions::CHECKLISTS_KEEP;
use crate::queries::{ChecklistView, checklist};
use crate::service::Rounds;
use crate::{DropChecklist, PublishChecklist, WithdrawChecklist};

/// A line of the reading view.
struct Line {
    depth: usize,
    label: String,
    name: String,
    kind: String,
    more: Vec<String>,
}

/// What an answer leads to, and when: in words, and as the expression it is.
struct Found {
    label: String,
    category: String,
    when: String,
    formula: String,
}

#[derive(Template)]
#[template(path = "checklist.html")]
pub(super) struct ViewPage {
    s: Shell,
    view: ChecklistView,
    title: String,
    lines: Vec<Line>,
    findings: Vec<Found>,
    /// The version it was copied from, as people call it.
    copied_from: String,
    keeps: bool,
    may_copy: bool,
    saved: String,
}

impl ViewPage {
    fn state(&self) -> &'static str {
        badge(self.view.line.state)
    }
}

pub(super) fn view_page(
    s: Shell,
    view: ChecklistView,
    keeps: bool,
    (saved, copied_from): (String, String),
) -> ViewPage {
    let language = checklists::language(s.ctx().locale());
    let mut lines = Vec::new();
    let spoken = Spoken::new(Words::of(&s), &view.checklist);
    read(&s, &spoken, &view.checklist.items, 0, &mut lines);
    let findings = view.checklist.findings.iter().map(|rule| {
        let (when, formula) = match &rule.trigger {
            Trigger::When(text) => match spoken.say(text) {
                Some(said) => (said, text.clone()),
                None => (String::new(), text.clone()),
            },
            Trigger::Judgement { rule, question, .. } => {
                let question = spoken.called(question);
                let when = s.t2("checklist-judged", &("rule", rule), &("question", question));
                (when, String::new())
            }
        };
        Found {
            label: word(&rule.label, language).to_owned(),
            category: crate::pages::round::category(&s, &rule.category),
            when,
            formula,
        }
    });
    let findings = findings.collect();
    ViewPage {
        title: word(&view.checklist.title, language).to_owned(),
        findings,
        copied_from,
        may_copy: s.ctx().may(&CHECKLISTS_KEEP),
        lines,
        keeps,
        saved,
        view,
        s,
    }
}

fn read(s: &Shell, spoken: &Spoken<'_>, items: &[Item], depth: usize, lines: &mut Vec<Line>) {
    let language = checklists::language(s.ctx().locale());
    let said = |text: &str| spoken.say(text).unwrap_or_else(|| text.to_owned());
    for item in items {
        match item {
            Item::Question(one) => {
                let mut more = Vec::new();
                let mut tell = |key: &str, text: &str| {
                    if !text.is_empty() {
                        more.push(s.t1(key, "text", text));
                    }
                };
                let options: Vec<String> = spoken
                    .options(&one.kind)
                    .iter()
                    .map(|(code, label)| {
                        s.t2("checklist-option", &("label", label), &("code", code))
                    })
                    .collect();
                tell("checklist-options", &options.join(&s.t("checklist-comma")));
                tell("checklist-tell-unit", checklists::unit(&one.unit));
                tell("checklist-tell-points", &points_text(&one.points));
                tell("checklist-tell-relevant", &said(&one.relevant));
                tell("checklist-tell-constraint", &said(&one.constraint));
                let calculation = spoken.say_value(&one.calculation);
                tell(
                    "checklist-tell-calculation",
                    &calculation.unwrap_or_else(|| one.calculation.clone()),
                );
                if one.required == "true()" {
                    more.push(s.t("checklist-tell-required"));
                } else if !one.required.is_empty() {
                    let text = said(&one.required);
                    more.push(s.t1("checklist-tell-required-when", "text", text));
                }
                lines.push(Line {
                    depth,
                    label: word(&one.label, language).to_owned(),
                    name: one.name.clone(),
                    kind: s.tt("checklist-kind", kind(&one.kind)),
                    more,
                });
            }
            Item::Group(group) => {
                let what = if group.repeat.is_some() {
                    "repeat"
                } else {
                    "group"
                };
                let relevant = Some(&group.relevant).filter(|text| !text.is_empty());
                lines.push(Line {
                    depth,
                    label: word(&group.label, language).to_owned(),
                    name: group.name.clone(),
                    kind: s.tt("checklist-kind", what),
                    more: relevant
                        .map(|text| s.t1("checklist-tell-relevant", "text", said(text)))
                        .into_iter()
                        .collect(),
                });
                read(s, spoken, &group.items, depth + 1, lines);
            }
        }
    }
}

fn kind(kind: &Kind) -> String {
    let json = serde_json::to_value(kind).unwrap_or_default();
    json["type"].as_str().unwrap_or("text").to_owned()
}

/// The version somebody had before them.
#[derive(Debug, Deserialize)]
pub(in crate::pages) struct Turn {
    version: i32,
}

/// `POST /rounds/checklists/{name}/publish`.
pub(in crate::pages) async fn publish(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
    ApiForm(turn): ApiForm<Turn>,
) -> WebResult<Response> {
    let id = row(&app, &ctx, &name).await?;
    let publish = PublishChecklist {
        rounds: Arc::clone(&app.need::<Rounds>()?),
        id,
        version: turn.version,
    };
    let done = app.db().execute(&ctx, publish).await;
    turned(&app, &ctx, prefs, &name, "published", done)
}

/// `POST /rounds/checklists/{name}/withdraw`.
pub(in crate::pages) async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
    ApiForm(turn): ApiForm<Turn>,
) -> WebResult<Response> {
    let id = row(&app, &ctx, &name).await?;
    let withdraw = WithdrawChecklist {
        id,
        version: turn.version,
    };
    let done = app.db().execute(&ctx, withdraw).await;
    turned(&app, &ctx, prefs, &name, "withdrawn", done)
}

/// `POST /rounds/checklists/{name}/drop`.
pub(in crate::pages) async fn drop_draft(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
    ApiForm(turn): ApiForm<Turn>,
) -> WebResult<Response> {
    let id = row(&app, &ctx, &name).await?;
    let drop = DropChecklist {
        id,
        version: turn.version,
    };
    match app.db().execute(&ctx, drop).await {
        Ok(()) => Ok(Redirect::to("/rounds/checklists?saved=dropped").into_response()),
        done => turned(&app, &ctx, prefs, &name, "dropped", done),
    }
}

async fn row(app: &App, ctx: &Ctx, name: &str) -> Result<uuid::Uuid> {
    let scope = ctx.scope(&CHECKLISTS_KEEP)?;
    let view = checklist(app.db(), &app.areas(), &scope, name).await?;
    view.line.id.ok_or_else(Problem::forbidden)
}

/// What could not be done is said on the page, which stands under the same address.
#[derive(Template)]
#[template(path = "checklist_refused.html")]
struct RefusedPage {
    s: Shell,
    /// Where to go back to: `id@version`.
    name: String,
    e: youlin_web::FormFaults,
}

fn turned(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    name: &str,
    done: &str,
    result: Result<()>,
) -> WebResult<Response> {
    match result {
        Ok(()) => {
            let to = format!("/rounds/checklists/{name}?saved={done}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let problem = youlin_web::mendable(problem)?;
            let s = shell(app, ctx, prefs);
            let e = youlin_web::FormFaults::of(&s, &problem);
            let body = RefusedPage {
                name: name.to_owned(),
                e,
                s,
            };
            Ok(youlin_web::refused_with(&problem, page(&body)?))
        }
    }
}
