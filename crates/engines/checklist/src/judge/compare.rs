//! What changes when a rule set is replaced.

use serde::{Deserialize, Serialize};

use super::{JudgeFault, Judgement, Measured, RuleSet, Verdict, judge};

/// A value that was judged once, by the caller's own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub id: u128,
    pub rule: String,
    pub measured: Measured,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Met the old rule, fails the new one.
    NowFails,
    NowMeets,
    /// The same verdict by another clause or limit.
    OtherGround,
    /// The new set has no such rule, or cannot judge it.
    NoLongerJudged,
    /// Only the new set judges it.
    NewlyJudged,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: u128,
    pub rule: String,
    pub effect: Effect,
    pub before: Result<Judgement, JudgeFault>,
    pub after: Result<Judgement, JudgeFault>,
}

/// Lists what the newer set judges otherwise, in the order given. Nothing is altered.
#[must_use]
pub fn compare(old: &RuleSet, new: &RuleSet, recorded: &[Recorded]) -> Vec<Change> {
    let change = |one: &Recorded| {
        let before = judge(old, &one.rule, &one.measured);
        let after = judge(new, &one.rule, &one.measured);
        let effect = match (&before, &after) {
            (Ok(a), Ok(b)) if a.verdict != b.verdict => match b.verdict {
                Verdict::Fails => Effect::NowFails,
                Verdict::Meets => Effect::NowMeets,
            },
            (Ok(a), Ok(b)) if a.clause != b.clause || a.test != b.test => Effect::OtherGround,
            (Ok(_), Err(_)) => Effect::NoLongerJudged,
            (Err(_), Ok(_)) => Effect::NewlyJudged,
            _ => return None,
        };
        Some(Change {
            id: one.id,
            rule: one.rule.clone(),
            effect,
            before,
            after,
        })
    };
    recorded.iter().filter_map(change).collect()
}
