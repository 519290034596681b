//! The words of a reader, as data.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::WhyUnsure;

/// What a clause says of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// Denied: there is none, none was found.
    None,
    /// There is some, without an amount.
    Present,
    Few,
    Some,
    Many,
}

/// Words by what they do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vocabulary {
    /// Words of one meaning, called `@class` in topics. Those of `places` open a new statement.
    pub classes: BTreeMap<String, Vec<String>>,
    /// Which classes are places.
    pub places: Vec<String>,
    pub few: Vec<String>,
    pub some: Vec<String>,
    pub many: Vec<String>,
    pub negations: Vec<String>,
    /// Negations that take each other back.
    pub doubles: Vec<String>,
    pub asserts: Vec<String>,
    /// Why a clause with such a word is not believed.
    pub unsure: BTreeMap<String, Vec<String>>,
    /// 均, 都: speaks of all that was named before.
    pub alls: Vec<String>,
    /// 也, 还: takes up what the clause before was about.
    pub alsos: Vec<String>,
    /// 和, 及: one more of the same.
    pub joins: Vec<String>,
    /// 但, 而: a new clause.
    pub breaks: Vec<String>,
    /// Words that only look like one of the others.
    pub ignored: Vec<String>,
}

/// How one question is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionRule {
    pub question: String,
    /// Each a list of words or `@class`es that all stand in the clause.
    pub topics: Vec<Vec<String>>,
    /// Words or classes that make it another topic.
    pub unless: Vec<String>,
    /// The text of the answer by what is said. What is not named here is not filled.
    pub answers: BTreeMap<Sense, String>,
    /// Words that are an answer by themselves.
    pub states: Vec<StateRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRule {
    pub all: Vec<String>,
    pub answer: String,
    /// An answer this one says more than: where both are said, this one stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<String>,
}

/// All of it, for one checklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRules {
    pub vocabulary: Vocabulary,
    pub questions: Vec<QuestionRule>,
}

/// What a word does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Class { name: String, is_place: bool },
    Amount(Sense),
    Negation,
    Double,
    Assert,
    Unsure(WhyUnsure),
    All,
    Also,
    Join,
    Break,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    words: HashMap<Vec<char>, Vec<Role>>,
    longest: usize,
}

impl Lexicon {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let mut lexicon = Self::default();
        for (name, words) in &vocabulary.classes {
            let is_place = vocabulary.places.contains(name);
            let name = name.clone();
            lexicon.add(words, &Role::Class { name, is_place });
        }
        for (words, role) in [
            (&vocabulary.few, Role::Amount(Sense::Few)),
            (&vocabulary.some, Role::Amount(Sense::Some)),
            (&vocabulary.many, Role::Amount(Sense::Many)),
            (&vocabulary.negations, Role::Negation),
            (&vocabulary.doubles, Role::Double),
            (&vocabulary.asserts, Role::Assert),
            (&vocabulary.alls, Role::All),
            (&vocabulary.alsos, Role::Also),
            (&vocabulary.joins, Role::Join),
            (&vocabulary.breaks, Role::Break),
        ] {
            lexicon.add(words, &role);
        }
        for (why, words) in &vocabulary.unsure {
            let why = match why.as_str() {
                "asked" => WhyUnsure::Asked,
                "past" => WhyUnsure::Past,
                "removed" => WhyUnsure::Removed,
                "condition" => WhyUnsure::Condition,
                _ => WhyUnsure::Hedged,
            };
            lexicon.add(words, &Role::Unsure(why));
        }
        for word in &vocabulary.ignored {
            lexicon.entry(word);
        }
        lexicon
    }

    fn entry(&mut self, word: &str) -> &mut Vec<Role> {
        let word: Vec<char> = word.chars().collect();
        self.longest = self.longest.max(word.len());
        self.words.entry(word).or_default()
    }

    fn add(&mut self, words: &[String], role: &Role) {
        for word in words.iter().filter(|word| !word.is_empty()) {
            self.entry(word).push(role.clone());
        }
    }

    /// The longest known word at the beginning, with what it does.
    pub fn at(&self, chars: &[char]) -> Option<(usize, &[Role])> {
        let longest = self.longest.min(chars.len());
        (1..=longest).rev().find_map(|length| {
            let roles = self.words.get(&chars[..length])?;
            Some((length, roles.as_slice()))
        })
    }
}
