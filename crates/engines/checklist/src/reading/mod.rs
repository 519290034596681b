//! Answers out of a sentence.
//!
//! Somebody says 「河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口」, and the checklist fills for them to confirm. The text is cut
//! into clauses, each clause into known words; a topic with an amount, a denial or an assertion in its clause is an answer. What is
//! feared, asked, over, conditional, denied twice or said in two ways is not filled but named as unsure, and so is a topic of
//! which nothing is said. Every answer carries the words it came from. Which words mean what is data ([`ReadingRules`]).

mod clauses;
mod rules;

use std::collections::BTreeMap;

use clauses::{Clause, Said, clauses};
use rules::Lexicon;
pub use rules::{QuestionRule, ReadingRules, Sense, StateRule, Vocabulary};
use serde::{Deserialize, Serialize};

use crate::form::{Form, NodeKind};
use crate::value::Value;

/// A stretch of the text, in characters from 0; the end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: usize,
    pub to: usize,
}

impl Span {
    /// The words themselves.
    #[must_use]
    pub fn of(self, text: &str) -> String {
        text.chars()
            .skip(self.from)
            .take(self.to - self.from)
            .collect()
    }
}

/// An answer somebody has to confirm.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    pub question: String,
    pub value: Value,
    pub span: Span,
}

/// Why something that was talked of is not filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyUnsure {
    /// Maybe, it seems, one hears.
    Hedged,
    /// It is asked, not said.
    Asked,
    /// It was so once.
    Past,
    /// It was taken away meanwhile.
    Removed,
    /// If, lest, do not.
    Condition,
    /// Denied twice.
    Double,
    /// 没有大量: an amount is denied, which one there is was not said.
    AmountDenied,
    /// Said in two ways.
    Conflict,
    /// Named, and nothing said of it.
    Bare,
    /// There is some, the question wants to know how much.
    NoAmount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub span: Span,
    pub why: WhyUnsure,
}

/// A question the text talks of without saying enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsure {
    pub question: String,
    pub why: WhyUnsure,
    pub span: Span,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// At most one for each question, in the order of the text.
    pub filled: Vec<Filled>,
    pub unsure: Vec<Unsure>,
    /// Clauses nothing was read from; they stay in the note.
    pub rest: Vec<Span>,
}

/// A checklist's reader.
#[derive(Clone, Debug)]
pub struct Reader {
    lexicon: Lexicon,
    questions: Vec<Prepared>,
}

#[derive(Clone, Debug)]
struct Prepared {
    rule: QuestionRule,
    answers: BTreeMap<Sense, Value>,
    states: Vec<Value>,
    /// Answers that say more, each with the one it says more than.
    beyond: Vec<(Value, Value)>,
}

/// Longer texts are read up to here; a report of a patrol has a few hundred characters.
const LONGEST: usize = 4_000;

impl Reader {
    /// Prepares rules for a checklist.
    ///
    /// # Errors
    /// Names of questions the checklist does not have outside repeats, and of answers that are none.
    pub fn new(form: &Form, rules: &ReadingRules) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut questions = Vec::new();
        for rule in &rules.questions {
            let node = form
                .node(&rule.question)
                .filter(|node| node.repeats.is_empty());
            let Some(NodeKind::Field(field)) = node.map(|node| &node.kind) else {
                faults.push(rule.question.clone());
                continue;
            };
            let mut answer = |text: &str| {
                let value = Value::parse(&field.kind, text).ok().flatten();
                let known = form.choices(&field.kind);
                let fits = known
                    .is_none_or(|known| text.split_whitespace().all(|one| known.contains(&one)));
                if value.is_none() || !fits {
                    faults.push(format!("{}={text}", rule.question));
                }
                value
            };
            let answers = rule
                .answers
                .iter()
                .filter_map(|(sense, text)| Some((*sense, answer(text)?)));
            let answers = answers.collect();
            let states = rule
                .states
                .iter()
                .filter_map(|state| answer(&state.answer))
                .collect();
            let more = rule.states.iter().filter_map(|state| {
                let less = answer(state.beyond.as_ref()?)?;
                Some((answer(&state.answer)?, less))
            });
            let beyond = more.collect();
            questions.push(Prepared {
                rule: rule.clone(),
                answers,
                states,
                beyond,
            });
        }
        if faults.is_empty() {
            Ok(Self {
                lexicon: Lexicon::new(&rules.vocabulary),
                questions,
            })
        } else {
            Err(faults)
        }
    }

    /// Reads a text.
    #[must_use]
    pub fn read(&self, text: &str) -> Reading {
        let chars: Vec<char> = text.chars().take(LONGEST).collect();
        let clauses = clauses(&chars, &self.lexicon);
        let mut reading = Reading::default();
        let mut used = vec![false; clauses.len()];
        for prepared in &self.questions {
            let mut said: Vec<(Value, Span)> = Vec::new();
            let mut doubts: Vec<Doubt> = Vec::new();
            for (at, clause) in clauses.iter().enumerate() {
                match prepared.look(clause) {
                    Some(Ok(found)) => said.push(found),
                    Some(Err(doubt)) => doubts.push(doubt),
                    None => continue,
                }
                used[at] = true;
            }
            prepared.settle(&said, &doubts, &mut reading);
        }
        reading.filled.sort_by_key(|one| one.span.from);
        reading.unsure.sort_by_key(|one| one.span.from);
        let rest = clauses.iter().zip(used).filter(|(_, used)| !used);
        reading.rest = rest.map(|(clause, _)| clause.span).collect();
        reading
    }
}

impl Prepared {
    /// What a clause says of this question; nothing when it does not talk of it.
    fn look(&self, clause: &Clause) -> Option<Result<(Value, Span), Doubt>> {
        let names = |all: &[String]| clause.holds_all(all);
        if self
            .rule
            .unless
            .iter()
            .any(|one| names(std::slice::from_ref(one)).is_some())
        {
            return None;
        }
        let topic = self.rule.topics.iter().find_map(|topic| names(topic));
        let topic = topic.map(|span| self.topic(clause, span));
        match (topic, self.state(clause)) {
            (Some(Ok(found)), Some(Ok(more))) if self.is_beyond(&more.0, &found.0) => {
                Some(Ok(more))
            }
            (Some(Ok(found)), _) => Some(Ok(found)),
            (topic, state) => state.or(topic),
        }
    }

    /// Whether one answer says more than another.
    fn is_beyond(&self, more: &Value, less: &Value) -> bool {
        let mut beyond = self.beyond.iter();
        beyond.any(|(one, other)| one == more && other == less)
    }

    /// What a word says by itself; denied, it says something nobody knows.
    fn state(&self, clause: &Clause) -> Option<Result<(Value, Span), Doubt>> {
        for (state, value) in self.rule.states.iter().zip(&self.states) {
            let Some(span) = clause.holds_all(&state.all) else {
                continue;
            };
            let doubt = clause.doubt.or(match clause.said {
                Said::Denied(_) | Said::Double(_) => Some(WhyUnsure::Double),
                _ => None,
            });
            return Some(match doubt {
                Some(why) => Err(Doubt { span, why }),
                None => Ok((value.clone(), span)),
            });
        }
        None
    }

    fn topic(&self, clause: &Clause, span: Span) -> Result<(Value, Span), Doubt> {
        let whole = clause.with_said(span);
        let doubt = |why| Err(Doubt { span: whole, why });
        if let Some(why) = clause.doubt {
            return doubt(why);
        }
        let sense = match clause.said {
            Said::Nothing => return doubt(WhyUnsure::Bare),
            Said::Double(_) => return doubt(WhyUnsure::Double),
            Said::AmountDenied(_) => return doubt(WhyUnsure::AmountDenied),
            Said::Amounts(_) => return doubt(WhyUnsure::Conflict),
            Said::Denied(_) => Sense::None,
            Said::Present(_) => Sense::Present,
            Said::Amount(sense, _) => sense,
        };
        // Any amount is presence to a question that does not ask how much.
        let direct = self.answers.get(&sense);
        let by_presence = match sense {
            Sense::None | Sense::Present => None,
            _ => self.answers.get(&Sense::Present),
        };
        match direct.or(by_presence) {
            Some(value) => Ok((value.clone(), whole)),
            None => doubt(WhyUnsure::NoAmount),
        }
    }

    fn settle(&self, said: &[(Value, Span)], doubts: &[Doubt], reading: &mut Reading) {
        let question = &self.rule.question;
        let outdone = |one: &Value| said.iter().any(|(more, _)| self.is_beyond(more, one));
        let mut left = said.iter().filter(|(one, _)| !outdone(one));
        let mut unsure = |span, why| {
            reading.unsure.push(Unsure {
                question: question.clone(),
                why,
                span,
            });
        };
        // What is over does not speak against what is now; every other doubt does.
        let stands = |doubt: &&Doubt| {
            !matches!(
                doubt.why,
                WhyUnsure::Past | WhyUnsure::Removed | WhyUnsure::Bare
            )
        };
        let blocking = doubts.iter().find(stands);
        match (left.next(), blocking) {
            (Some((value, span)), None) => match left.find(|(other, _)| other != value) {
                Some((_, other)) => {
                    let (from, to) = (span.from.min(other.from), span.to.max(other.to));
                    unsure(Span { from, to }, WhyUnsure::Conflict);
                }
                None => reading.filled.push(Filled {
                    question: question.clone(),
                    value: value.clone(),
                    span: *span,
                }),
            },
            (_, Some(doubt)) => unsure(doubt.span, doubt.why),
            (None, None) => {
                if let Some(doubt) = doubts.first() {
                    unsure(doubt.span, doubt.why);
                }
            }
        }
    }
}
