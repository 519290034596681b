//! The question: one typed value for pages, exports, indicators and the interface alike; JSON outside.

use serde::{Deserialize, Serialize};

/// `{dataset, filter, group, measure, time, area, as_of}`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub dataset: String,
    #[serde(default)]
    pub filter: Filter,
    /// At most three.
    #[serde(default)]
    pub group: Vec<Group>,
    #[serde(default)]
    pub measure: Measure,
    /// Only records with a time in these days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Span>,
    /// Only records of this area, of whatever level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<i64>,
    /// As it was known at the end of that day, `2026-10-31`; now, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// When its areas were named, microseconds UTC: each stands for itself and for all that has come out of it since
    /// ([`crate::Areas::meant`]). Unless said, an area is what it is at the moment asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_at: Option<i64>,
}

impl Query {
    /// Whether it asks the same, whenever it was put into words.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let bare = |one: &Self| Self {
            named_at: None,
            ..one.clone()
        };
        bare(self) == bare(other)
    }

    /// The areas it names: its own, and those of its conditions.
    #[must_use]
    pub fn areas_named(&self) -> Vec<i64> {
        let mut named: Vec<i64> = self.area.into_iter().collect();
        let mut filters = vec![&self.filter];
        if let Measure::Ratio { part, of, .. } = &self.measure {
            filters.extend([part, of]);
        }
        while let Some(filter) = filters.pop() {
            match filter {
                Filter::All(parts) | Filter::Any(parts) => filters.extend(parts),
                Filter::Not(part) => filters.push(part),
                Filter::Related(related) => filters.push(&related.filter),
                Filter::Test(test) if test.dim == AREA => {
                    named.extend(test.values.iter().filter_map(|value| match value {
                        Value::Number(area) => Some(*area),
                        Value::Text(_) => None,
                    }));
                }
                Filter::Test(_) => {}
            }
        }
        named.sort_unstable();
        named.dedup();
        named
    }
}

/// What the dimension is called in every dataset by which records lie in areas.
pub(crate) const AREA: &str = "area";

/// Days, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub dim: String,
    pub from: String,
    pub to: String,
}

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Test(Test),
    Related(Related),
}

impl Default for Filter {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// One dimension against values. Nothing recorded never passes a comparison, only [`Op::Missing`]; except the days
/// since what never was, which are longer than any number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub dim: String,
    pub op: Op,
    #[serde(default)]
    pub values: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// One of the values; for labels: has one of them; for areas: lies in one of them.
    Is,
    Lt,
    Le,
    Gt,
    Ge,
    Missing,
}

/// Other records that share something with this one: "nobody trained in first aid in the same building".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    pub quantity: Quantity,
    pub dataset: String,
    /// A dimension of kind key in both datasets. A record without it shares it with none.
    pub sharing: String,
    #[serde(default)]
    pub filter: Box<Filter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    Any,
    None,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Number(i64),
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The value of one group; `None`: nothing recorded. Bands give their lower end, times the first day of theirs,
/// areas their number.
pub type Key = Option<Value>;

/// One dimension to group by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub dim: String,
    /// Areas: at which level, by the numbers the caller gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Days and times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Bucket>,
    /// Numbers, ages, days since: how wide a band is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    Day,
    /// From Monday.
    Week,
    Month,
    Quarter,
    Year,
}

/// What is counted of the records of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    #[default]
    Count,
    /// How many different ones of a dimension of kind key.
    Distinct(String),
    /// Of a dimension of kind number.
    Sum(String),
    Mean(String),
    /// How many of the records `of` are also `part`.
    Ratio {
        part: Filter,
        of: Filter,
        /// Each record counts as many times as this dimension of kind number says; once, unless said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weight: Option<String>,
    },
}
