//! `/rounds/checklists/{name}`: a draft as a form, a version in use to be read. What is wrong stands at its question.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_checklist::Checklist;
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::convert::SEVERITIES;
use super::rows::{EditForm, KINDS, Row};
use super::titled;
use super::view::view_page;
use crate::SaveChecklist;
use crate::checklists::{ChecklistFault, Spoken, Words, checklist_faults, known};
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
    /// What is one thing to mend however many rows feel it: the same missing name, the same missing list.
    cause: Option<(&'static str, String)>,
}

/// One thing to mend, and the other rows that feel it: where each is, and what it is called.
struct Cause<'a> {
    first: &'a Told,
    also: Vec<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "checklist_edit.html")]
struct EditPage {
    s: Shell,
    e: FormFaults,
    f: EditForm,
    name: String,
    title: String,
    number: String,
    area: youlin_kernel::AreaId,
    /// The form as a checklist, or as it was kept while its sections do not end where they should.
    of: Checklist,
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

    /// The language a text is in, as people call it; a form that names none is in `default`, and labels leave that out.
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
        if self.f.rows.get(*index).is_some_and(Row::is_end) {
            depth = depth.saturating_sub(1);
        }
        depth.min(4)
    }

    /// What a row is called in its head.
    fn called(&self, index: &usize) -> String {
        self.f.called(&self.s, *index)
    }

    fn number(&self, index: &usize) -> usize {
        self.f.number(*index)
    }

    /// The section that ends in this row.
    fn ended(&self, index: &usize) -> String {
        let opening = self.f.opening(*index);
        opening.map_or_else(String::new, |at| self.called(&at))
    }

    fn rule_called(&self, index: &usize) -> String {
        self.f.rule_called(&self.s, *index)
    }

    fn spoken(&self) -> Spoken<'_> {
        Spoken::new(Words::of(&self.s), &self.of)
    }

    /// A condition in words; empty where it has none.
    fn meaning(&self, text: &str) -> String {
        let said = Some(text).filter(|text| !text.trim().is_empty());
        let said = said.and_then(|text| self.spoken().say(text));
        said.map_or_else(String::new, |said| {
            self.s.t1("checklist-meaning", "text", said)
        })
    }

    fn calculated(&self, text: &str) -> String {
        let said = Some(text).filter(|text| !text.trim().is_empty());
        let said = said.and_then(|text| self.spoken().say_value(text));
        said.map_or_else(String::new, |said| {
            self.s.t1("checklist-meaning", "text", said)
        })
    }

    /// Names of questions, separated by blanks, in words.
    fn questions_said(&self, names: &str) -> String {
        let spoken = self.spoken();
        let all: Vec<String> = names
            .split_whitespace()
            .map(|name| spoken.called(name))
            .collect();
        if all.is_empty() {
            return String::new();
        }
        let all = all.join(&self.s.t("checklist-comma"));
        self.s.t1("checklist-meaning", "text", all)
    }

    /// The options of a row, each with its code.
    fn options(&self, row: &Row) -> String {
        if row.kind != "one" && row.kind != "many" {
            return String::new();
        }
        let kind = youlin_checklist::Kind::One {
            list: row.list.clone(),
        };
        let all = self.spoken().options(&kind);
        if all.is_empty() {
            return String::new();
        }
        let one = |(code, label): &(String, String)| {
            self.s
                .t2("checklist-option", &("label", label), &("code", code))
        };
        let all: Vec<String> = all.iter().map(one).collect();
        let all = all.join(&self.s.t("checklist-comma"));
        self.s.t1("checklist-options", "text", all)
    }

    /// The labels of a list, for its head.
    fn list_said(&self, name: &str) -> String {
        let kind = youlin_checklist::Kind::One {
            list: name.to_owned(),
        };
        let all = self.spoken().options(&kind).into_iter();
        let all: Vec<String> = all.map(|(_, label)| label).collect();
        all.join(&self.s.t("checklist-comma"))
    }

    /// The lists of options, what was typed among them even where no list is called so.
    fn lists(&self, chosen: &str) -> Vec<Choice> {
        let all = self.f.lists.iter().filter(|list| !list.name.is_empty());
        let all = all.map(|list| {
            let said = self.list_said(&list.name);
            let label = self.s.t2(
                "checklist-list-choice",
                &("name", &list.name),
                &("options", said),
            );
            Choice::new(&list.name, label)
        });
        self.with(chosen, all)
    }

    fn repeats(&self, chosen: &str) -> Vec<Choice> {
        self.rows(chosen, &|row| row.kind == "repeat")
    }

    fn questions(&self, chosen: &str) -> Vec<Choice> {
        self.rows(chosen, &|row| {
            matches!(row.kind.as_str(), "integer" | "decimal" | "one" | "many")
        })
    }

    fn rows(&self, chosen: &str, fits: &dyn Fn(&Row) -> bool) -> Vec<Choice> {
        let rows = self.f.rows.iter().enumerate();
        let all = rows
            .filter(|(_, row)| !row.name.is_empty() && fits(row))
            .map(|(at, row)| {
                let label = format!("{}. {}", self.number(&at), self.called(&at));
                Choice::new(&row.name, label)
            });
        self.with(chosen, all)
    }

    fn with(&self, chosen: &str, all: impl Iterator<Item = Choice>) -> Vec<Choice> {
        let mut all: Vec<Choice> = all.collect();
        if !chosen.is_empty() && !all.iter().any(|one| one.value == chosen) {
            all.insert(0, Choice::new(chosen, chosen));
        }
        all.insert(0, Choice::new("", self.s.t("finding-none")));
        all
    }

    /// Each thing to mend once, with every row that feels it.
    fn causes(&self) -> Vec<Cause<'_>> {
        let mut all: Vec<Cause<'_>> = Vec::new();
        for fault in &self.faults {
            let same =
                |one: &&mut Cause<'_>| fault.cause.is_some() && one.first.cause == fault.cause;
            match all.iter_mut().find(same) {
                Some(cause) if cause.first.at != fault.at => {
                    if !cause.also.iter().any(|(at, _)| *at == fault.at) {
                        let called = self.f.place_called(&self.s, &fault.at);
                        cause.also.push((&fault.at, called));
                    }
                }
                Some(_) => {}
                None => all.push(Cause {
                    first: fault,
                    also: Vec::new(),
                }),
            }
        }
        all
    }
}

impl EditForm {
    /// What a row is called: what it asks, else its name.
    fn called(&self, s: &Shell, index: usize) -> String {
        self.rows.get(index).map_or_else(String::new, |row| {
            let label = in_language(s, &row.label);
            label.unwrap_or_else(|| row.name.clone())
        })
    }

    fn rule_called(&self, s: &Shell, index: usize) -> String {
        self.rules.get(index).map_or_else(String::new, |rule| {
            let label = in_language(s, &rule.label);
            label.unwrap_or_else(|| rule.code.clone())
        })
    }

    /// The number of a row as people count them: where a section ends is no question.
    fn number(&self, index: usize) -> usize {
        let rows = self.rows.iter().take(index + 1);
        rows.filter(|row| !row.is_end()).count()
    }

    /// Where the section began that ends in this row.
    fn opening(&self, index: usize) -> Option<usize> {
        let mut open = Vec::new();
        for (at, row) in self.rows.iter().enumerate().take(index) {
            if row.is_group() {
                open.push(at);
            } else if row.is_end() {
                open.pop();
            }
        }
        open.pop()
    }

    /// A place of the form in words: 第 3 题「水的颜色」.
    fn place_called(&self, s: &Shell, at: &str) -> String {
        let index = |prefix: &str| at.strip_prefix(prefix).and_then(|at| at.parse().ok());
        if let Some(at) = index("q-") {
            let called = self.called(s, at);
            let key = if called.is_empty() {
                "checklist-at-row-unnamed"
            } else {
                "checklist-at-row"
            };
            return s.t2(key, &("number", self.number(at)), &("name", called));
        }
        if let Some(at) = index("r-") {
            return s.t1("checklist-at-rule", "name", self.rule_called(s, at));
        }
        let list = index("l-").and_then(|at| self.lists.get::<usize>(at));
        list.map_or_else(String::new, |list| {
            s.t1("checklist-at-list", "name", &list.name)
        })
    }
}

fn in_language(s: &Shell, texts: &BTreeMap<String, String>) -> Option<String> {
    let language = crate::checklists::language(s.ctx().locale());
    let text = texts.get(language).filter(|text| !text.trim().is_empty());
    text.or_else(|| texts.values().find(|text| !text.trim().is_empty()))
        .cloned()
}

/// The sentences of faults, each at its row and once.
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
    // A row without a name is one thing to mend, whatever else a checklist finds wrong with it.
    let unnamed = |(at, row): (usize, &Row)| {
        (row.name.is_empty() && !row.is_end()).then(|| {
            let at = format!("q-{at}");
            let called = f.place_called(s, &at);
            Told {
                sentence: s.t1("checklist-fault-no-name", "name", called),
                at,
                cause: None,
            }
        })
    };
    let mut all: Vec<Told> = f.rows.iter().enumerate().filter_map(unnamed).collect();
    let of_rows = !all.is_empty();
    for fault in faults {
        let nameless = fault.name.is_empty()
            && of_rows
            && matches!(fault.code, "bad-name" | "twice" | "no-label");
        if nameless {
            continue;
        }
        let place_name = if fault.place.is_empty() {
            String::new()
        } else {
            s.tt("checklist-place", fault.place)
        };
        let at = place(&fault.name);
        let called = f.place_called(s, &at);
        let name = match (called.is_empty(), fault.name.is_empty()) {
            (false, _) => called,
            (true, false) => fault.name.clone(),
            (true, true) => s.t("checklist-at-unnamed"),
        };
        let what = if fault.code == "cycle" {
            let names = fault.what.split(" → ");
            let names: Vec<String> = names.map(|name| f.place_called(s, &place(name))).collect();
            names.join(" → ")
        } else {
            fault.what.clone()
        };
        let sentence = s.tn(
            &format!("checklist-fault-{}", fault.code),
            &[("name", name), ("what", what), ("place", place_name)],
        );
        if all
            .iter()
            .any(|one| one.at == at && one.sentence == sentence)
        {
            continue;
        }
        let shared = matches!(fault.code, "unknown-name" | "no-list" | "no-repeat");
        all.push(Told {
            at,
            sentence,
            cause: shared.then(|| (fault.code, fault.what.clone())),
        });
    }
    all
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
            let at = format!("q-{at}");
            let called = f.place_called(s, &at);
            Told {
                sentence: s.t1("checklist-fault-nesting", "name", called),
                at,
                cause: None,
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
    let (of, faults) = match f.checklist(&view.line.code, &view.line.number) {
        Ok(checklist) => {
            let faults = told(&s, &f, &checklist_faults(&rounds, &checklist));
            (checklist, faults)
        }
        Err(names) => (view.checklist.clone(), nesting(&s, &f, &names)),
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
    let mut round_kinds = worded("patrol-kind", &round_kinds);
    // A checklist from a file need not say what round it is for: it is asked, and never taken for the first of the list.
    if RoundKind::parse(&f.kind).is_none() {
        round_kinds.insert(0, Choice::new("", s.t("choose")));
    }
    let subjects: Vec<&str> = SubjectKind::ALL.iter().map(|one| one.as_str()).collect();
    Ok(EditPage {
        name: view.line.name.clone(),
        title: in_language(&s, &f.title).unwrap_or_else(|| view.line.code.clone()),
        number: view.line.number.clone(),
        of,
        area: view.line.area.unwrap_or(youlin_kernel::AreaId(0)),
        kinds: worded("checklist-kind", &KINDS),
        round_kinds,
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
        let rounds = app.need::<Rounds>()?;
        let copied_from = match &view.line.copied_from {
            Some(from) => match known(&rounds, app.db(), from).await? {
                Some(known) => titled(&s, from, &known.form),
                None => from.clone(),
            },
            None => String::new(),
        };
        return page(&view_page(s, view, keeps, (saved, copied_from)));
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
    let shown = |row: &Row| {
        [
            texts(&row.label),
            row.required.clone(),
            row.relevant.clone(),
            row.constraint.clone(),
        ]
        .join(" · ")
    };
    let label = |row: &Row| in_language(s, &row.label).unwrap_or_else(|| row.name.clone());
    for row in theirs.rows.iter().filter(|row| !row.name.is_empty()) {
        let own = f.rows.iter().find(|one| one.name == row.name);
        let yours = own.map_or_else(|| s.t("none"), &shown);
        line(label(row), shown(row), yours);
    }
    for row in f.rows.iter().filter(|row| !row.name.is_empty()) {
        if !theirs.rows.iter().any(|one| one.name == row.name) {
            line(label(row), s.t("none"), shown(row));
        }
    }
    Clash::of(format!("/rounds/checklists/{name}"), lines)
}
