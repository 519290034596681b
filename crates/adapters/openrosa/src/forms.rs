//! Checklists as forms: with their frame, written once and kept.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use md5::{Digest, Md5};
use youlin_checklist::{Checklist, Form, Words, word};
use youlin_kernel::Locale;
use youlin_rounds::checklists::language;
use youlin_rounds::model::{Outcome, SubjectKind};
use youlin_web::{App, I18n};
use youlin_xforms::{Frame, Labels, Worded, write_framed_xform};

/// Kinds of subjects in the order they are asked.
pub(crate) const KINDS: [SubjectKind; 4] = [
    SubjectKind::Reach,
    SubjectKind::Premises,
    SubjectKind::Building,
    SubjectKind::Dwelling,
];
const OUTCOMES: [Outcome; 3] = [Outcome::Done, Outcome::Tried, Outcome::Skipped];
/// The lists beside each form.
pub(crate) const SUBJECTS: &str = "subjects";
pub(crate) const POLICIES: &str = "policies";

/// A checklist made ready.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) form: Arc<Form>,
    pub(crate) xml: Bytes,
    /// As the form list writes it.
    pub(crate) hash: String,
    title: OnceLock<String>,
}

impl Ready {
    pub(crate) fn new(app: &App, form: Arc<Form>) -> Self {
        let i18n = app.i18n();
        let labels = labels(i18n);
        let xml = write_framed_xform(&form, &labels, &frame(i18n, form.checklist()));
        Self {
            hash: hash(xml.as_bytes()),
            xml: Bytes::from(xml),
            form,
            title: OnceLock::new(),
        }
    }

    /// `id@version`.
    pub(crate) fn name(&self) -> String {
        format!("{}@{}", self.id(), self.version())
    }

    pub(crate) fn id(&self) -> &str {
        &self.form.checklist().id
    }

    pub(crate) fn version(&self) -> &str {
        &self.form.checklist().version
    }

    /// The kinds of places it can be asked of.
    pub(crate) fn asked_of(&self) -> impl Iterator<Item = SubjectKind> {
        asked_of(self.form.checklist())
    }

    /// In the form's own first language, as the form itself has it.
    pub(crate) fn title(&self) -> &str {
        self.title.get_or_init(|| {
            let checklist = self.form.checklist();
            let first = checklist.languages.first().map_or("", String::as_str);
            word(&checklist.title, first).to_owned()
        })
    }
}

/// As the standard writes hashes. It protects nothing: clients see by it whether something changed.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("md5:{}", hex::encode(Md5::digest(bytes)))
}

fn words(i18n: &I18n, key: &str) -> Words {
    let one = |locale: Locale| (language(locale).to_owned(), i18n.text(locale, key, &[]));
    [Locale::Zh, Locale::En].map(one).into()
}

fn labels(i18n: &I18n) -> Labels {
    let name = |locale: Locale| {
        let name = i18n.text(locale, "openrosa-language", &[]);
        (language(locale).to_owned(), name)
    };
    Labels {
        languages: [Locale::Zh, Locale::En].map(name).into(),
        yes: words(i18n, "yes"),
        no: words(i18n, "no"),
    }
}

/// What a checklist can be asked of; without a word about it, of anything.
fn asked_of(checklist: &Checklist) -> impl Iterator<Item = SubjectKind> {
    let all = &checklist.subjects;
    let of = move |kind: &SubjectKind| all.is_empty() || all.iter().any(|one| one == kind.as_str());
    KINDS.into_iter().filter(of)
}

fn frame(i18n: &I18n, checklist: &Checklist) -> Frame {
    let w = |key: &str| words(i18n, &format!("openrosa-ask-{key}"));
    let kinds: Vec<SubjectKind> = asked_of(checklist).collect();
    let kind = |kind: SubjectKind| -> Worded {
        let key = format!("openrosa-subject-{}", kind.as_str());
        (kind.as_str().to_owned(), words(i18n, &key))
    };
    let outcome = |outcome: Outcome| -> Worded {
        let key = format!("patrol-outcome-{}", outcome.as_str());
        (outcome.as_str().to_owned(), words(i18n, &key))
    };
    Frame {
        list: SUBJECTS.to_owned(),
        kind_label: w("kind"),
        kind: match kinds.as_slice() {
            [only] => only.as_str().to_owned(),
            _ => String::new(),
        },
        kinds: kinds.into_iter().map(kind).collect(),
        subject_label: w("subject"),
        subject_hint: w("subject-hint"),
        policies: POLICIES.to_owned(),
        policy_label: w("policy"),
        policy_hint: w("policy-hint"),
        outcome_label: w("outcome"),
        outcomes: OUTCOMES.map(outcome).into(),
        reason_label: w("reason"),
    }
}
