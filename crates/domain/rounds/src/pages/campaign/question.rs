//! The question of a campaign as a form asks it: kind, age, size, stalls. Over the interface any question to the dataset
//! `premises` may be asked; the form keeps what it cannot show.

use youlin_datasets::cube::{Filter, Op, Query, Test, Value};
use youlin_kernel::{Problem, Result};
use youlin_places::premises::square_metres;
use youlin_web::Shell;

/// As typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) kind: String,
    pub(super) built_before: String,
    /// m²
    pub(super) floor_area: String,
    pub(super) stalls: String,
}

fn test(dim: &str, op: Op, value: Value) -> Filter {
    Filter::Test(Test {
        dim: dim.to_owned(),
        op,
        values: vec![value],
    })
}

fn number(field: &'static str, text: &str) -> Result<Option<i64>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse::<u32>();
    let number = read.map_err(|_digits| Problem::invalid(field, "no-number"))?;
    Ok(Some(i64::from(number)))
}

impl Asked {
    /// # Errors
    /// 422 where a number is none.
    pub(super) fn query(&self) -> Result<Query> {
        let mut all = Vec::new();
        if !self.kind.is_empty() {
            all.push(test(
                "premises_kind",
                Op::Is,
                Value::Text(self.kind.clone()),
            ));
        }
        if let Some(year) = number("built_before", &self.built_before)? {
            all.push(test("built_year", Op::Lt, Value::Number(year)));
        }
        if let Some(metres) = number("floor_area", &self.floor_area)? {
            all.push(test("floor_area", Op::Ge, Value::Number(metres * 100)));
        }
        if let Some(stalls) = number("stalls", &self.stalls)? {
            all.push(test("stalls", Op::Ge, Value::Number(stalls)));
        }
        Ok(Query {
            dataset: "premises".to_owned(),
            filter: Filter::All(all),
            ..Query::default()
        })
    }

    /// None when the question asks what this form cannot.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let mut asked = Self::default();
        let Filter::All(tests) = &query.filter else {
            return None;
        };
        for one in tests {
            let Filter::Test(test) = one else {
                return None;
            };
            let [value] = test.values.as_slice() else {
                return None;
            };
            match (test.dim.as_str(), test.op, value) {
                ("premises_kind", Op::Is, Value::Text(kind)) => asked.kind.clone_from(kind),
                ("built_year", Op::Lt, Value::Number(year)) => {
                    asked.built_before = year.to_string();
                }
                ("floor_area", Op::Ge, Value::Number(centi)) => {
                    asked.floor_area = square_metres(*centi);
                }
                ("stalls", Op::Ge, Value::Number(stalls)) => asked.stalls = stalls.to_string(),
                _ => return None,
            }
        }
        Some(asked)
    }

    /// In words: 市场 · 1999 年以前建成 · 5000 m² 以上.
    pub(super) fn words(&self, s: &Shell) -> String {
        let mut parts = Vec::new();
        if !self.kind.is_empty() {
            parts.push(s.tt("premises-kind", &self.kind));
        }
        for (key, value) in [
            ("campaign-asked-before", &self.built_before),
            ("campaign-asked-area", &self.floor_area),
            ("campaign-asked-stalls", &self.stalls),
        ] {
            if !value.is_empty() {
                parts.push(s.t1(key, "value", value));
            }
        }
        if parts.is_empty() {
            parts.push(s.t("campaign-asked-all"));
        }
        parts.join(" · ")
    }
}

/// A question in words, also one of the interface.
pub(super) fn words(s: &Shell, query: &Query) -> String {
    Asked::of(query).map_or_else(
        || serde_json::to_string(&query.filter).unwrap_or_default(),
        |asked| asked.words(s),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_asked_is_read_back() {
        let asked = Asked {
            kind: "market".to_owned(),
            built_before: "2000".to_owned(),
            floor_area: "5000".to_owned(),
            stalls: "100".to_owned(),
        };
        assert_eq!(Asked::of(&asked.query().unwrap()), Some(asked));
        let none = Asked::default();
        assert_eq!(Asked::of(&none.query().unwrap()), Some(none));
        let wrong = Asked {
            stalls: "viele".to_owned(),
            ..Asked::default()
        };
        assert!(wrong.query().is_err());
        let other = Query {
            filter: Filter::Any(Vec::new()),
            ..Query::default()
        };
        assert_eq!(Asked::of(&other), None);
    }
}
