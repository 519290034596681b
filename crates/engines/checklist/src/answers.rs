//! The answers of one round, and their JSON.
//!
//! JSON holds texts as XForms writes them (`"3.1"`, `"yes"`, `"a b"`, `"32.01 120.86 0 5"`); numbers, true and false, and lists of
//! choices are taken too. A repeat is a list of objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::form::{Form, NodeKind};
use crate::validate::{AnswerFault, Wrong};
use crate::value::Value;

/// Answers by the names of their questions. Groups do not nest, repeats do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    pub values: BTreeMap<String, Value>,
    pub repeats: BTreeMap<String, Vec<Self>>,
}

/// Repeats in repeats in … deeper is no form anybody fills.
const DEEPEST: usize = 8;
/// Instances of one repeat.
pub(crate) const MOST_INSTANCES: usize = 5_000;

impl Answers {
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    #[must_use]
    pub fn with_repeat(mut self, name: &str, all: Vec<Self>) -> Self {
        self.repeats.insert(name.to_owned(), all);
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.repeats.values().all(Vec::is_empty)
    }

    /// The files named in answers.
    #[must_use]
    pub fn files(&self) -> Vec<&str> {
        let own = self.values.values().filter_map(|value| match value {
            Value::File(name) => Some(name.as_str()),
            _ => None,
        });
        let below = self.repeats.values().flatten().flat_map(Self::files);
        own.chain(below).collect()
    }
}

/// Answers out of JSON, with what could not be read. What the form does not know is named, not lost silently.
#[must_use]
pub fn read_answers(form: &Form, json: &Json) -> (Answers, Vec<AnswerFault>) {
    let mut faults = Vec::new();
    let answers = match json {
        Json::Object(object) => read_object(form, object, &mut Vec::new(), &mut faults),
        _ => {
            faults.push(AnswerFault::new("", &[], Wrong::NotAnObject));
            Answers::default()
        }
    };
    (answers, faults)
}

fn read_object(
    form: &Form,
    object: &Map<String, Json>,
    at: &mut Vec<u32>,
    faults: &mut Vec<AnswerFault>,
) -> Answers {
    let mut answers = Answers::default();
    for (name, json) in object {
        let Some(node) = form.node(name) else {
            faults.push(AnswerFault::new(name, at, Wrong::UnknownQuestion));
            continue;
        };
        // Of another depth than the form has it.
        let fits = node.repeats.len() == at.len();
        match (&node.kind, json) {
            _ if !fits => faults.push(AnswerFault::new(name, at, Wrong::WrongPlace)),
            (NodeKind::Repeat { .. }, Json::Array(all)) => {
                let all = read_repeat(form, name, all, at, faults);
                answers.repeats.insert(name.clone(), all);
            }
            (NodeKind::Field(field), json) => match plain(json) {
                Some(text) => match Value::parse(&field.kind, &text) {
                    Ok(Some(value)) => {
                        answers.values.insert(name.clone(), value);
                    }
                    Ok(None) => {}
                    Err(fault) => faults.push(AnswerFault::new(name, at, Wrong::Unreadable(fault))),
                },
                None => faults.push(AnswerFault::new(name, at, Wrong::WrongPlace)),
            },
            _ => faults.push(AnswerFault::new(name, at, Wrong::WrongPlace)),
        }
    }
    answers
}

fn read_repeat(
    form: &Form,
    name: &str,
    all: &[Json],
    at: &mut Vec<u32>,
    faults: &mut Vec<AnswerFault>,
) -> Vec<Answers> {
    let mut found = Vec::new();
    if all.len() > MOST_INSTANCES || at.len() >= DEEPEST {
        faults.push(AnswerFault::new(name, at, Wrong::TooMany));
        return found;
    }
    for (number, one) in (1u32..).zip(all) {
        at.push(number);
        match one {
            Json::Object(object) => found.push(read_object(form, object, at, faults)),
            _ => faults.push(AnswerFault::new(name, at, Wrong::NotAnObject)),
        }
        at.pop();
    }
    found
}

/// The text of a JSON answer.
fn plain(json: &Json) -> Option<String> {
    match json {
        Json::Null => Some(String::new()),
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Json::Array(all) => {
            let all: Option<Vec<&str>> = all.iter().map(Json::as_str).collect();
            Some(all?.join(" "))
        }
        Json::Object(_) => None,
    }
}

/// Answers as JSON; [`read_answers`] reads them back.
#[must_use]
pub fn write_answers(answers: &Answers) -> Json {
    let mut object = Map::new();
    for (name, value) in &answers.values {
        object.insert(name.clone(), Json::String(value.to_string()));
    }
    for (name, all) in &answers.repeats {
        object.insert(name.clone(), all.iter().map(write_answers).collect());
    }
    Json::Object(object)
}
