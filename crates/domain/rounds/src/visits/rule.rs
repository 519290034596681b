//! What counts when visits are proposed, and how much: *local* data that whoever plans can change; what is shipped stands in
//! `rule.json`. The points order a morning's list. They are worked out anew each time, kept nowhere and shown to nobody.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use youlin_routes::{Policy, Weight};

/// Kinds of need, in the order pages list them. Every one has its words (`visit-need-…`).
pub const NEEDS: [&str; 9] = [
    AGAIN, DISCHARGED, ALONE, NEWCOMER, UNSEEN, QUESTIONS, DUE, LISTED, ASKED,
];

/// Somebody put it on today's list.
pub const ASKED: &str = "asked";
/// Nobody was at home, and today was named for another try.
pub const AGAIN: &str = "again";
/// Back from hospital and not seen since.
pub const DISCHARGED: &str = "discharged";
/// Old and alone; the amount is the age.
pub const ALONE: &str = "alone_80";
/// Moved in and nobody was there yet.
pub const NEWCOMER: &str = "newcomer";
/// Days since anybody of the house saw somebody there.
pub const UNSEEN: &str = "unseen";
/// Questions of forms that are open.
pub const QUESTIONS: &str = "questions";
/// On an open visiting list and not met yet.
pub const LISTED: &str = "listed";
/// Policies that ask for it now.
pub const DUE: &str = "due";

/// See the module's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRule {
    /// Visits of one worker on one day.
    pub per_day: u32,
    /// Days a household is left in peace after a visit that took place.
    pub rest_days: u32,
    /// Days somebody is new.
    pub new_days: u32,
    pub weights: Policy,
}

static SHIPPED: LazyLock<Option<VisitRule>> =
    LazyLock::new(|| serde_json::from_str(include_str!("rule.json")).ok());

impl Default for VisitRule {
    fn default() -> Self {
        SHIPPED.clone().unwrap_or(Self {
            per_day: 9,
            rest_days: 7,
            new_days: 60,
            weights: Policy::default(),
        })
    }
}

const PER_DAY: u32 = 60;
const DAYS: u32 = 366;
const POINTS: i64 = 1_000;

impl VisitRule {
    /// A weight; what is not named counts nothing.
    #[must_use]
    pub fn weight(&self, need: &str) -> Weight {
        self.weights.weights.get(need).copied().unwrap_or_default()
    }

    /// Fields that cannot stand, each with the code of its sentence.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if !(1..=PER_DAY).contains(&self.per_day) {
            faults.push(("per_day".to_owned(), "visit-per-day"));
        }
        if self.rest_days > DAYS {
            faults.push(("rest_days".to_owned(), "visit-days"));
        }
        if self.new_days > DAYS {
            faults.push(("new_days".to_owned(), "visit-days"));
        }
        for (code, weight) in &self.weights.weights {
            let numbers = [
                weight.base,
                weight.per,
                weight.from,
                weight.most.unwrap_or(0),
            ];
            let within = numbers.iter().all(|number| (0..=POINTS).contains(number));
            if !within || !NEEDS.contains(&code.as_str()) {
                faults.push((format!("base_{code}"), "visit-points"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::{NEEDS, SHIPPED, VisitRule};

    #[test]
    fn what_is_shipped_names_every_need_and_stands() {
        assert!(SHIPPED.is_some());
        let rule = VisitRule::default();
        assert!(rule.faults().is_empty(), "{:?}", rule.faults());
        for need in NEEDS {
            assert!(rule.weights.weights.contains_key(need), "{need}");
        }
    }
}
