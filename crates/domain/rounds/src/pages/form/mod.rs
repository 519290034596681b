//! `/rounds/new`: a round written down by any checklist, in one's own words and with what was found. The desk uses the same
//! page for what somebody tells on the telephone or brings on paper: a sheet carries the id of its round, so that handed
//! in twice it is the same round.

mod found;
mod send;
mod start;

use askama::Template;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use youlin_checklist::Form;
use youlin_kernel::{Ctx, Result};
use youlin_web::{App, Choice, FormFaults, Shell};

pub(super) use found::RIVER;
use found::{FoundForm, categories};
pub(super) use send::{again, hand_in, moment};
pub(super) use start::{fresh, preview, typed_time};

use super::answer::{Kept, Part, Typed, parts};
use super::upload::Upload;
use crate::checklists::{self, Answered, Known};
use crate::model::{RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{PolicyView, SubjectView, checklists_for, policies, subject_anywhere};
use crate::service::Rounds;

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub(super) struct RoundForm {
    pub(super) id: String,
    /// `reach:<id>`.
    pub(super) subject: String,
    /// `id@version`.
    pub(super) checklist: String,
    pub(super) policy: String,
    pub(super) channel: String,
    /// Who told it on the telephone or wrote the sheet.
    pub(super) told_by: String,
    pub(super) outcome: String,
    pub(super) began: String,
    pub(super) ended: String,
    pub(super) text: String,
    pub(super) reason: String,
    pub(super) found: Vec<FoundForm>,
    pub(super) typed: Typed,
    /// Photographs that answer questions, by question and place.
    pub(super) files: BTreeMap<String, Kept>,
    /// Other photographs.
    pub(super) photos: Vec<Kept>,
}

/// What is asked of what.
pub(super) struct Asking {
    pub(super) rounds: Arc<Rounds>,
    pub(super) subject: SubjectView,
    pub(super) known: Option<Known>,
}

impl Asking {
    pub(super) fn form(&self) -> Option<&Form> {
        self.known.as_ref().map(|known| known.form.as_ref())
    }

    fn of_reach(&self) -> bool {
        self.subject.subject.kind == SubjectKind::Reach
    }
}

#[derive(Template)]
#[template(path = "round_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: RoundForm,
    name: String,
    of_reach: bool,
    reads: bool,
    /// The checklist's title and version.
    titled: Option<(String, String)>,
    /// Withdrawn, or read by another version: what to know of it.
    warning: String,
    others: Vec<(String, String)>,
    parts: Vec<Part>,
    /// What was named in the sentence without saying enough, and that findings want confirming.
    notes: Vec<String>,
    policies: Vec<Choice>,
    channels: Vec<Choice>,
    outcomes: Vec<Choice>,
    categories: Vec<Choice>,
    severities: Vec<Choice>,
    banks: Vec<Choice>,
}

impl FormPage {
    /// The first and those that hold something stand open.
    fn stands_open(&self, index: &usize) -> bool {
        *index == 0 || self.f.found.get(*index).is_some_and(|one| !one.is_empty())
    }
}

/// The questions alone, for htmx.
#[derive(Template)]
#[template(path = "round_asked.html")]
struct AskedPart {
    s: Shell,
    e: FormFaults,
    parts: Vec<Part>,
}

/// `reach:<id>`.
pub(super) fn subject_of(text: &str) -> Option<Subject> {
    let (kind, id) = text.split_once(':')?;
    Some(Subject {
        kind: SubjectKind::parse(kind)?,
        id: id.parse().ok()?,
    })
}

/// What the caller may walk, and the checklist of that name.
pub(super) async fn asking(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    checklist: &str,
) -> Result<Asking> {
    let rounds = app.need::<Rounds>()?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let subject = subject_anywhere(&rounds, app.db(), &scope, subject).await?;
    may_walk(
        ctx,
        subject.community,
        &[subject.grid, subject.neighbourhood],
    )?;
    let known = match checklist {
        "" => None,
        name => checklists::known(&rounds, app.db(), name).await?,
    };
    Ok(Asking {
        rounds,
        subject,
        known,
    })
}

/// Faults of answers stand under the ids of their fields.
fn faults(s: &Shell, problem: &youlin_kernel::Problem) -> FormFaults {
    let mut e = FormFaults::of(s, problem);
    for (field, _) in &mut e.fields {
        if let Some(question) = field.strip_prefix("answers.") {
            *field = format!("a_{question}");
        }
    }
    e
}

/// Only what was typed wrongly: what is missing is said when it is handed in.
fn faults_while_typing(s: &Shell, form: &Form, answered: &Answered) -> FormFaults {
    let mut e = FormFaults::none();
    for fault in &answered.faults {
        if fault.what == youlin_checklist::Wrong::Missing {
            continue;
        }
        let field = format!("a_{}", super::answer::key(&fault.question, &fault.place));
        let sentence = checklists::fault_sentence(s.app().i18n(), s.ctx().locale(), form, fault);
        e.fields.push((field, sentence));
    }
    e
}

async fn form_page(
    s: Shell,
    app: &App,
    asking: &Asking,
    mut f: RoundForm,
    e: FormFaults,
) -> Result<FormPage> {
    let subject = &asking.subject;
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let open = policies(app.db(), &scope).await?;
    let fits = |one: &&PolicyView| {
        one.closed_at.is_none()
            && one.community == subject.community
            && one.policy.subjects == subject.subject.kind
            && one.covers(subject.subject.id)
    };
    let mut choices = vec![Choice::new("", s.t("patrol-no-policy"))];
    choices.extend(
        open.iter()
            .filter(fits)
            .map(|one| Choice::new(one.id.to_string(), &one.title)),
    );
    let worded = |family: &str, codes: &[&str]| -> Vec<Choice> {
        codes
            .iter()
            .map(|code| Choice::new(*code, s.tt(family, code)))
            .collect()
    };
    let mut banks = vec![Choice::new("", s.t("finding-bank-none"))];
    banks.extend(worded("bank", &["left", "right"]));
    let language = checklists::language(s.ctx().locale());
    let tree = app.areas();
    let fitting = checklists_for(
        app.db(),
        &tree,
        &scope,
        subject.community,
        subject.subject.kind,
    );
    let others = fitting.await?.into_iter();
    let others = others
        .filter(|one| one.name != f.checklist)
        .map(|one| {
            let title = youlin_checklist::word(&one.title, language).to_owned();
            (one.name, title)
        })
        .collect();
    let parts = match asking.form() {
        Some(form) => {
            let answered = f.typed.evaluate(s.ctx(), form);
            parts(&s, form, &f.typed, &f.files, &answered)
        }
        None => Vec::new(),
    };
    found::make_room(&mut f.found);
    Ok(FormPage {
        name: subject.name.clone(),
        of_reach: asking.of_reach(),
        reads: f.checklist == checklists::RIVER,
        titled: asking.form().map(|form| {
            let checklist = form.checklist();
            let title = youlin_checklist::word(&checklist.title, language);
            (title.to_owned(), checklist.version.clone())
        }),
        warning: warning(&s, asking.known.as_ref()),
        others,
        parts,
        notes: Vec::new(),
        policies: choices,
        channels: worded("patrol-channel", &["page", "phone", "paper"]),
        outcomes: worded("patrol-outcome", &["done", "tried", "skipped"]),
        severities: worded("finding-severity", &["low", "medium", "high", "immediate"]),
        categories: categories(&s, asking, &f.found),
        banks,
        f,
        e,
        s,
    })
}

/// What to know of a version that is not the one in use.
pub(super) fn warning(s: &Shell, known: Option<&Known>) -> String {
    match known {
        Some(known) if !known.exact => s.t1("checklist-read-by", "name", &known.name),
        Some(Known {
            withdrawn_at: Some(at),
            ..
        }) => s.t1("checklist-withdrawn-since", "when", s.when(at)),
        _ => String::new(),
    }
}

/// The kind of the round: the policy's, else the checklist's, else what is usual for such a subject.
fn kind_of(policy: Option<&PolicyView>, form: Option<&Form>, subject: SubjectKind) -> RoundKind {
    let of_form = || form.and_then(|form| RoundKind::parse(&form.checklist().kind));
    policy
        .map(|policy| policy.policy.kind)
        .or_else(of_form)
        .unwrap_or(match subject {
            SubjectKind::Reach => RoundKind::Patrol,
            SubjectKind::Premises | SubjectKind::Building => RoundKind::Inspection,
            SubjectKind::Dwelling => RoundKind::Visit,
        })
}

/// What was sent, with the files of earlier tries.
fn read(asking: &Asking, ctx: &Ctx, upload: &Upload) -> Result<RoundForm> {
    let text = |name: &str| upload.text(name).to_owned();
    let mut f = RoundForm {
        id: text("id"),
        subject: text("subject"),
        checklist: text("checklist"),
        policy: text("policy"),
        channel: text("channel"),
        told_by: text("told_by"),
        outcome: text("outcome"),
        began: text("began"),
        ended: text("ended"),
        text: text("text"),
        reason: text("reason"),
        found: found::read(upload),
        typed: Typed::read(upload),
        files: BTreeMap::new(),
        photos: Vec::new(),
    };
    let Ok(id) = f.id.parse::<Uuid>() else {
        return Ok(f);
    };
    let community = asking.subject.community;
    let held = |token: &str| super::answer::kept_file(&asking.rounds, community, id, token);
    for (question, tokens) in upload.starting_with("k_") {
        if let Some(kept) = tokens.first().and_then(|token| held(token)) {
            f.files.insert(question, kept);
        }
    }
    f.photos = upload
        .all("kept")
        .iter()
        .filter_map(|one| held(one))
        .collect();
    for (field, file) in &upload.files {
        let kept = super::answer::keep(&asking.rounds, ctx, community, id, file.clone())?;
        match field.strip_prefix("p_") {
            Some(question) => drop(f.files.insert(question.to_owned(), kept)),
            None => f.photos.push(kept),
        }
    }
    // The answer of a photograph is its name.
    let names: Vec<(String, String)> = f
        .files
        .keys()
        .map(|question| (question.clone(), file_name(question)))
        .collect();
    f.typed.values.extend(names);
    Ok(f)
}

/// `point_photo.2.jpg`, however the telephone called it.
fn file_name(question: &str) -> String {
    format!("{question}.jpg")
}
