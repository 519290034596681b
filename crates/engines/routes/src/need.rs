//! How much a visit is needed: facts of the subject, weighed by a policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A fact that asks for a visit, as the caller found it: `alone_80` 1, `days_unseen` 42, `open_questions` 3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    pub code: String,
    pub amount: i64,
}

impl Need {
    #[must_use]
    pub fn new(code: &str, amount: i64) -> Self {
        Self {
            code: code.to_owned(),
            amount,
        }
    }
}

/// What one kind of need counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weight {
    /// Amounts below this count nothing: thirty days unseen, not three.
    pub from: i64,
    /// Points once it counts.
    pub base: i64,
    /// Points for each beyond `from`.
    pub per: i64,
    /// Most points, when there is a limit.
    pub most: Option<i64>,
}

/// Weights by the code of the need. A need the policy does not name counts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub weights: BTreeMap<String, Weight>,
    /// Visits with fewer points are not proposed.
    pub least: i64,
}

/// Why a visit is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub amount: i64,
    pub points: i64,
}

impl Policy {
    /// Points of a visit and what they are made of, the heaviest first. Of one code the largest amount counts.
    #[must_use]
    pub fn weigh(&self, needs: &[Need]) -> (i64, Vec<Reason>) {
        let mut amounts: BTreeMap<&str, i64> = BTreeMap::new();
        for need in needs {
            let held = amounts.entry(&need.code).or_insert(need.amount);
            *held = (*held).max(need.amount);
        }
        let mut reasons: Vec<Reason> = amounts
            .into_iter()
            .filter_map(|(code, amount)| {
                let points = self.weights.get(code)?.points(amount);
                (points != 0).then(|| Reason {
                    code: code.to_owned(),
                    amount,
                    points,
                })
            })
            .collect();
        reasons.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.code.cmp(&b.code)));
        let sum = reasons
            .iter()
            .fold(0i64, |sum, reason| sum.saturating_add(reason.points));
        (sum, reasons)
    }
}

impl Weight {
    fn points(&self, amount: i64) -> i64 {
        if amount < self.from {
            return 0;
        }
        let beyond = amount.saturating_sub(self.from);
        let points = self.base.saturating_add(self.per.saturating_mul(beyond));
        self.most.map_or(points, |most| points.min(most))
    }
}
