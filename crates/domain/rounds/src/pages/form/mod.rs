//! `/rounds/new`: a round written down by any checklist, in one's own words and with what was found. The desk uses the same
//! page for what somebody tells on the telephone or brings on paper: a sheet carries the id of its round, so that handed
//! in twice it is the same round.

mod asking;
mod found;
mod hazard;
mod send;
mod start;

use askama::Template;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;
use youlin_checklist::Form;
use youlin_kernel::{Ctx, Result};
use youlin_web::{App, Choice, FormFaults, Shell};

use asking::asking_of;
pub(super) use asking::{Asking, asking};
pub use found::RIVER;
use found::{FoundForm, categories};
pub(super) use send::{again, hand_in, moment};
pub(super) use start::{fresh, preview, typed_time};

use super::answer::{Kept, Part, Proposed, Typed, folded, parts};
use super::upload::Upload;
use super::ways;
use crate::checklists::{self, Answered, Known};
use crate::model::{RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{PolicyView, SubjectView, Walker, checklists_for, policies};
use crate::service::Rounds;

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub(super) struct RoundForm {
    /// It came back from the server, which knows more of it than the browser kept.
    pub(super) sent: bool,
    pub(super) id: String,
    /// Its id stands on a sheet of paper.
    pub(super) sheet: bool,
    /// `reach:<id>`.
    pub(super) subject: String,
    /// `id@version`.
    pub(super) checklist: String,
    pub(super) policy: String,
    pub(super) channel: String,
    /// Who told it on the telephone or wrote the sheet.
    pub(super) told_by: String,
    /// Told by whom the policy names: it counts for it.
    pub(super) on_behalf: String,
    pub(super) outcome: String,
    pub(super) began: String,
    pub(super) ended: String,
    pub(super) text: String,
    pub(super) reason: String,
    pub(super) found: Vec<FoundForm>,
    pub(super) typed: Typed,
    /// What the sentence was read as last time, by question: an answer that is still that one nobody has touched.
    pub(super) by_sentence: BTreeMap<String, String>,
    /// Photographs that answer questions, by question and place.
    pub(super) files: BTreeMap<String, Kept>,
    /// Other photographs.
    pub(super) photos: Vec<Kept>,
}

impl RoundForm {
    /// What the browser keeps it under while it is typed: what stands on a sheet is of no other round there.
    fn draft(&self) -> String {
        match self.sheet {
            true => format!("sheet:{}", self.id),
            false => format!("round:{}:{}", self.subject, self.checklist),
        }
    }
}

#[derive(Template)]
#[template(path = "round_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: RoundForm,
    name: String,
    /// What is done here, by the kind of the round: 记一次检查.
    note: String,
    of_reach: bool,
    /// Its length, as chainage.
    reach_end: String,
    /// What is found are hazards.
    of_premises: bool,
    offered: hazard::Offered,
    follows: Vec<Proposed>,
    /// Rows that are a hazard of the list already.
    again: HashMap<usize, Uuid>,
    reads: bool,
    /// The checklist's title and version.
    titled: Option<(String, String)>,
    /// Withdrawn, or read by another version: what to know of it.
    warning: String,
    others: Vec<(String, String)>,
    parts: Vec<Part>,
    /// The policy it was begun from asks others to go.
    not_yours: String,
    /// The register says that nobody is there any more.
    gone: String,
    /// Whoever plans writes down what others tell.
    may_plan: bool,
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
    /// Those that hold something stand open, and the first; at premises the answers lead to what is found, so there it waits.
    fn stands_open(&self, index: &usize) -> bool {
        let follows = self.of_premises && self.titled.is_some();
        let first = *index == 0 && !follows;
        first || self.f.found.get(*index).is_some_and(|one| !one.is_empty())
    }

    /// What follows from the answers is looked over before they are.
    fn found_first(&self) -> bool {
        self.f.found.iter().any(|one| !one.key.is_empty())
    }

    fn found_count(&self) -> usize {
        hazard::finding_rows(&self.f).len()
    }

    /// The rule a row was proposed by.
    fn rule(&self, row: &FoundForm) -> Option<&Proposed> {
        self.follows.iter().find(|one| one.key == row.key)
    }

    /// Where photographs of what was put right at once are chosen: field, label, and what is here already.
    fn shots(&self, row: &FoundForm) -> [Shot; 2] {
        let held = |kept: &Option<Kept>| {
            let kept = kept.as_ref();
            kept.map(|one| (one.shown_name(), one.token.clone()))
        };
        [
            (
                "before",
                self.s.t("finding-photo-before"),
                held(&row.before),
            ),
            ("after", self.s.t("finding-photo-after"), held(&row.after)),
        ]
    }

    /// The hazard of the list a row is.
    fn listed(&self, index: &usize) -> Option<Uuid> {
        self.again.get(index).copied()
    }

    fn may_on_spot(&self, row: &FoundForm) -> bool {
        !self.of_premises || row.on_spot || self.rule(row).is_none_or(|one| one.may_on_spot)
    }

    fn fault(&self, name: &str, index: &usize) -> &str {
        self.e.on(&format!("{name}_{index}"))
    }
}

/// A field for a photograph: its name, its label, and name and token of what is here already.
type Shot = (&'static str, String, Option<(String, String)>);

impl RoundForm {
    /// Photographs that come with it; one that was chosen twice is one.
    fn photographs(&self) -> usize {
        let shots = self.found.iter().map(|row| row.shots().len());
        let loose: HashSet<&str> = self
            .photos
            .iter()
            .map(|kept| kept.file.sha256.as_str())
            .collect();
        self.files.len() + loose.len() + shots.sum::<usize>()
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

/// Faults of answers and of findings stand under the ids of their fields.
fn faults(s: &Shell, problem: &youlin_kernel::Problem, f: &RoundForm) -> FormFaults {
    let mut e = FormFaults::of(s, problem);
    hazard::at_rows(&mut e, f);
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

/// The policies a round of such a kind to this subject may be handed in by. A talk has a page of its own.
pub(super) struct Offered {
    pub(super) choices: Vec<Choice>,
    /// Said where the one that was meant asks others to go.
    pub(super) not_yours: String,
}

/// Those the caller's round counts for, and for whoever plans also those of others: they write down what is told. `meant` is the
/// one it was begun from or is handed in by; it is offered as long as it is chosen.
pub(super) async fn policies_for(
    s: &Shell,
    app: &App,
    subject: &SubjectView,
    meant: &mut String,
    fits: impl Fn(RoundKind) -> bool,
) -> Result<Offered> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let mut choices = vec![Choice::new("", s.t("patrol-no-policy"))];
    let mut open = policies(app.db(), &scope).await?;
    let today = s.ctx().now().date();
    open.retain(|one| {
        one.runs_on(today)
            && one.community == subject.community
            && one.policy.subjects == subject.subject.kind
            && fits(one.policy.kind)
            && one.covers(subject.subject.id)
    });
    let (rounds, ctx) = (app.need::<Rounds>()?, s.ctx());
    let walker = Walker::of(&rounds, app.db().read(), ctx, ctx.now(), &open).await?;
    let plans = ctx.authorize(&ROUNDS_PLAN, subject.community).is_ok();
    let mut not_yours = String::new();
    for one in open {
        let (id, title) = (one.id.to_string(), one.title.clone());
        if walker.is_of(ctx, &one, subject) {
            choices.push(Choice::new(id, title));
        } else if plans {
            choices.push(Choice::new(
                id,
                s.t1("patrol-policy-of-others", "title", title),
            ));
        } else if *meant == id {
            not_yours = s.t1("patrol-policy-not-yours", "title", title);
            meant.clear();
        }
    }
    Ok(Offered { choices, not_yours })
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
    let offered = policies_for(&s, app, subject, &mut f.policy, |kind| {
        kind != RoundKind::Talk
    })
    .await?;
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
            folded(parts(&s, form, &f.typed, &f.files, &answered), &e)
        }
        None => Vec::new(),
    };
    let follows = asking.follows(&s, &mut f);
    let again = hazard::listed_again(app, asking, &f, &follows).await?;
    found::make_room(&mut f.found, asking.of_premises());
    Ok(FormPage {
        name: subject.name.clone(),
        note: ways::note_words(&s, kind_of(None, asking.form(), subject.subject.kind)),
        of_reach: asking.of_reach(),
        reach_end: subject.course.as_ref().map_or_else(String::new, |course| {
            youlin_places::rivers::chainage(course.line.length_m())
        }),
        of_premises: asking.of_premises(),
        offered: hazard::offered(&s, app, asking).await?,
        follows,
        again,
        reads: asking
            .form()
            .is_some_and(|form| checklists::reading_rules(&f.checklist, form).is_some()),
        titled: asking.form().map(|form| {
            let checklist = form.checklist();
            let title = youlin_checklist::word(&checklist.title, language);
            (title.to_owned(), checklist.version.clone())
        }),
        warning: warning(&s, asking.known.as_ref()),
        others,
        parts,
        notes: Vec::new(),
        policies: offered.choices,
        not_yours: offered.not_yours,
        gone: subject.closed_at.map_or_else(String::new, |at| {
            s.t1("patrol-subject-closed", "when", s.when(&at))
        }),
        may_plan: s.ctx().authorize(&ROUNDS_PLAN, subject.community).is_ok(),
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
        Some(known) if !known.exact => {
            let titled = super::checklists::titled(s, &known.name, &known.form);
            s.t1("checklist-read-by", "name", titled)
        }
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
        sent: true,
        id: text("id"),
        sheet: !upload.text("sheet").is_empty(),
        subject: text("subject"),
        checklist: text("checklist"),
        policy: text("policy"),
        channel: text("channel"),
        told_by: text("told_by"),
        on_behalf: text("on_behalf"),
        outcome: text("outcome"),
        began: text("began"),
        ended: text("ended"),
        text: text("text"),
        reason: text("reason"),
        found: Vec::new(),
        typed: Typed::read(upload),
        by_sentence: upload
            .starting_with("r_")
            .into_iter()
            .map(|(question, all)| (question, all.join(" ")))
            .collect(),
        files: BTreeMap::new(),
        photos: Vec::new(),
    };
    let mut shots = BTreeMap::new();
    let Ok(id) = f.id.parse::<Uuid>() else {
        f.found = found::read(upload, &shots);
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
    for (field, tokens) in upload.starting_with("kept_") {
        if let Some(kept) = tokens.first().and_then(|token| held(token)) {
            shots.insert(field, kept);
        }
    }
    for (field, file) in &upload.files {
        let kept = super::answer::keep(&asking.rounds, ctx, community, id, file.clone())?;
        match field.strip_prefix("p_") {
            Some(question) => drop(f.files.insert(question.to_owned(), kept)),
            None if found::is_shot(field) => drop(shots.insert(field.clone(), kept)),
            None => f.photos.push(kept),
        }
    }
    f.found = found::read(upload, &shots);
    name_files(&mut f);
    Ok(f)
}

/// The answers of files are their names.
fn name_files(f: &mut RoundForm) {
    let names: Vec<(String, String)> = f
        .files
        .iter()
        .map(|(question, kept)| (question.clone(), file_name(question, kept)))
        .collect();
    f.typed.values.extend(names);
}

/// `point_photo.2.jpg`, however the telephone called it.
fn file_name(question: &str, kept: &Kept) -> String {
    format!("{question}.{}", kept.file.content_type.extension())
}
