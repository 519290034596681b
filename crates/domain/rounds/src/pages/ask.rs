//! `/rounds/ask`: what to go to, found by name, for whoever begins a round or prints a sheet without a policy.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{Ctx, Result};
use youlin_places::premises::{Premises, PremisesFilter};
use youlin_web::{ApiQuery, App, Caller, Choice, Prefs, Shell, WebResult, page};

use super::shell;
use crate::model::{ChecklistState, Subject, SubjectKind};
use crate::permissions::ROUNDS_READ;
use crate::queries::{checklists_of, subjects_of};
use crate::service::Rounds;

/// Found of one kind.
const MOST: usize = 20;

/// Something a round can go to.
struct Found {
    kind: String,
    /// `premises:<id>`.
    subject: String,
    name: String,
}

#[derive(Template)]
#[template(path = "round_ask.html")]
struct AskPage {
    s: Shell,
    f: Asked,
    choices: Vec<Choice>,
    found: Vec<Found>,
    /// Something was looked for.
    asked: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    checklist: String,
    q: String,
}

/// `GET /rounds/ask?checklist=&q=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let s = shell(&app, &ctx, prefs);
    let mut kinds: Vec<SubjectKind> = SubjectKind::ALL.to_vec();
    let mut choices = vec![Choice::new("", s.t("ask-any"))];
    for line in checklists_of(app.db(), &app.areas(), &scope).await? {
        if line.name == f.checklist && !line.subjects.is_empty() {
            kinds.clone_from(&line.subjects);
        }
        if line.state == ChecklistState::Published || line.name == f.checklist {
            let label = super::checklists::choice_words(&s, &line);
            choices.push(Choice::new(line.name, label));
        }
    }
    let asked = !f.q.trim().is_empty() || !f.checklist.is_empty();
    let mut found = Vec::new();
    if asked {
        for kind in kinds {
            look(&app, &ctx, &s, kind, f.q.trim(), &mut found).await?;
        }
    }
    page(&AskPage {
        s,
        f,
        choices,
        found,
        asked,
    })
}

async fn look(
    app: &App,
    ctx: &Ctx,
    s: &Shell,
    kind: SubjectKind,
    text: &str,
    found: &mut Vec<Found>,
) -> Result<()> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let word = s.tt("patrol-subject-kind", kind);
    let mut put = |subject: Subject, name: String| {
        found.push(Found {
            kind: word.clone(),
            subject: format!("{}:{}", subject.kind, subject.id),
            name,
        });
    };
    match kind {
        SubjectKind::Reach => {
            let all = subjects_of(app.db(), &scope, kind).await?;
            let fits = all.into_iter().filter(|one| one.name.contains(text));
            fits.take(MOST).for_each(|one| put(one.subject, one.name));
        }
        SubjectKind::Premises => {
            let filter = PremisesFilter {
                text: text.to_owned(),
                ..PremisesFilter::default()
            };
            for one in Premises::list(app.db().read(), &scope, &filter, MOST as u64).await? {
                put(Subject { kind, id: one.id }, one.name);
            }
        }
        SubjectKind::Building | SubjectKind::Dwelling if !text.is_empty() => {
            let rounds = app.need::<Rounds>()?;
            let all = rounds.cases.locator().candidates(text, Some(&scope), MOST);
            for one in all {
                let place = one.place;
                let id = match kind {
                    SubjectKind::Dwelling => place.dwelling,
                    _ if place.dwelling.is_none() => place.building,
                    _ => None,
                };
                if let Some(id) = id {
                    put(Subject { kind, id }, place.address);
                }
            }
        }
        SubjectKind::Building | SubjectKind::Dwelling => {}
    }
    Ok(())
}
