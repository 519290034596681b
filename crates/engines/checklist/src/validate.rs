//! What is wrong with answers.

use thiserror::Error;

use crate::answers::{Answers, MOST_INSTANCES};
use crate::evaluate::{Now, Place, State};
use crate::expr::Expr;
use crate::form::{Field, Form, NodeKind};
use crate::model::{Kind, Question, Words};
use crate::value::{Value, ValueFault};

/// A fault of one answer, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerFault {
    pub question: String,
    /// Instances of its repeats, from 1.
    pub place: Place,
    pub what: Wrong,
}

impl AnswerFault {
    pub(crate) fn new(question: &str, place: &[u32], what: Wrong) -> Self {
        Self {
            question: question.to_owned(),
            place: place.to_vec(),
            what,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    #[error("not answered")]
    Missing,
    /// With the checklist's own words, if it has any.
    #[error("does not meet the constraint")]
    Constraint(Words),
    #[error("'{0}' is no choice")]
    NoSuchChoice(String),
    #[error("cannot be read: {0}")]
    Unreadable(ValueFault),
    #[error("is an answer of another kind")]
    OtherKind,
    #[error("stands {found} times, not {wanted}")]
    Count { wanted: u32, found: u32 },
    #[error("stands too many times")]
    TooMany,
    #[error("no question of this version is called so")]
    UnknownQuestion,
    #[error("stands at another place of the checklist")]
    WrongPlace,
    #[error("not an object of answers")]
    NotAnObject,
}

impl Wrong {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Constraint(_) => "constraint",
            Self::NoSuchChoice(_) => "no-such-choice",
            Self::Unreadable(fault) => fault.code(),
            Self::OtherKind => "other-kind",
            Self::Count { .. } => "count",
            Self::TooMany => "too-many",
            Self::UnknownQuestion => "unknown-question",
            Self::WrongPlace => "wrong-place",
            Self::NotAnObject => "not-an-object",
        }
    }
}

impl Form {
    /// All faults of the answers that stand, in the order of the checklist. `state` is what [`Form::evaluate`] gave for them.
    #[must_use]
    pub fn validate(&self, answers: &Answers, state: &State) -> Vec<AnswerFault> {
        let mut faults = Vec::new();
        self.unknown(answers, &mut Vec::new(), &mut faults);
        for (at, node) in self.nodes.iter().enumerate() {
            for (place, _) in state.places[at].iter().filter(|(_, stands)| **stands) {
                match &node.kind {
                    NodeKind::Field(field) => {
                        let wrong = self.field_fault(at, field, place, state);
                        faults.extend(wrong.map(|what| AnswerFault::new(&node.name, place, what)));
                    }
                    NodeKind::Repeat { count: Some(count) } => {
                        let wanted = self
                            .number_at(count, (&node.repeats, place), state)
                            .unwrap_or(0);
                        let found = state.instances(self, at, place) as u32;
                        if wanted != found {
                            let what = Wrong::Count { wanted, found };
                            faults.push(AnswerFault::new(&node.name, place, what));
                        }
                    }
                    _ => {}
                }
            }
        }
        faults
    }

    /// What is wrong with an answer to one question by itself. A constraint that asks other questions too says nothing here:
    /// nobody answered those.
    #[must_use]
    pub fn alone(&self, question: &str, value: &Value, now: Now) -> Option<Wrong> {
        let at = self.place(question)?;
        let NodeKind::Field(field) = &self.nodes[at].kind else {
            return None;
        };
        let (state, place) = State::of_one(self, at, value, now);
        self.field_fault(at, field, &place, &state)
            .filter(|wrong| !asks_others(at, field) || !matches!(wrong, Wrong::Constraint(_)))
    }

    /// The question as one of a checklist that asks nothing else: what [`Form::alone`] finds wrong with an answer is wrong there.
    #[must_use]
    pub fn by_itself(&self, question: &str) -> Option<Question> {
        let at = self.place(question)?;
        let NodeKind::Field(field) = &self.nodes[at].kind else {
            return None;
        };
        let Question {
            name,
            kind,
            label,
            constraint,
            constraint_message,
            ..
        } = field.question.clone();
        let (constraint, constraint_message) = match asks_others(at, field) {
            true => Default::default(),
            false => (constraint, constraint_message),
        };
        Some(Question {
            name,
            kind,
            label,
            constraint,
            constraint_message,
            ..Question::default()
        })
    }

    /// The first answer that is none of the question's choices.
    pub(crate) fn no_choice<'a>(&self, field: &Field, value: &'a Value) -> Option<&'a str> {
        let known = self.choices(&field.kind).unwrap_or_default();
        let chosen = match value {
            Value::Choice(one) => std::slice::from_ref(one),
            Value::Choices(all) => &all[..],
            _ => &[],
        };
        let mut chosen = chosen.iter().map(String::as_str);
        chosen.find(|one| !known.contains(one))
    }

    fn field_fault(&self, at: usize, field: &Field, place: &Place, state: &State) -> Option<Wrong> {
        let node = &self.nodes[at];
        let here = (&node.repeats[..], &place[..]);
        let Some(value) = state.value_at(at, place) else {
            let required = field.required.as_ref()?;
            let is_asked = !matches!(field.kind, Kind::Note | Kind::Calculate);
            return (is_asked && self.truth_at(required, here, None, state))
                .then_some(Wrong::Missing);
        };
        if !fits(&field.kind, value) {
            return Some(Wrong::OtherKind);
        }
        if let Some(other) = self.no_choice(field, value) {
            return Some(Wrong::NoSuchChoice(other.to_owned()));
        }
        let constraint = field.constraint.as_ref()?;
        let holds = self.truth_at(constraint, here, Some(at), state);
        (!holds).then(|| Wrong::Constraint(field.question.constraint_message.clone()))
    }

    /// Answers of names the checklist does not have, or has elsewhere.
    fn unknown(&self, answers: &Answers, place: &mut Place, faults: &mut Vec<AnswerFault>) {
        let mut look = |name: &String, place: &Place, is_repeat: bool| {
            let what = match self.node(name) {
                None => Wrong::UnknownQuestion,
                Some(node) => {
                    let is_kind = matches!(node.kind, NodeKind::Repeat { .. }) == is_repeat
                        && !matches!(node.kind, NodeKind::Group);
                    if is_kind && node.repeats.len() == place.len() {
                        return;
                    }
                    Wrong::WrongPlace
                }
            };
            faults.push(AnswerFault::new(name, place, what));
        };
        for name in answers.values.keys() {
            look(name, place, false);
        }
        for name in answers.repeats.keys() {
            look(name, place, true);
        }
        for (name, all) in &answers.repeats {
            if all.len() > MOST_INSTANCES {
                faults.push(AnswerFault::new(name, place, Wrong::TooMany));
                continue;
            }
            for (number, one) in (1u32..).zip(all) {
                place.push(number);
                self.unknown(one, place, faults);
                place.pop();
            }
        }
    }
}

/// Whether its constraint asks other questions too.
fn asks_others(at: usize, field: &Field) -> bool {
    let mut others = false;
    if let Some(constraint) = &field.constraint {
        constraint.walk(&mut |part| {
            others |= matches!(part, Expr::Ref { node, .. } if *node != at);
        });
    }
    others
}

fn fits(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text | Kind::Barcode, Value::Text(_))
        | (Kind::Decimal, Value::Number(_))
        | (Kind::YesNo, Value::YesNo(_))
        | (Kind::One { .. }, Value::Choice(_))
        | (Kind::Many { .. }, Value::Choices(_))
        | (Kind::Date, Value::Date(_))
        | (Kind::Time, Value::Time(_))
        | (Kind::DateTime, Value::DateTime(_))
        | (Kind::Photo | Kind::Signature, Value::File(_))
        | (Kind::Position, Value::Position(_))
        | (Kind::Track, Value::Track(_))
        | (Kind::Calculate, _) => true,
        (Kind::Integer, Value::Number(number)) => number.is_whole(),
        _ => false,
    }
}
