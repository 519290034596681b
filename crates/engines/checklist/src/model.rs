//! A checklist as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::score::Worth;

/// One text in several languages, by their codes (`zh-CN`, `en`).
pub type Words = BTreeMap<String, String>;

/// The text in the wanted language, else in the first there is.
#[must_use]
pub fn word<'a>(words: &'a Words, language: &str) -> &'a str {
    let found = words.get(language).or_else(|| words.values().next());
    found.map_or("", String::as_str)
}

/// What a checklist is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Draft,
    InUse,
    /// Shows how; to be replaced by what holds at the place.
    Example,
    Retired,
}

/// A version of a checklist. A version in use is never edited: a change makes the next one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checklist {
    /// Letters, digits, `-`, `_`; the same for all versions.
    pub id: String,
    pub version: String,
    #[serde(default)]
    pub status: Status,
    /// Codes of its languages, the first one is the default.
    pub languages: Vec<String>,
    pub title: Words,
    /// The kind of round that asks it, in the words of whoever asks: `patrol`. Empty: any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What it can be asked of, in the words of whoever asks: `reach`, `dwelling`. Empty: anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// What it follows: documents by name and number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Of the points there were to get, the share from which on a place passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_percent: Option<u32>,
    /// Lists of choices by name.
    #[serde(default)]
    pub choices: BTreeMap<String, Vec<Choice>>,
    pub items: Vec<Item>,
    #[serde(default)]
    pub findings: Vec<FindingRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub name: String,
    pub label: Words,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are questions: a box would only stand in every pattern"
)]
pub enum Item {
    Question(Question),
    Group(Group),
}

/// Questions that belong together. Its name is as unique as a question's: answers do not nest in groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    pub name: String,
    pub label: Words,
    pub relevant: String,
    /// Asked again and again: for each stall, each point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repeat {
    /// How often, when that follows from answers; else as often as wanted.
    pub count: String,
}

/// One question. Expressions are empty when there are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    pub name: String,
    pub kind: Kind,
    pub label: Words,
    #[serde(skip_serializing_if = "Words::is_empty")]
    pub hint: Words,
    /// Of a number: `m`, `cm`, `A`, `mg/L`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub required: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub relevant: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub constraint: String,
    #[serde(skip_serializing_if = "Words::is_empty")]
    pub constraint_message: Words,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub calculation: String,
    /// Filled in before anybody answers, as the text of an answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub default: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// For programs that draw the form; no meaning here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub appearance: String,
    /// What its answers are worth, where a standard gives points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Worth>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Text,
    Integer,
    Decimal,
    YesNo,
    One {
        list: String,
    },
    Many {
        list: String,
    },
    Date,
    Time,
    DateTime,
    /// One photograph; several are a repeat.
    Photo,
    Signature,
    Position,
    Track,
    Barcode,
    /// Says something, asks nothing.
    Note,
    /// Is worked out, never asked.
    Calculate,
}

impl Kind {
    /// Its list of choices; a yes or no has none of its own.
    #[must_use]
    pub fn list(&self) -> Option<&str> {
        match self {
            Self::One { list } | Self::Many { list } => Some(list),
            _ => None,
        }
    }

    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Photo | Self::Signature)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Low,
    #[default]
    Medium,
    High,
    /// To be stopped before anybody leaves.
    Immediate,
}

/// What an answer leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRule {
    pub code: String,
    pub label: Words,
    /// The repeat it is looked for in, once for each; empty for the whole.
    #[serde(default)]
    pub within: String,
    #[serde(flatten)]
    pub trigger: Trigger,
    /// Code of the case's category.
    pub category: String,
    #[serde(default)]
    pub severity: Severity,
    /// Becomes a case; otherwise it stays in the record of the round.
    #[serde(default)]
    pub is_case: bool,
    /// May be dealt with at once by who found it.
    #[serde(default)]
    pub on_the_spot: bool,
    /// Questions whose answers belong to it: photographs, notes, positions.
    #[serde(default)]
    pub evidence: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An expression that comes true.
    When(String),
    /// The answer does not meet a rule of the rule set in use. `of` is the question with the rating it is measured against.
    Judgement {
        rule: String,
        question: String,
        #[serde(default)]
        of: String,
    },
}
