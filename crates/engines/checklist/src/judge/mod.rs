//! Measured values against clauses.
//!
//! A judgement keeps the rule set, its version, the clause, the limit and what was measured, all in exact numbers, so that anybody
//! can recompute it any time later and gets the same. A newer version of a rule set changes no judgement made; [`compare`] lists
//! what it would judge otherwise.

mod compare;
mod units;

pub use compare::{Change, Effect, Recorded, compare};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;
pub use units::Unit;

use crate::decimal::Decimal;
use crate::model::Words;

/// What a rule set is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RuleStatus {
    InForce {
        from: Date,
    },
    Superseded {
        by: String,
        on: Date,
    },
    /// Numbers in use somewhere, to show how; no law is claimed.
    Example,
}

/// A version of a set of rules. What is written in a version never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    pub code: String,
    pub version: String,
    pub title: Words,
    /// Where its numbers come from.
    pub source: String,
    #[serde(flatten)]
    pub status: RuleStatus,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub code: String,
    /// As the source numbers it.
    pub clause: String,
    pub about: Words,
    pub test: Test,
}

/// What has to hold. Limits are whole numbers of their unit: 400 cm, not 4.0 m.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "must", rename_all = "snake_case")]
pub enum Test {
    AtLeast {
        limit: i64,
        unit: Unit,
    },
    AtMost {
        limit: i64,
        unit: Unit,
    },
    /// None of these classes (foam B2, B3).
    NoneOf {
        classes: Vec<String>,
        /// Answers that name no class ("cannot be told"): nothing is judged by them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        untold: Vec<String>,
    },
    /// At most so many per cent of a rating.
    ShareAtMost {
        percent: i64,
    },
}

/// What was measured, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measured {
    Quantity {
        value: Decimal,
        unit: Unit,
    },
    Share {
        value: Decimal,
        of: Decimal,
        unit: Unit,
    },
    Classes {
        classes: Vec<String>,
    },
}

impl Measured {
    /// The same measured once more: another value in the same unit, against the same rating. `None` for what is no number.
    #[must_use]
    pub fn again(&self, value: Decimal) -> Option<Self> {
        match self {
            Self::Quantity { unit, .. } => Some(Self::Quantity { value, unit: *unit }),
            Self::Share { of, unit, .. } => Some(Self::Share {
                value,
                of: *of,
                unit: *unit,
            }),
            Self::Classes { .. } => None,
        }
    }

    /// The value and its unit, of what is a number.
    #[must_use]
    pub fn number(&self) -> Option<(Decimal, Unit)> {
        match self {
            Self::Quantity { value, unit } | Self::Share { value, unit, .. } => {
                Some((*value, *unit))
            }
            Self::Classes { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Meets,
    Fails,
}

/// A judgement with all it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub rule_set: String,
    pub version: String,
    /// What the rule set was worth when it was judged.
    #[serde(flatten)]
    pub status: RuleStatus,
    pub rule: String,
    pub clause: String,
    pub test: Test,
    pub measured: Measured,
    pub verdict: Verdict,
}

/// Why nothing can be judged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JudgeFault {
    #[error("the rule set has no rule {0}")]
    NoSuchRule(String),
    #[error("{measured} cannot be measured in {limit}")]
    OtherUnit {
        measured: &'static str,
        limit: &'static str,
    },
    #[error("'{0}' is no unit that can be judged")]
    NoUnit(String),
    #[error("a rule of this kind does not judge what was measured")]
    OtherKind,
    #[error("which class it is could not be told")]
    Untold,
    #[error("a measured value is not below zero, a rating is above it")]
    Negative,
}

impl JudgeFault {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchRule(_) => "no-such-rule",
            Self::OtherUnit { .. } => "other-unit",
            Self::NoUnit(_) => "no-unit",
            Self::OtherKind => "judge-other-kind",
            Self::Untold => "judge-untold",
            Self::Negative => "negative",
        }
    }
}

/// Judges by the rule of that code.
///
/// # Errors
/// See [`JudgeFault`].
pub fn judge(set: &RuleSet, rule: &str, measured: &Measured) -> Result<Judgement, JudgeFault> {
    let found = set.rules.iter().find(|one| one.code == rule);
    let found = found.ok_or_else(|| JudgeFault::NoSuchRule(rule.to_owned()))?;
    Ok(Judgement {
        rule_set: set.code.clone(),
        version: set.version.clone(),
        status: set.status.clone(),
        rule: found.code.clone(),
        clause: found.clause.clone(),
        test: found.test.clone(),
        measured: measured.clone(),
        verdict: found.test.verdict(measured)?,
    })
}

impl Judgement {
    /// The verdict worked out again from what the judgement holds: always the one it has.
    ///
    /// # Errors
    /// Only when it was altered.
    pub fn again(&self) -> Result<Verdict, JudgeFault> {
        self.test.verdict(&self.measured)
    }

    /// The same clause of the same version asked of another value, where the rule set itself is not at hand any more.
    ///
    /// # Errors
    /// See [`JudgeFault`].
    pub fn of(&self, measured: Measured) -> Result<Self, JudgeFault> {
        let verdict = self.test.verdict(&measured)?;
        Ok(Self {
            measured,
            verdict,
            ..self.clone()
        })
    }
}

impl Test {
    fn verdict(&self, measured: &Measured) -> Result<Verdict, JudgeFault> {
        let holds = match (self, measured) {
            (Self::AtLeast { limit, unit }, Measured::Quantity { value, unit: own }) => {
                scaled(*value, *own, *unit)? >= limit_scaled(*limit, *unit)
            }
            (Self::AtMost { limit, unit }, Measured::Quantity { value, unit: own }) => {
                scaled(*value, *own, *unit)? <= limit_scaled(*limit, *unit)
            }
            (Self::NoneOf { classes, untold }, Measured::Classes { classes: found }) => {
                let fails = found.iter().any(|one| classes.contains(one));
                if !fails && found.iter().any(|one| untold.contains(one)) {
                    return Err(JudgeFault::Untold);
                }
                !fails
            }
            (Self::ShareAtMost { percent }, Measured::Share { value, of, .. }) => {
                if value.millionths() < 0 || of.millionths() <= 0 {
                    return Err(JudgeFault::Negative);
                }
                i128::from(value.millionths()) * 100
                    <= i128::from(of.millionths()) * i128::from(*percent)
            }
            _ => return Err(JudgeFault::OtherKind),
        };
        Ok(if holds {
            Verdict::Meets
        } else {
            Verdict::Fails
        })
    }
}

/// In millionths of the smallest unit of its kind: exact, whatever units meet.
fn scaled(value: Decimal, own: Unit, wanted: Unit) -> Result<i128, JudgeFault> {
    if own.dimension() != wanted.dimension() {
        return Err(JudgeFault::OtherUnit {
            measured: own.code(),
            limit: wanted.code(),
        });
    }
    if value.millionths() < 0 {
        return Err(JudgeFault::Negative);
    }
    Ok(i128::from(value.millionths()) * i128::from(own.size()))
}

fn limit_scaled(limit: i64, unit: Unit) -> i128 {
    i128::from(limit) * 1_000_000 * i128::from(unit.size())
}
