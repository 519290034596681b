//! From answers to findings.

use std::collections::BTreeMap;

use crate::evaluate::{Place, State};
use crate::expr::Expr;
use crate::form::{Form, NodeKind};
use crate::judge::{JudgeFault, Judgement, Measured, RuleSet, Unit, Verdict, judge};
use crate::model::{FindingRule, Severity, Trigger};
use crate::value::Value;

/// Something found on a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Code of its rule in the checklist.
    pub code: String,
    pub place: Place,
    pub category: String,
    pub severity: Severity,
    pub is_case: bool,
    pub on_the_spot: bool,
    /// Answers that belong to it, by their questions.
    pub evidence: BTreeMap<String, Value>,
    /// When a rule was judged.
    pub judgement: Option<Judgement>,
}

impl Form {
    /// What the answers lead to, in the order of the checklist's rules and of the instances. Rules that judge need the
    /// rule set; what could not be judged is given beside: a rule that is missing, a unit that does not fit.
    #[must_use]
    pub fn findings(
        &self,
        state: &State,
        rules: Option<&RuleSet>,
    ) -> (Vec<Finding>, Vec<(String, Place, JudgeFault)>) {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for (rule, trigger) in self.checklist().findings.iter().zip(&self.triggers) {
            for (repeats, place) in self.places_of(&rule.within, state) {
                match self.look(rule, trigger.as_ref(), (&repeats, &place), state, rules) {
                    Ok(Some(finding)) => found.push(finding),
                    Ok(None) => {}
                    Err(fault) => faults.push((rule.code.clone(), place, fault)),
                }
            }
        }
        (found, faults)
    }

    /// Every judgement, also of what meets its rule: the record of an inspection.
    #[must_use]
    pub fn judgements(&self, state: &State, rules: &RuleSet) -> Vec<(String, Place, Judgement)> {
        let mut all = Vec::new();
        for rule in &self.checklist().findings {
            for (_, place) in self.places_of(&rule.within, state) {
                if let Some(Ok(judgement)) = self.judged(rule, &place, state, rules) {
                    all.push((rule.code.clone(), place, judgement));
                }
            }
        }
        all
    }

    /// The instances of a repeat, or the one place that is the whole.
    fn places_of(&self, within: &str, state: &State) -> Vec<(Vec<usize>, Place)> {
        if within.is_empty() {
            return vec![(Vec::new(), Vec::new())];
        }
        let Some(at) = self.place(within) else {
            return Vec::new();
        };
        let mut repeats = self.nodes[at].repeats.clone();
        repeats.push(at);
        let Some(below) = state.places.get(at + 1) else {
            return Vec::new();
        };
        let depth = repeats.len();
        let whole = below.keys().filter(|place| place.len() == depth);
        whole
            .filter(|place| state.stands_at(at, &place[..depth - 1]))
            .map(|place| (repeats.clone(), place.clone()))
            .collect()
    }

    fn look(
        &self,
        rule: &FindingRule,
        trigger: Option<&Expr>,
        here: (&[usize], &[u32]),
        state: &State,
        rules: Option<&RuleSet>,
    ) -> Result<Option<Finding>, JudgeFault> {
        let mut judgement = None;
        let is_found = match (trigger, &rule.trigger) {
            (Some(expr), _) => {
                !self.is_strange(expr, here.1, state) && self.truth_at(expr, here, None, state)
            }
            (None, Trigger::Judgement { rule: code, .. }) => {
                let Some(rules) = rules else {
                    return Err(JudgeFault::NoSuchRule(code.clone()));
                };
                match self.judged(rule, here.1, state, rules) {
                    Some(judged) => {
                        let judged = judged?;
                        let fails = judged.verdict == Verdict::Fails;
                        judgement = Some(judged);
                        fails
                    }
                    None => false,
                }
            }
            _ => false,
        };
        Ok(is_found.then(|| Finding {
            code: rule.code.clone(),
            place: here.1.to_vec(),
            category: rule.category.clone(),
            severity: rule.severity,
            is_case: rule.is_case,
            on_the_spot: rule.on_the_spot,
            evidence: self.evidence(rule, here.1, state),
            judgement,
        }))
    }

    /// Whether an answer it looks at is none of the choices: "none", say, of a version of the checklist that still had it.
    /// What it meant is for people to read; nothing is found by it.
    fn is_strange(&self, expr: &Expr, place: &[u32], state: &State) -> bool {
        let mut strange = false;
        expr.walk(&mut |part| {
            let Expr::Ref { node, .. } = part else {
                return;
            };
            let NodeKind::Field(field) = &self.nodes[*node].kind else {
                return;
            };
            let here = place.get(..self.nodes[*node].repeats.len());
            let value = here.and_then(|here| state.value_at(*node, here));
            strange |= value.is_some_and(|value| self.no_choice(field, value).is_some());
        });
        strange
    }

    /// Nothing when nothing was measured, or when it could not be told.
    fn judged(
        &self,
        rule: &FindingRule,
        place: &[u32],
        state: &State,
        rules: &RuleSet,
    ) -> Option<Result<Judgement, JudgeFault>> {
        let Trigger::Judgement {
            rule: code,
            question,
            of,
        } = &rule.trigger
        else {
            return None;
        };
        let answer = |name: &str| {
            let at = self.place(name)?;
            let NodeKind::Field(field) = &self.nodes[at].kind else {
                return None;
            };
            let depth = self.nodes[at].repeats.len().min(place.len());
            let value = state.value_at(at, &place[..depth])?;
            Some((value, field.question.unit.as_str()))
        };
        let (value, unit) = answer(question)?;
        let measured = match value {
            Value::Number(number) => {
                let Some(unit) = Unit::find(unit) else {
                    return Some(Err(JudgeFault::NoUnit(unit.to_owned())));
                };
                if of.is_empty() {
                    Measured::Quantity {
                        value: *number,
                        unit,
                    }
                } else {
                    match answer(of)? {
                        (Value::Number(rating), _) => Measured::Share {
                            value: *number,
                            of: *rating,
                            unit,
                        },
                        _ => return None,
                    }
                }
            }
            Value::Choice(one) => Measured::Classes {
                classes: vec![one.clone()],
            },
            Value::Choices(all) => Measured::Classes {
                classes: all.clone(),
            },
            _ => return None,
        };
        match judge(rules, code, &measured) {
            Err(JudgeFault::Untold) => None,
            judged => Some(judged),
        }
    }

    fn evidence(
        &self,
        rule: &FindingRule,
        place: &[u32],
        state: &State,
    ) -> BTreeMap<String, Value> {
        let mut names: Vec<&str> = rule.evidence.iter().map(String::as_str).collect();
        if let Trigger::Judgement { question, of, .. } = &rule.trigger {
            names.extend([question.as_str(), of.as_str()]);
        }
        let answers = names.into_iter().filter_map(|name| {
            let at = self.place(name)?;
            let depth = self.nodes[at].repeats.len();
            let value = state.value_at(at, place.get(..depth)?)?;
            Some((name.to_owned(), value.clone()))
        });
        answers.collect()
    }
}
