//! Freshness: of each thing that is known of a person, who said so, when and by what. Kept beside the person's row as one
//! small JSON object, so that it is saved with what it speaks of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use youlin_kernel::{Ctx, Micros, words};

use crate::entities::person;

words! {
    /// What is known of a person and asked for again.
    Fact {
        Name = "name",
        Phone = "phone",
        Birth = "birth",
        Sex = "sex",
        Identity = "identity",
        Home = "home",
        Labels = "labels",
        Language = "language",
        Note = "note",
    }
}

words! {
    /// How something came to be known.
    How {
        Desk = "desk",
        Visit = "visit",
        Call = "call",
        Import = "import",
        /// The person concerned.
        Resident = "resident",
    }
}

impl Default for How {
    /// Whoever types at the desk and says nothing else.
    fn default() -> Self {
        Self::Desk
    }
}

/// Who said something, when and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub at: Micros,
    pub how: How,
    pub by: String,
}

/// All of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<Fact, Said>);

impl Facts {
    /// As they are stored; nothing for a row from before facts were kept.
    #[must_use]
    pub fn read(stored: Option<&str>) -> Self {
        stored
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    #[must_use]
    pub fn get(&self, fact: Fact) -> Option<&Said> {
        self.0.get(&fact)
    }

    /// Somebody says these now.
    pub fn say(&mut self, ctx: &Ctx, how: How, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            let said = Said {
                at: ctx.now(),
                how,
                by: ctx.actor().name().to_owned(),
            };
            self.0.insert(fact, said);
        }
    }

    /// Both as one: `takes` says of a fact whether the other's word counts; where it does not say, the newer one does.
    #[must_use]
    pub(crate) fn with(&self, other: &Self, takes: impl Fn(Fact) -> Option<bool>) -> Self {
        let mut all = self.clone();
        for (fact, said) in &other.0 {
            let newer = self.0.get(fact).is_none_or(|own| own.at < said.at);
            if takes(*fact).unwrap_or(newer) {
                all.0.insert(*fact, said.clone());
            }
        }
        all
    }

    /// What is said now, with everything that stands as `after` put back to what it was `before`.
    #[must_use]
    pub(crate) fn back(&self, before: &Self, after: &Self) -> Self {
        let mut now = self.clone();
        for (fact, said) in &after.0 {
            if self.0.get(fact) != Some(said) {
                continue;
            }
            match before.0.get(fact) {
                Some(earlier) => now.0.insert(*fact, earlier.clone()),
                None => now.0.remove(fact),
            };
        }
        now
    }

    #[must_use]
    pub fn stored(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        serde_json::to_string(self).ok()
    }
}

/// Notes on a person's row that somebody says these now; the caller saves it.
pub(crate) fn say(
    ctx: &Ctx,
    row: &mut person::Model,
    how: How,
    said: impl IntoIterator<Item = Fact>,
) {
    let mut facts = Facts::read(row.facts.as_deref());
    facts.say(ctx, how, said);
    row.facts = facts.stored();
}

/// What the register wants to know, and how long an answer holds. *Local*; put into the application at start.
#[derive(Clone, Debug)]
pub struct RegisterPolicy {
    /// Days after which something should be asked again.
    pub fresh_days: i64,
    /// What should be held of everybody who lives here.
    pub required: Vec<Fact>,
    /// Younger ones are reached through who lives with them: nobody asks for a telephone number of their own.
    pub phone_from_years: i32,
}

impl Default for RegisterPolicy {
    fn default() -> Self {
        Self {
            fresh_days: 365,
            required: vec![Fact::Phone, Fact::Birth, Fact::Sex],
            phone_from_years: 14,
        }
    }
}

impl RegisterPolicy {
    /// What should be held of somebody of that age.
    pub fn required_at(&self, years: Option<i32>) -> impl Iterator<Item = Fact> + '_ {
        let child = years.is_some_and(|years| years < self.phone_from_years);
        let required = self.required.iter().copied();
        required.filter(move |fact| !(child && *fact == Fact::Phone))
    }

    /// Whether something said then still holds now.
    #[must_use]
    pub fn holds(&self, said: Micros, now: Micros) -> bool {
        now.0 - said.0 <= self.fresh_days * Micros::DAY
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, Facts, How, RegisterPolicy, Said};
    use youlin_kernel::Micros;

    #[test]
    fn facts_are_stored_as_they_are_read() {
        let mut facts = Facts::default();
        assert_eq!(facts.stored(), None);
        let said = Said {
            at: Micros(7),
            how: How::Visit,
            by: "施晓".into(),
        };
        facts.0.insert(Fact::Phone, said.clone());
        let stored = facts.stored();
        assert_eq!(Facts::read(stored.as_deref()), facts);
        assert_eq!(facts.get(Fact::Phone), Some(&said));
        assert_eq!(Facts::read(Some("{broken")), Facts::default());
    }

    #[test]
    fn nobody_asks_a_child_for_a_telephone() {
        let policy = RegisterPolicy::default();
        let asked = |years| policy.required_at(years).collect::<Vec<_>>();
        assert_eq!(asked(Some(13)), [Fact::Birth, Fact::Sex]);
        assert_eq!(asked(Some(14)), policy.required);
        assert_eq!(asked(None), policy.required);
    }

    #[test]
    fn what_was_said_holds_for_its_days() {
        let policy = RegisterPolicy::default();
        let now = Micros(400 * Micros::DAY);
        assert!(policy.holds(Micros(35 * Micros::DAY), now));
        assert!(!policy.holds(Micros(34 * Micros::DAY), now));
    }
}
