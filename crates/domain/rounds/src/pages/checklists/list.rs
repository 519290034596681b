//! The list, and a new checklist: from a copy, or empty.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_checklist::{Checklist, word};
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::{areas, choice_words, may_see};
use crate::SaveChecklist;
use crate::checklists;
use crate::model::ChecklistState;
use crate::pages::shell;
use crate::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use crate::queries::{ChecklistLine, checklist, checklists_of};

/// All versions of one checklist.
struct Family {
    title: String,
    code: String,
    example: bool,
    subjects: String,
    area: Option<AreaId>,
    versions: Vec<ChecklistLine>,
}

#[derive(Template)]
#[template(path = "checklists.html")]
struct ListPage {
    s: Shell,
    families: Vec<Family>,
    may_keep: bool,
    saved: String,
}

impl ListPage {
    fn state(&self, line: &ChecklistLine) -> &'static str {
        badge(line.state)
    }
}

fn subjects(s: &Shell, line: &ChecklistLine) -> String {
    let all: Vec<String> = line
        .subjects
        .iter()
        .map(|kind| s.tt("patrol-subject-kind", kind))
        .collect();
    all.join(&s.t("list-comma"))
}

pub(super) fn badge(state: ChecklistState) -> &'static str {
    match state {
        ChecklistState::Draft => "wait",
        ChecklistState::Published => "ok",
        ChecklistState::Withdrawn => "done",
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Done {
    saved: String,
}

/// `GET /rounds/checklists`.
pub(in crate::pages) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let may_keep = ctx.may(&CHECKLISTS_KEEP);
    let s = shell(&app, &ctx, prefs);
    let language = checklists::language(ctx.locale());
    let mut families: Vec<Family> = Vec::new();
    for line in checklists_of(app.db(), &app.areas(), &scope).await? {
        if !may_see(&ctx, &line) {
            continue;
        }
        match families.iter_mut().find(|one| one.code == line.code) {
            Some(family) => family.versions.push(line),
            None => families.push(Family {
                title: word(&line.title, language).to_owned(),
                code: line.code.clone(),
                example: line.example,
                subjects: subjects(&s, &line),
                area: line.area,
                versions: vec![line],
            }),
        }
    }
    let saved = if done.saved.is_empty() {
        String::new()
    } else {
        s.t("checklist-dropped")
    };
    page(&ListPage {
        s,
        families,
        may_keep,
        saved,
    })
}

/// A new checklist as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct NewForm {
    /// `id@version` to copy.
    from: String,
    code: String,
    area: String,
    title: String,
}

#[derive(Template)]
#[template(path = "checklist_new.html")]
struct NewPage {
    s: Shell,
    e: FormFaults,
    f: NewForm,
    areas: Vec<Choice>,
    from: Vec<Choice>,
    /// The next version of one's own, which keeps its id and area.
    own: bool,
}

/// `GET /rounds/checklists/new?from=`.
pub(in crate::pages) async fn start(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(mut f): ApiQuery<NewForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&CHECKLISTS_KEEP)?;
    let mut own = false;
    if !f.from.is_empty() {
        let view = checklist(app.db(), &app.areas(), &scope, &f.from).await?;
        let language = checklists::language(ctx.locale());
        word(&view.checklist.title, language).clone_into(&mut f.title);
        if let Some(area) = view.line.area
            && ctx.require(&CHECKLISTS_KEEP, area).is_ok()
        {
            own = true;
            f.code = view.line.code;
            f.area = area.0.to_string();
        }
    }
    let s = shell(&app, &ctx, prefs);
    page(&new_page(s, &app, f, FormFaults::none(), own).await?)
}

async fn new_page(s: Shell, app: &App, f: NewForm, e: FormFaults, own: bool) -> Result<NewPage> {
    let scope = s.ctx().scope(&CHECKLISTS_KEEP)?;
    let mut from = vec![Choice::new("", s.t("checklist-from-nothing"))];
    for line in checklists_of(app.db(), &app.areas(), &scope).await? {
        let label = choice_words(&s, &line);
        from.push(Choice::new(line.name, label));
    }
    Ok(NewPage {
        areas: areas(&s, s.ctx()),
        from,
        own,
        f,
        e,
        s,
    })
}

/// `POST /rounds/checklists`.
pub(in crate::pages) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<NewForm>,
) -> WebResult<Response> {
    match created(&app, &ctx, &f).await {
        Ok(name) => Ok(Redirect::to(&format!("/rounds/checklists/{name}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = new_page(s, &app, f, e, false).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

async fn created(app: &App, ctx: &Ctx, f: &NewForm) -> Result<String> {
    let scope = ctx.scope(&CHECKLISTS_KEEP)?;
    let mut checklist = if f.from.is_empty() {
        Checklist {
            languages: vec!["zh-CN".to_owned(), "en".to_owned()],
            ..Checklist::default()
        }
    } else {
        checklist(app.db(), &app.areas(), &scope, &f.from)
            .await?
            .checklist
    };
    let title = f.title.trim();
    if title.is_empty() {
        return Err(Problem::invalid("title", "required"));
    }
    let language = checklists::language(ctx.locale()).to_owned();
    checklist.title.insert(language, title.to_owned());
    f.code.trim().clone_into(&mut checklist.id);
    let area: i64 = f
        .area
        .parse()
        .map_err(|_no_area| Problem::invalid("area", "required"))?;
    let save = SaveChecklist {
        known: None,
        area: AreaId(area),
        checklist,
        copied_from: Some(f.from.clone()).filter(|from| !from.is_empty()),
    };
    Ok(app.db().execute(ctx, save).await?.name)
}
