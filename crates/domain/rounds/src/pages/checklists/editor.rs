//! `/rounds/checklists/{name}`: a draft as a form, a version in use to be read. What is wrong stands at its question.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::convert::SEVERITIES;
use super::rows::{EditForm, KINDS};
use super::view::view_page;
use crate::SaveChecklist;
use crate::checklists::{ChecklistFault, checklist_faults};
use crate::model::{ChecklistState, RoundKind, SubjectKind};
use crate::pages::shell;
use crate::pages::upload;
use crate::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use crate::queries::{ChecklistView, checklist};
use crate::service::Rounds;

/// A fault as it reads, and where it leads.
pub(super) struct Told {
    /// The row's id: `q-3`; empty: the whole.
    pub(super) at: String,
    pub(super) sentence: String,
}

#[derive(Template)]
#[template(path = "checklist_edit.html")]
struct EditPage {
    s: Shell,
    e: FormFaults,
    f: EditForm,
    name: String,
    area: youlin_kernel::AreaId,
    faults: Vec<Told>,
    kinds: Vec<Choice>,
    round_kinds: Vec<Choice>,
    subject_kinds: Vec<Choice>,
    severities: Vec<Choice>,
    categories: Vec<Choice>,
    /// The row to stand open and be in view.
    open: String,
    clash: Option<Clash>,
    saved: String,
    /// Not yet saved: a button of the editor was pressed.
    unsaved: bool,
}

impl EditPage {
    fn told(&self, prefix: &str, index: &usize) -> Vec<&Told> {
        let at = format!("{prefix}-{index}");
        self.faults.iter().filter(|one| one.at == at).collect()
    }

    fn stands_open(&self, prefix: &str, index: &usize) -> bool {
        self.open == format!("{prefix}-{index}") || !self.told(prefix, index).is_empty()
    }

    fn asked_of(&self, subject: &str) -> bool {
        self.f.subjects.iter().any(|one| one == subject)
    }

    fn text(&self, texts: &BTreeMap<String, String>, language: &str) -> String {
        texts.get(language).cloned().unwrap_or_default()
    }

    /// The language a text is in, as people call it.
    fn tongue(&self, language: &str) -> String {
        match language {
            "zh-CN" => self.s.t("checklist-in-zh"),
            "en" => self.s.t("checklist-in-en"),
            other => other.to_owned(),
        }
    }

    /// Sections deep a row stands.
    fn depth(&self, index: &usize) -> usize {
        let mut depth = 0_usize;
        for row in self.f.rows.iter().take(*index) {
            if row.is_group() {
                depth += 1;
            } else if row.is_end() {
                depth = depth.saturating_sub(1);
            }
        }
        if self
            .f
            .rows
            .get(*index)
            .is_some_and(super::rows::Row::is_end)
        {
            depth = depth.saturating_sub(1);
        }
        depth.min(4)
    }

    /// What a row is called in its head.
    fn called(&self, index: &usize) -> String {
        let language = crate::checklists::language(self.s.ctx().locale());
        self.f.rows.get(*index).map_or_else(String::new, |row| {
            let label = row
                .label
                .get(language)
                .or_else(|| row.label.values().next());
            label.cloned().unwrap_or_else(|| row.name.clone())
        })
    }
}

/// The sentences of faults, each at its row.
pub(super) fn told(s: &Shell, f: &EditForm, faults: &[ChecklistFault]) -> Vec<Told> {
    let place = |name: &str| {
        let row = f.rows.iter().position(|row| row.name == name);
        let list = || f.lists.iter().position(|list| list.name == name);
        let rule = || f.rules.iter().position(|rule| rule.code == name);
        if name.is_empty() {
            return String::new();
        }
        row.map(|at| format!("q-{at}"))
            .or_else(|| rule().map(|at| format!("r-{at}")))
            .or_else(|| list().map(|at| format!("l-{at}")))
            .unwrap_or_default()
    };
    faults
        .iter()
        .map(|fault| {
            let place_name = if fault.place.is_empty() {
                String::new()
            } else {
                s.tt("checklist-place", fault.place)
            };
            Told {
                at: place(&fault.name),
                sentence: s.tn(
                    &format!("checklist-fault-{}", fault.code),
                    &[
                        ("name", fault.name.clone()),
                        ("what", fault.what.clone()),
                        ("place", place_name),
                    ],
                ),
            }
        })
        .collect()
}

fn nesting(s: &Shell, f: &EditForm, names: &[String]) -> Vec<Told> {
    names
        .iter()
        .map(|name| {
            let row = f
                .rows
                .iter()
                .position(|row| row.is_group() && row.name == *name);
            let at = row.or_else(|| name.parse().ok()).unwrap_or(0);
            Told {
                at: format!("q-{at}"),
                sentence: s.t1("checklist-fault-nesting", "name", name),
            }
        })
        .collect()
}

fn edit_page(
    s: Shell,
    app: &App,
    view: &ChecklistView,
    f: EditForm,
    e: FormFaults,
) -> Result<EditPage> {
    let rounds = app.need::<Rounds>()?;
    let faults = match f.checklist(&view.line.code, &view.line.number) {
        Ok(checklist) => told(&s, &f, &checklist_faults(&rounds, &checklist)),
        Err(names) => nesting(&s, &f, &names),
    };
    let worded = |family: &str, codes: &[&str]| -> Vec<Choice> {
        codes
            .iter()
            .map(|code| Choice::new(*code, s.tt(family, code)))
            .collect()
    };
    let catalogue = rounds.cases.catalogue();
    let locale = s.ctx().locale();
    let mut categories: Vec<Choice> = catalogue
        .iter()
        .map(|one| Choice::new(&one.code, format!("{} {}", one.code, one.name_in(locale))))
        .collect();
    categories.sort_by(|a, b| a.value.cmp(&b.value));
    categories.insert(0, Choice::new("", s.t("finding-none")));
    // A talk is written down in a few fields of its own.
    let round_kinds = RoundKind::ALL.iter().filter(|one| **one != RoundKind::Talk);
    let round_kinds: Vec<&str> = round_kinds.map(|one| one.as_str()).collect();
    let subjects: Vec<&str> = SubjectKind::ALL.iter().map(|one| one.as_str()).collect();
    Ok(EditPage {
        name: view.line.name.clone(),
        area: view.line.area.unwrap_or(youlin_kernel::AreaId(0)),
        kinds: worded("checklist-kind", &KINDS),
        round_kinds: worded("patrol-kind", &round_kinds),
        subject_kinds: worded("patrol-subject-kind", &subjects),
        severities: worded("finding-severity", &SEVERITIES.map(|one| one.0)),
        categories,
        faults,
        open: String::new(),
        clash: None,
        saved: String::new(),
        unsaved: false,
        f,
        e,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Done {
    saved: String,
}

/// `GET /rounds/checklists/{name}`.
pub(in crate::pages) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = checklist(app.db(), &app.areas(), &scope, &name).await?;
    let s = shell(&app, &ctx, prefs);
    let saved = match done.saved.as_str() {
        "published" => s.t("checklist-published"),
        "withdrawn" => s.t("checklist-withdrawn"),
        "" => String::new(),
        _ => s.t("checklist-saved"),
    };
    let keeps = view
        .line
        .area
        .is_some_and(|area| ctx.require(&CHECKLISTS_KEEP, area).is_ok());
    if view.line.state != ChecklistState::Draft {
        return page(&view_page(s, view, keeps, saved));
    }
    if !keeps {
        return Err(Problem::not_found().into());
    }
    let f = EditForm::of(&view.checklist, view.version);
    let body = EditPage {
        saved,
        ..edit_page(s, &app, &view, f, FormFaults::none())?
    };
    page(&body)
}

/// `POST /rounds/checklists/{name}`: one of the editor's buttons, or saving.
pub(in crate::pages) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(name): Path<String>,
    request: Request,
) -> WebResult<Response> {
    let scope = ctx.scope(&CHECKLISTS_KEEP)?;
    let view = checklist(app.db(), &app.areas(), &scope, &name).await?;
    let upload = upload::read(&app, request).await?;
    let mut f = EditForm::read(&upload);
    let act = upload.text("act").to_owned();
    let s = shell(&app, &ctx, prefs);
    if !act.is_empty() {
        let open = f.act(&act);
        let body = EditPage {
            open,
            unsaved: true,
            ..edit_page(s, &app, &view, f, FormFaults::none())?
        };
        return page(&body);
    }
    match saved(&app, &ctx, &view, &f).await {
        Ok(()) if !upload.text("preview").is_empty() => {
            Ok(Redirect::to(&format!("/rounds/checklists/{name}/preview")).into_response())
        }
        Ok(()) => Ok(Redirect::to(&format!("/rounds/checklists/{name}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let mut e = FormFaults::of(&s, &problem);
            let mut clash = None;
            if problem.code() == "stale" {
                let theirs = EditForm::of(&view.checklist, view.version);
                clash = Some(differences(&s, &name, &theirs, &f));
                f.version = theirs.version;
                e = FormFaults::none();
            }
            let body = EditPage {
                clash,
                unsaved: true,
                ..edit_page(s, &app, &view, f, e)?
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

async fn saved(app: &App, ctx: &Ctx, view: &ChecklistView, f: &EditForm) -> Result<()> {
    let id = view.line.id.ok_or_else(Problem::not_found)?;
    let area = view.line.area.ok_or_else(Problem::not_found)?;
    let checklist = f
        .checklist(&view.line.code, &view.line.number)
        .map_err(|_names| {
            Problem::new(ProblemKind::Invalid, "invalid").and_field("rows", "checklist-nesting")
        })?;
    let save = SaveChecklist {
        known: Some((id, f.version.parse().unwrap_or(0))),
        area,
        checklist,
        copied_from: None,
    };
    app.db().execute(ctx, save).await.map(|_saved| ())
}

/// What somebody else saved meanwhile, question by question.
fn differences(s: &Shell, name: &str, theirs: &EditForm, f: &EditForm) -> Clash {
    let mut lines = Vec::new();
    let texts = |texts: &BTreeMap<String, String>| {
        let all: Vec<&str> = texts.values().map(String::as_str).collect();
        all.join(" / ")
    };
    let mut line = |label: String, theirs: String, yours: String| {
        if theirs != yours {
            lines.push(ClashLine {
                field: "title",
                label,
                value: theirs.clone(),
                theirs,
                yours,
            });
        }
    };
    line(
        s.t("checklist-title"),
        texts(&theirs.title),
        texts(&f.title),
    );
    let shown = |row: &super::rows::Row| {
        [
            texts(&row.label),
            row.required.clone(),
            row.relevant.clone(),
            row.constraint.clone(),
        ]
        .join(" · ")
    };
    for row in theirs.rows.iter().filter(|row| !row.name.is_empty()) {
        let own = f.rows.iter().find(|one| one.name == row.name);
        let yours = own.map_or_else(|| s.t("none"), &shown);
        line(row.name.clone(), shown(row), yours);
    }
    for row in f.rows.iter().filter(|row| !row.name.is_empty()) {
        if !theirs.rows.iter().any(|one| one.name == row.name) {
            line(row.name.clone(), s.t("none"), shown(row));
        }
    }
    Clash::of(format!("/rounds/checklists/{name}"), lines)
}
