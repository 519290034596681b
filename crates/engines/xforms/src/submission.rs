//! A filled form as ODK Collect and other OpenRosa clients send it.
//!
//! Answers are mapped by the names of their questions, wherever groups put them: a submission of an older version keeps what the newer
//! form still asks, and names the rest. Nothing of it is lost: unknown answers come back with their paths.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use thiserror::Error;
use youlin_checklist::{AnswerFault, Answers, Form, NodeKind, Value, Wrong};

use crate::frame::{Framed, GROUP};
use crate::tree::{Element, tree};
use crate::xform::children;

/// What a submission says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    pub form_id: String,
    pub version: String,
    /// `uuid:…`; the same again is the same submission.
    pub instance_id: String,
    /// The submission this one replaces, when it was edited.
    pub deprecated_id: Option<String>,
}

/// An answer the form does not ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub path: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Submission {
    pub meta: Meta,
    pub answers: Answers,
    pub unknown: Vec<Unknown>,
    /// Answers that could not be read; their texts are in `unknown`.
    pub faults: Vec<AnswerFault>,
}

/// Why bytes are no submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SubmissionFault {
    #[error("not sound XML, or larger than a submission is")]
    NotXml,
    #[error("the root names no form")]
    NoForm,
    #[error("there is no instanceID")]
    NoInstance,
}

/// Submissions hold answers, no files: larger ones are none.
const LARGEST: usize = 20_000_000;

/// A filled form that came, before it is known which form it fills.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What it says of itself.
    pub meta: Meta,
    root: Element,
}

impl Instance {
    /// # Errors
    /// See [`SubmissionFault`].
    pub fn read(xml: &str) -> Result<Self, SubmissionFault> {
        let root = parsed(xml)?;
        let meta = meta(&root)?;
        Ok(Self { meta, root })
    }

    /// Its answers, read by the form or by another version of it.
    #[must_use]
    pub fn submission(&self, form: &Form) -> Submission {
        let mut submission = Submission {
            meta: self.meta.clone(),
            ..Submission::default()
        };
        let mut answers = Answers::default();
        let mut walk = Walk {
            form,
            path: String::new(),
            place: Vec::new(),
            submission: &mut submission,
        };
        walk.children(&self.root, &mut answers);
        submission.answers = answers;
        submission
    }
}

fn parsed(xml: &str) -> Result<Element, SubmissionFault> {
    if xml.len() > LARGEST {
        return Err(SubmissionFault::NotXml);
    }
    let xml = xml.strip_prefix('\u{feff}').unwrap_or(xml);
    tree(xml).ok_or(SubmissionFault::NotXml)
}

fn meta(root: &Element) -> Result<Meta, SubmissionFault> {
    let form_id = root.attribute("id").filter(|id| !id.is_empty());
    let part = |name: &str| {
        let found = root.child("meta").and_then(|meta| meta.child(name));
        found
            .map(|one| one.text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let own = root.attribute("instanceID").map(str::to_owned);
    Ok(Meta {
        form_id: form_id.ok_or(SubmissionFault::NoForm)?.to_owned(),
        version: root.attribute("version").unwrap_or_default().to_owned(),
        instance_id: part("instanceID")
            .or(own)
            .ok_or(SubmissionFault::NoInstance)?,
        deprecated_id: part("deprecatedID"),
    })
}

struct Walk<'a> {
    form: &'a Form,
    path: String,
    place: Vec<u32>,
    submission: &'a mut Submission,
}

impl Walk<'_> {
    fn children(&mut self, element: &Element, answers: &mut Answers) {
        for child in &element.children {
            let is_meta = child.name == "meta" && self.path.is_empty();
            if is_meta || child.attribute("template").is_some() {
                continue;
            }
            let length = self.path.len();
            let _ok = write!(self.path, "/{}", child.name);
            self.one(child, answers);
            self.path.truncate(length);
        }
    }

    fn one(&mut self, element: &Element, answers: &mut Answers) {
        let node = self.form.node(&element.name);
        let is_here = node.is_some_and(|node| node.repeats.len() == self.place.len());
        match node.map(|node| &node.kind) {
            Some(NodeKind::Field(field)) if is_here && element.children.is_empty() => {
                match Value::parse(&field.kind, &element.text) {
                    Ok(Some(value)) => {
                        answers.values.insert(element.name.clone(), value);
                    }
                    Ok(None) => {}
                    Err(fault) => {
                        self.keep(element);
                        self.submission.faults.push(AnswerFault {
                            question: element.name.clone(),
                            place: self.place.clone(),
                            what: Wrong::Unreadable(fault),
                        });
                    }
                }
            }
            Some(NodeKind::Repeat { .. }) if is_here => {
                let before = answers.repeats.get(&element.name).map_or(0, Vec::len);
                self.place.push(before as u32 + 1);
                let mut inner = Answers::default();
                self.children(element, &mut inner);
                self.place.pop();
                answers
                    .repeats
                    .entry(element.name.clone())
                    .or_default()
                    .push(inner);
            }
            // Groups of this version or another: what stands in them counts.
            _ if !element.children.is_empty() => self.children(element, answers),
            Some(NodeKind::Group) => {}
            _ => self.keep(element),
        }
    }

    fn keep(&mut self, element: &Element) {
        // The number of a repeat's instances is worked out, not answered.
        let is_count = element.name.strip_suffix("_count").is_some_and(|name| {
            matches!(
                self.form.node(name).map(|node| &node.kind),
                Some(NodeKind::Repeat { .. })
            )
        });
        if !element.text.trim().is_empty() && !is_count {
            let place: String = self
                .place
                .iter()
                .map(|number| format!("[{number}]"))
                .collect();
            self.submission.unknown.push(Unknown {
                path: format!("{}{place}", self.path),
                text: element.text.clone(),
            });
        }
    }
}

/// The filled form as XML; [`Instance`] reads it back.
#[must_use]
pub fn write_submission(form: &Form, answers: &Answers, meta: &Meta) -> String {
    write(form, answers, meta, None)
}

/// The same with what was answered to the form's frame.
#[must_use]
pub fn write_framed_submission(
    form: &Form,
    answers: &Answers,
    meta: &Meta,
    framed: &Framed,
) -> String {
    write(form, answers, meta, Some(framed))
}

fn write(form: &Form, answers: &Answers, meta: &Meta, framed: Option<&Framed>) -> String {
    let mut out = String::from("<?xml version='1.0' ?>");
    let _ok = write!(
        out,
        "<data id=\"{}\" version=\"{}\" xmlns:orx=\"http://openrosa.org/xforms\">",
        escape(&meta.form_id),
        escape(&meta.version)
    );
    if let Some(framed) = framed {
        framed.write(&mut out);
        let _ok = write!(out, "<{GROUP}>");
        level(form, None, answers, &mut out);
        let _ok = write!(out, "</{GROUP}>");
    } else {
        level(form, None, answers, &mut out);
    }
    let _ok = write!(
        out,
        "<orx:meta><orx:instanceID>{}</orx:instanceID>",
        escape(&meta.instance_id)
    );
    if let Some(id) = &meta.deprecated_id {
        let _ok = write!(out, "<orx:deprecatedID>{}</orx:deprecatedID>", escape(id));
    }
    out.push_str("</orx:meta></data>");
    out
}

fn level(form: &Form, parent: Option<usize>, answers: &Answers, out: &mut String) {
    for at in children(form, parent) {
        let node = &form.nodes()[at];
        let name = &node.name;
        match &node.kind {
            NodeKind::Field(_) => match answers.values.get(name) {
                Some(value) => {
                    let text = value.to_string();
                    let _ok = write!(out, "<{name}>{}</{name}>", escape(&text));
                }
                None => {
                    let _ok = write!(out, "<{name}/>");
                }
            },
            NodeKind::Group => {
                let _ok = write!(out, "<{name}>");
                level(form, Some(at), answers, out);
                let _ok = write!(out, "</{name}>");
            }
            NodeKind::Repeat { .. } => {
                for one in answers.repeats.get(name).into_iter().flatten() {
                    let _ok = write!(out, "<{name}>");
                    level(form, Some(at), one, out);
                    let _ok = write!(out, "</{name}>");
                }
            }
        }
    }
}
