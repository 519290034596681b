//! A question to the registers as forms ask it: of premises by kind, age, size, stalls; of buildings by age, storeys, dwellings.
//! Campaigns and policies ask by the same fields. Over the interface any question to these datasets may be asked; a form
//! keeps what it cannot show.

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
    pub(super) storeys: String,
    pub(super) dwellings: String,
}

/// A number that is asked of a register.
struct Part {
    /// Of the form.
    field: &'static str,
    dim: &'static str,
    op: Op,
    /// How many of the register's units one of the form's is.
    units: i64,
    words: &'static str,
}

const BUILT_BEFORE: Part = Part {
    field: "built_before",
    dim: "built_year",
    op: Op::Lt,
    units: 1,
    words: "campaign-asked-before",
};

const OF_PREMISES: &[Part] = &[
    BUILT_BEFORE,
    Part {
        field: "floor_area",
        dim: "floor_area",
        op: Op::Ge,
        units: 100,
        words: "campaign-asked-area",
    },
    Part {
        field: "stalls",
        dim: "stalls",
        op: Op::Ge,
        units: 1,
        words: "campaign-asked-stalls",
    },
];

const OF_BUILDINGS: &[Part] = &[
    BUILT_BEFORE,
    Part {
        field: "storeys",
        dim: "storeys",
        op: Op::Ge,
        units: 1,
        words: "policy-asked-storeys",
    },
    Part {
        field: "dwellings",
        dim: "dwellings",
        op: Op::Ge,
        units: 1,
        words: "policy-asked-dwellings",
    },
];

fn parts(dataset: &str) -> &'static [Part] {
    match dataset {
        "premises" => OF_PREMISES,
        "buildings" => OF_BUILDINGS,
        _ => &[],
    }
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
    fn value(&self, field: &str) -> &str {
        match field {
            "built_before" => &self.built_before,
            "floor_area" => &self.floor_area,
            "stalls" => &self.stalls,
            "storeys" => &self.storeys,
            "dwellings" => &self.dwellings,
            _ => "",
        }
    }

    fn put(&mut self, field: &str, value: String) {
        match field {
            "built_before" => self.built_before = value,
            "floor_area" => self.floor_area = value,
            "stalls" => self.stalls = value,
            "storeys" => self.storeys = value,
            "dwellings" => self.dwellings = value,
            _ => {}
        }
    }

    /// The question to that dataset; fields of another one count nothing.
    ///
    /// # Errors
    /// 422 where a number is none.
    pub(super) fn query(&self, dataset: &str) -> Result<Query> {
        let mut all = Vec::new();
        if dataset == "premises" && !self.kind.is_empty() {
            all.push(test(
                "premises_kind",
                Op::Is,
                Value::Text(self.kind.clone()),
            ));
        }
        for part in parts(dataset) {
            if let Some(number) = number(part.field, self.value(part.field))? {
                all.push(test(part.dim, part.op, Value::Number(number * part.units)));
            }
        }
        Ok(Query {
            dataset: dataset.to_owned(),
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
            let part = parts(&query.dataset)
                .iter()
                .find(|part| part.dim == test.dim && part.op == test.op);
            match (part, test.dim.as_str(), test.op, value) {
                (_, "premises_kind", Op::Is, Value::Text(kind)) => asked.kind.clone_from(kind),
                (Some(part), _, _, Value::Number(number)) if part.dim == "floor_area" => {
                    asked.put(part.field, square_metres(*number));
                }
                (Some(part), _, _, Value::Number(number)) => {
                    asked.put(part.field, number.to_string());
                }
                _ => return None,
            }
        }
        Some(asked)
    }

    /// In words: 市场 · 1999 年以前建成 · 5000 m² 以上.
    fn words(&self, s: &Shell, dataset: &str) -> String {
        let mut words = Vec::new();
        if !self.kind.is_empty() {
            words.push(s.tt("premises-kind", &self.kind));
        }
        for part in parts(dataset) {
            let value = self.value(part.field);
            if !value.is_empty() {
                words.push(s.t1(part.words, "value", value));
            }
        }
        if words.is_empty() {
            words.push(match dataset {
                "buildings" => s.t("policy-asked-all-buildings"),
                _ => s.t("campaign-asked-all"),
            });
        }
        words.join(" · ")
    }
}

/// A question in words, also one of the interface.
pub(super) fn words(s: &Shell, query: &Query) -> String {
    Asked::of(query).map_or_else(
        || serde_json::to_string(&query.filter).unwrap_or_default(),
        |asked| asked.words(s, &query.dataset),
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
            ..Asked::default()
        };
        assert_eq!(Asked::of(&asked.query("premises").unwrap()), Some(asked));
        let tall = Asked {
            built_before: "2000".to_owned(),
            storeys: "7".to_owned(),
            dwellings: "40".to_owned(),
            ..Asked::default()
        };
        assert_eq!(Asked::of(&tall.query("buildings").unwrap()), Some(tall));
        for dataset in ["premises", "buildings"] {
            let none = Asked::default();
            assert_eq!(Asked::of(&none.query(dataset).unwrap()), Some(none));
        }
        // What another subject is asked counts nothing.
        let other = Asked {
            stalls: "100".to_owned(),
            ..Asked::default()
        };
        let of_buildings = other.query("buildings").unwrap();
        assert_eq!(of_buildings.filter, Filter::All(Vec::new()));
        let wrong = Asked {
            stalls: "viele".to_owned(),
            ..Asked::default()
        };
        assert!(wrong.query("premises").is_err());
        let other = Query {
            filter: Filter::Any(Vec::new()),
            ..Query::default()
        };
        assert_eq!(Asked::of(&other), None);
    }
}
