//! What is measured and seen of water, its units and its limits: data with their source (`limits.json`), not code. A reading
//! keeps the version it was judged by, so that the same judgement comes out later.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// All of `limits.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    pub id: String,
    pub version: u32,
    pub sources: BTreeMap<String, Source>,
    /// Classes water is meant to have, the best first.
    pub classes: Vec<String>,
    pub indicators: Vec<Indicator>,
}

/// Where a limit stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Source {
    pub title: String,
    pub title_en: String,
    pub status: String,
}

/// One thing that is measured or seen.
#[derive(Clone, Debug, Deserialize)]
pub struct Indicator {
    pub id: String,
    pub kind: Kind,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub decimals: usize,
    /// Beyond it nothing is measured: a slip of the hand.
    #[serde(default)]
    pub range: Option<(f64, f64)>,
    #[serde(default)]
    pub limits: Vec<Limit>,
    #[serde(default)]
    pub choices: Vec<String>,
    /// Choices that are told as limits passed.
    #[serde(default)]
    pub told: Vec<String>,
    /// Of what is told by its choice.
    #[serde(default)]
    pub source: String,
    /// Asked at outlets only.
    #[serde(default)]
    pub outlets: bool,
}

/// How an indicator is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Number,
    Choice,
}

/// A limit, of one class or of all.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Limit {
    #[serde(default)]
    pub class: Option<String>,
    #[serde(default)]
    pub min: Option<f64>,
    #[serde(default)]
    pub max: Option<f64>,
    pub source: String,
}

/// A value: a number in the indicator's unit, or one of its choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measured {
    Number(f64),
    Choice(String),
}

/// Values by indicator.
pub type Values = BTreeMap<String, Measured>;

/// A value beyond a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Beyond {
    pub indicator: String,
    /// What was passed: the least or the most allowed; of a choice nothing.
    pub least: Option<f64>,
    pub most: Option<f64>,
    pub source: String,
}

/// What is wrong with a value: the indicator and the code of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongValue {
    pub indicator: String,
    pub code: &'static str,
}

/// The file as it is.
pub(super) const SHIPPED_TEXT: &str = include_str!("limits.json");
static SHIPPED: LazyLock<Option<Limits>> =
    LazyLock::new(|| serde_json::from_str(SHIPPED_TEXT).ok());
static NONE: LazyLock<Limits> = LazyLock::new(|| Limits {
    id: String::new(),
    version: 0,
    sources: BTreeMap::new(),
    classes: Vec::new(),
    indicators: Vec::new(),
});

/// The limits that are shipped.
#[must_use]
pub fn limits() -> &'static Limits {
    SHIPPED.as_ref().unwrap_or(&NONE)
}

impl Limits {
    /// `id@version`, as a reading keeps it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    #[must_use]
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|one| one.id == id)
    }

    /// What is wrong with values, all of it.
    #[must_use]
    pub fn faults(&self, values: &Values, outlet: bool) -> Vec<WrongValue> {
        let wrong = |(id, value): (&String, &Measured)| {
            let code = match self.indicator(id) {
                None => Some("water-unknown"),
                Some(one) if one.outlets && !outlet => Some("water-unknown"),
                Some(one) => one.fault(value),
            };
            code.map(|code| WrongValue {
                indicator: id.clone(),
                code,
            })
        };
        values.iter().filter_map(wrong).collect()
    }

    /// The values beyond a limit of that class or of all, one for each indicator: the class's own limit first.
    #[must_use]
    pub fn beyond(&self, class: &str, values: &Values) -> Vec<Beyond> {
        self.indicators
            .iter()
            .filter_map(|one| one.beyond(class, values.get(&one.id)?))
            .collect()
    }
}

impl Indicator {
    fn fault(&self, value: &Measured) -> Option<&'static str> {
        match (self.kind, value) {
            (Kind::Number, Measured::Number(number)) => {
                let (low, high) = self.range.unwrap_or((f64::MIN, f64::MAX));
                let inside = number.is_finite() && (low..=high).contains(number);
                (!inside).then_some("water-range")
            }
            (Kind::Choice, Measured::Choice(choice)) => {
                (!self.choices.contains(choice)).then_some("water-choice")
            }
            _ => Some("no-number"),
        }
    }

    /// Limits of a class, and those of all.
    pub fn limits_of<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Limit> {
        let own = move |limit: &&Limit| limit.class.as_deref().is_none_or(|one| one == class);
        self.limits.iter().filter(own)
    }

    fn beyond(&self, class: &str, value: &Measured) -> Option<Beyond> {
        match value {
            Measured::Number(number) => {
                let passed = |limit: &&Limit| {
                    limit.min.is_some_and(|min| *number < min)
                        || limit.max.is_some_and(|max| *number > max)
                };
                let limit = self.limits_of(class).find(passed)?;
                Some(Beyond {
                    indicator: self.id.clone(),
                    least: limit.min.filter(|min| number < min),
                    most: limit.max.filter(|max| number > max),
                    source: limit.source.clone(),
                })
            }
            Measured::Choice(choice) => self.told.contains(choice).then(|| Beyond {
                indicator: self.id.clone(),
                least: None,
                most: None,
                source: self.source.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(id: &str, value: f64) -> Values {
        [(id.to_owned(), Measured::Number(value))].into()
    }

    #[test]
    fn the_shipped_limits_are_whole() {
        let all = limits();
        assert_eq!(all.classes.len(), 5);
        for indicator in &all.indicators {
            for limit in &indicator.limits {
                assert!(all.sources.contains_key(&limit.source), "{}", indicator.id);
                assert!(
                    limit
                        .class
                        .as_ref()
                        .is_none_or(|class| all.classes.contains(class))
                );
            }
            assert!(
                indicator
                    .told
                    .iter()
                    .all(|one| indicator.choices.contains(one))
            );
        }
    }

    /// Table 1 of GB 3838-2002: at the limit a value is still of its class.
    #[test]
    fn ammonia_and_oxygen_are_judged_by_their_class() {
        let all = limits();
        assert!(all.beyond("III", &one("ammonia", 1.0)).is_empty());
        let beyond = all.beyond("III", &one("ammonia", 1.01));
        assert_eq!(
            (beyond[0].most, beyond[0].source.as_str()),
            (Some(1.0), "gb3838")
        );
        assert!(all.beyond("IV", &one("ammonia", 1.4)).is_empty());
        let beyond = all.beyond("IV", &one("oxygen", 2.9));
        assert_eq!(beyond[0].least, Some(3.0));
        let beyond = all.beyond("V", &one("transparency", 20.0));
        assert_eq!(beyond[0].source, "black_odorous");
        let seen: Values = [("colour".to_owned(), Measured::Choice("black".into()))].into();
        assert_eq!(all.beyond("V", &seen)[0].source, "seen");
    }

    #[test]
    fn slips_of_the_hand_are_told() {
        let all = limits();
        let code = |values: &Values, outlet| all.faults(values, outlet).first().map(|one| one.code);
        assert_eq!(code(&one("ph", 74.0), false), Some("water-range"));
        assert_eq!(code(&one("ph", f64::NAN), false), Some("water-range"));
        assert_eq!(code(&one("colour", 3.0), false), Some("no-number"));
        assert_eq!(code(&one("gold", 3.0), false), Some("water-unknown"));
        let flow: Values = [("flow".to_owned(), Measured::Choice("drip".into()))].into();
        assert_eq!(code(&flow, false), Some("water-unknown"));
        assert_eq!(code(&flow, true), None);
    }

    proptest! {
        /// Better water is never beyond the limit of a worse class only.
        #[test]
        fn classes_are_in_order(value in 0.0..20.0_f64, id in prop::sample::select(vec!["ammonia", "oxygen", "ph"])) {
            let all = limits();
            let beyond: Vec<bool> = all
                .classes
                .iter()
                .map(|class| !all.beyond(class, &one(id, value)).is_empty())
                .collect();
            for pair in beyond.windows(2) {
                prop_assert!(pair[0] || !pair[1]);
            }
        }
    }
}
