//! What one entry says of a person, in the clear, and how two entries become one: the desk chooses field by field. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use youlin_kernel::words;

use crate::facts::{Fact, Facts};

words! {
    /// Which of two entries is right about a field.
    Side {
        Kept = "kept",
        Gone = "gone",
        /// Both, where both can be: notes, homes.
        Both = "both",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words' macro derives no default"
)]
impl Default for Side {
    fn default() -> Self {
        Self::Kept
    }
}

/// The fields of a person's own row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub name: String,
    pub sex: Option<String>,
    /// The day, `1942-03-05`.
    pub birth: Option<String>,
    pub birth_year: Option<i32>,
    pub language: Option<String>,
    pub note: Option<String>,
    pub identity: Option<String>,
    pub seen_at: Option<i64>,
    pub facts: Facts,
}

/// What the desk chose. A field that only one entry has is taken from that one, whatever was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    pub name: Side,
    pub sex: Side,
    pub birth: Side,
    pub language: Side,
    pub note: Side,
    pub identity: Side,
    /// Where the person lives, when the entries say two dwellings.
    pub home: Side,
}

/// Longest note, characters, as everywhere.
const NOTE: usize = 1_000;

impl Said {
    /// Both as one.
    #[must_use]
    pub fn with(&self, gone: &Self, choices: Choices) -> Self {
        let mut all = self.clone();
        if choices.name == Side::Gone {
            all.name.clone_from(&gone.name);
        }
        all.sex = pick(choices.sex, self.sex.as_ref(), gone.sex.as_ref());
        all.language = pick(
            choices.language,
            self.language.as_ref(),
            gone.language.as_ref(),
        );
        all.identity = pick(
            choices.identity,
            self.identity.as_ref(),
            gone.identity.as_ref(),
        );
        let from = if takes(
            choices.birth,
            self.birth_year.is_some(),
            gone.birth_year.is_some(),
        ) {
            gone
        } else {
            self
        };
        all.birth.clone_from(&from.birth);
        all.birth_year = from.birth_year;
        all.note = match (choices.note, &self.note, &gone.note) {
            (Side::Both, Some(one), Some(other)) if one != other => {
                Some(format!("{one}\n{other}").chars().take(NOTE).collect())
            }
            (side, one, other) => pick(side, one.as_ref(), other.as_ref()),
        };
        all.seen_at = self.seen_at.max(gone.seen_at);
        all.facts = self.facts.with(&gone.facts, |fact| {
            let (side, own, other) = match fact {
                Fact::Name => (choices.name, true, true),
                Fact::Sex => (choices.sex, self.sex.is_some(), gone.sex.is_some()),
                Fact::Birth => (
                    choices.birth,
                    self.birth_year.is_some(),
                    gone.birth_year.is_some(),
                ),
                Fact::Language => (
                    choices.language,
                    self.language.is_some(),
                    gone.language.is_some(),
                ),
                Fact::Note => (choices.note, self.note.is_some(), gone.note.is_some()),
                Fact::Identity => (
                    choices.identity,
                    self.identity.is_some(),
                    gone.identity.is_some(),
                ),
                // Of these both have their part: the newer word counts.
                Fact::Phone | Fact::Home | Fact::Labels => return None,
            };
            Some(takes(side, own, other))
        });
        all
    }

    /// Puts back what a merge changed, in what is said now. What somebody changed since in a field the merge had changed
    /// cannot be told apart, and is named.
    ///
    /// # Errors
    /// The names of those fields.
    pub fn back(&self, before: &Self, after: &Self) -> Result<Self, BTreeSet<&'static str>> {
        let mut now = self.clone();
        let mut mixed = BTreeSet::new();
        let mut field = |name, changed: bool, same: bool| {
            if changed && !same {
                mixed.insert(name);
            }
            changed
        };
        if field("name", before.name != after.name, self.name == after.name) {
            now.name.clone_from(&before.name);
        }
        if field("sex", before.sex != after.sex, self.sex == after.sex) {
            now.sex.clone_from(&before.sex);
        }
        let born = |said: &Self| (said.birth.clone(), said.birth_year);
        if field(
            "birth",
            born(before) != born(after),
            born(self) == born(after),
        ) {
            (now.birth, now.birth_year) = born(before);
        }
        if field(
            "language",
            before.language != after.language,
            self.language == after.language,
        ) {
            now.language.clone_from(&before.language);
        }
        if field("note", before.note != after.note, self.note == after.note) {
            now.note.clone_from(&before.note);
        }
        if field(
            "identity",
            before.identity != after.identity,
            self.identity == after.identity,
        ) {
            now.identity.clone_from(&before.identity);
        }
        if !mixed.is_empty() {
            return Err(mixed);
        }
        // Who was seen since was seen as the kept entry; that stays with it.
        if self.seen_at == after.seen_at {
            now.seen_at = before.seen_at;
        }
        now.facts = self.facts.back(&before.facts, &after.facts);
        Ok(now)
    }
}

/// Whether the other entry's word is taken.
fn takes(side: Side, own: bool, other: bool) -> bool {
    other && (side == Side::Gone || !own)
}

fn pick<T: Clone>(side: Side, own: Option<&T>, other: Option<&T>) -> Option<T> {
    if takes(side, own.is_some(), other.is_some()) {
        other.cloned()
    } else {
        own.cloned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::{Choices, Said, Side};
    use proptest::prelude::*;

    fn side() -> impl Strategy<Value = Side> {
        prop_oneof![Just(Side::Kept), Just(Side::Gone), Just(Side::Both)]
    }

    fn text() -> impl Strategy<Value = Option<String>> {
        prop_oneof![Just(None), "[a-c]".prop_map(Some)]
    }

    fn said() -> impl Strategy<Value = Said> {
        let year = prop_oneof![Just(None), (1930..1933_i32).prop_map(Some)];
        let seen = prop_oneof![Just(None), (1..4_i64).prop_map(Some)];
        ("[a-c]", text(), year, text(), text(), text(), seen).prop_map(
            |(name, sex, birth_year, language, note, identity, seen_at)| Said {
                name,
                sex,
                birth: None,
                birth_year,
                language,
                note,
                identity,
                seen_at,
                ..Said::default()
            },
        )
    }

    proptest! {
        #[test]
        fn what_nobody_changed_since_comes_back(
            one in said(),
            other in said(),
            sides in prop::array::uniform7(side()),
        ) {
            let [name, sex, birth, language, note, identity, home] = sides;
            let choices = Choices { name, sex, birth, language, note, identity, home };
            let both = one.with(&other, choices);
            prop_assert_eq!(both.back(&one, &both).unwrap(), one.clone());
            // Nothing that only one entry knew is lost.
            prop_assert_eq!(both.identity.is_some(), one.identity.is_some() || other.identity.is_some());
            prop_assert_eq!(both.birth_year.is_some(), one.birth_year.is_some() || other.birth_year.is_some());
            // A field the merge did not touch may be changed since, and stays changed.
            if both.name == one.name {
                let later = Said { name: "d".into(), ..both.clone() };
                prop_assert_eq!(later.back(&one, &both).unwrap().name, "d");
            } else {
                let later = Said { name: "d".into(), ..both.clone() };
                prop_assert!(later.back(&one, &both).unwrap_err().contains("name"));
            }
        }
    }
}
