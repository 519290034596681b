//! What a round asks before its checklist: what it went to, how it ended, when. Foreign clients know nothing of rounds, so
//! the form itself has to ask; the checklist stands in a group that is asked only when the round took place.
//!
//! The subject is chosen from a list that comes beside the form (`select_one_from_file` of XLSForm, an entity list of ODK), so
//! the form is the same for everybody and only the list is one's own.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use youlin_checklist::Words;

use crate::submission::Submission;

/// Names of the frame's own questions; none of a checklist may be called so.
const KIND: &str = "youlin_kind";
const SUBJECT: &str = "youlin_subject";
const POLICY: &str = "youlin_policy";
const OUTCOME: &str = "youlin_outcome";
const REASON: &str = "youlin_reason";
const BEGAN: &str = "youlin_began";
const ENDED: &str = "youlin_ended";
/// The group the checklist stands in.
pub(crate) const GROUP: &str = "youlin_round";

/// A choice: its value and its words.
pub type Worded = (String, Words);

/// See the module's text. All words are the caller's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Name of the list of subjects; the file beside the form is called `<list>.csv`, with columns `name`, `label`, `kind`.
    pub list: String,
    pub kind_label: Words,
    /// Kinds of subjects. The only one is not asked about.
    pub kinds: Vec<Worded>,
    /// The kind that is meant before anybody says so.
    pub kind: String,
    pub subject_label: Words,
    pub subject_hint: Words,
    /// Name of the list of what asked for the round, with the same columns; nobody has to choose one.
    pub policies: String,
    pub policy_label: Words,
    pub policy_hint: Words,
    pub outcome_label: Words,
    /// How a round may end; the checklist is asked with the first one only.
    pub outcomes: Vec<Worded>,
    /// Asked with all others.
    pub reason_label: Words,
}

/// What was answered to a frame, as texts; empty where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framed {
    pub kind: String,
    pub subject: String,
    pub policy: String,
    pub outcome: String,
    pub reason: String,
    /// Dates with times and their distance from UTC.
    pub began: String,
    pub ended: String,
}

/// The parts a frame adds to a form.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Elements before the group.
    pub instance: String,
    /// Beside the main instance.
    pub external: String,
    pub binds: String,
    pub body: String,
    pub texts: Vec<(String, Words)>,
}

impl Frame {
    fn first(&self) -> &str {
        self.outcomes.first().map_or("", |(value, _)| value)
    }

    pub(crate) fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        for list in [&self.list, &self.policies] {
            let list = escape(list.as_str());
            let _ok = write!(
                parts.external,
                "<instance id=\"{list}\" src=\"jr://file-csv/{list}.csv\"/>"
            );
        }
        let _ok = write!(
            parts.instance,
            "<{BEGAN}/><{ENDED}/><{KIND}>{}</{KIND}><{SUBJECT}/><{POLICY}/><{OUTCOME}>{}</{OUTCOME}><{REASON}/>",
            escape(&self.kind),
            escape(self.first())
        );
        for (name, which) in [(BEGAN, "start"), (ENDED, "end")] {
            let _ok = write!(
                parts.binds,
                "<bind nodeset=\"/data/{name}\" type=\"dateTime\" jr:preload=\"timestamp\" jr:preloadParams=\"{which}\"/>"
            );
        }
        let outcome = format!("/data/{OUTCOME}");
        let left_out = format!("{outcome} != '{}'", self.first());
        let _ok = write!(
            parts.binds,
            "<bind nodeset=\"/data/{KIND}\" type=\"string\" required=\"true()\"/>\
             <bind nodeset=\"/data/{SUBJECT}\" type=\"string\" required=\"true()\"/>\
             <bind nodeset=\"/data/{POLICY}\" type=\"string\"/>\
             <bind nodeset=\"{outcome}\" type=\"string\" required=\"true()\"/>\
             <bind nodeset=\"/data/{REASON}\" type=\"string\" required=\"true()\" relevant=\"{0}\"/>\
             <bind nodeset=\"/data/{GROUP}\" relevant=\"{outcome} = '{1}'\"/>",
            escape(&left_out),
            escape(self.first()),
        );
        if self.kinds.len() > 1 {
            self.choice(&mut parts, KIND, &self.kind_label, &self.kinds);
        }
        let hint = (&self.subject_label, &self.subject_hint);
        self.listed(&mut parts, SUBJECT, &self.list, hint);
        let hint = (&self.policy_label, &self.policy_hint);
        self.listed(&mut parts, POLICY, &self.policies, hint);
        self.choice(&mut parts, OUTCOME, &self.outcome_label, &self.outcomes);
        let label = parts.text(format!("/data/{REASON}:label"), &self.reason_label);
        let _ok = write!(
            parts.body,
            "<input ref=\"/data/{REASON}\"><label ref=\"{label}\"/></input>"
        );
        parts
    }

    fn choice(&self, parts: &mut Parts, name: &str, label: &Words, choices: &[Worded]) {
        let label = parts.text(format!("/data/{name}:label"), label);
        let _ok = write!(
            parts.body,
            "<select1 ref=\"/data/{name}\"><label ref=\"{label}\"/>"
        );
        for (value, words) in choices {
            let label = parts.text(format!("/data/{name}/{value}:label"), words);
            let _ok = write!(
                parts.body,
                "<item><label ref=\"{label}\"/><value>{}</value></item>",
                escape(value)
            );
        }
        parts.body.push_str("</select1>");
    }

    fn listed(&self, parts: &mut Parts, name: &str, list: &str, words: (&Words, &Words)) {
        let label = parts.text(format!("/data/{name}:label"), words.0);
        let hint = parts.text(format!("/data/{name}:hint"), words.1);
        let _ok = write!(
            parts.body,
            "<select1 ref=\"/data/{name}\" appearance=\"minimal autocomplete\"><label ref=\"{label}\"/><hint ref=\"{hint}\"/>\
             <itemset nodeset=\"instance('{}')/root/item[kind = /data/{KIND}]\"><value ref=\"name\"/><label ref=\"label\"/>\
             </itemset></select1>",
            escape(list)
        );
    }
}

impl Parts {
    fn text(&mut self, id: String, words: &Words) -> String {
        let reference = format!("jr:itext('{id}')");
        self.texts.push((id, words.clone()));
        reference
    }
}

impl Framed {
    /// Takes what was answered to the frame out of what the checklist does not ask for.
    #[must_use]
    pub fn take(submission: &mut Submission) -> Self {
        let mut framed = Self::default();
        submission.unknown.retain(|one| {
            let name = one.path.trim_start_matches('/');
            match framed.part(name) {
                Some(part) => {
                    one.text.trim().clone_into(part);
                    false
                }
                None => true,
            }
        });
        framed
    }

    fn part(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            KIND => &mut self.kind,
            SUBJECT => &mut self.subject,
            POLICY => &mut self.policy,
            OUTCOME => &mut self.outcome,
            REASON => &mut self.reason,
            BEGAN => &mut self.began,
            ENDED => &mut self.ended,
            _ => return None,
        })
    }

    pub(crate) fn write(&self, out: &mut String) {
        for (name, text) in [
            (BEGAN, &self.began),
            (ENDED, &self.ended),
            (KIND, &self.kind),
            (SUBJECT, &self.subject),
            (POLICY, &self.policy),
            (OUTCOME, &self.outcome),
            (REASON, &self.reason),
        ] {
            let _ok = write!(out, "<{name}>{}</{name}>", escape(text.as_str()));
        }
    }
}
