//! A question as it stands in the address of a page, so that it can be composed by clicks, shared, and reloaded.
//!
//! `d=persons&f=age~ge~80&f=labels~is~living_alone&f=none~building~persons~labels~is~first_aid&g=area~5&as_of=2026-10-31`

mod condition;

use serde::{Deserialize, Serialize};
use youlin_datasets::cube::{
    Bucket, Filter, Group, Key, Kind, Measure, Query, Schema, Span, Value,
};
use youlin_datasets::{Dataset, Datasets};
use youlin_kernel::{Micros, Problem, Result};

use crate::indicators::{self, Indicator};

pub(crate) use condition::op_text;
pub use condition::{Condition, Who};

/// See the module's text. Everything that is empty was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Composed {
    /// Dataset.
    pub d: String,
    /// Conditions, all of which hold.
    pub f: Vec<String>,
    /// What it is grouped by: `sex`, `age~10`, `area~5`, `reported~month`.
    pub g: Vec<String>,
    /// The code of a measure of the dataset.
    pub m: String,
    /// First and last day; of the dataset's own time.
    pub from: String,
    pub to: String,
    pub area: String,
    pub as_of: String,
    /// When its areas were named, microseconds UTC: a kept question goes on to mean what was split off from them since.
    pub named: String,
    /// The cell whose records are asked for.
    pub k: Vec<String>,
    /// An indicator by its code instead of a measure, and whether only its part is meant.
    pub i: String,
    pub part: String,
    /// The form whose people are being chosen, so that every step of composing leads back to it; no part of the question.
    pub form: String,
}

impl Composed {
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs: Vec<(&'static str, &str)> = vec![("d", &self.d)];
        pairs.extend(self.f.iter().map(|one| ("f", one.as_str())));
        pairs.extend(self.g.iter().map(|one| ("g", one.as_str())));
        pairs.extend([
            ("m", self.m.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("area", &self.area),
            ("as_of", &self.as_of),
            ("named", &self.named),
            ("i", &self.i),
            ("part", &self.part),
            ("form", &self.form),
        ]);
        pairs.extend(self.k.iter().map(|one| ("k", one.as_str())));
        pairs.retain(|(_, value)| !value.trim().is_empty());
        pairs
    }

    /// What follows the `?`.
    #[must_use]
    pub fn address(&self) -> String {
        serde_html_form::to_string(self.pairs()).unwrap_or_default()
    }

    /// The fields a form must carry on, without those it sets itself.
    pub(crate) fn carried(&self, without: &[&str]) -> Vec<(String, String)> {
        let pairs = self.pairs().into_iter();
        let kept = pairs.filter(|(name, _)| !without.contains(name));
        kept.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The same, its areas named at that moment unless it says another; of a question that names none nothing is said.
    #[must_use]
    pub(crate) fn named_at(self, at: Micros) -> Self {
        let says_area = |text: &String| Condition::parse(text).is_ok_and(|one| one.dim == "area");
        let names = !self.area.trim().is_empty() || self.f.iter().any(says_area);
        if !names || !self.named.trim().is_empty() {
            return self;
        }
        Self {
            named: at.0.to_string(),
            ..self
        }
    }

    /// Only the question, without a cell.
    #[must_use]
    pub fn question(&self) -> Self {
        Self {
            k: Vec::new(),
            part: String::new(),
            ..self.clone()
        }
    }

    /// The typed question.
    ///
    /// # Errors
    /// 422 naming what cannot be read.
    pub fn query(&self, datasets: &Datasets) -> Result<Query> {
        let indicator = self.indicator()?;
        let dataset = datasets
            .get(indicator.map_or(&self.d, |one| &one.dataset))
            .ok_or_else(|| {
                Problem::invalid("dataset", "query-dataset").field_arg("what", &self.d)
            })?;
        let schema = dataset.schema();
        let mut filters = Vec::new();
        for text in &self.f {
            let condition = Condition::parse(text)?;
            filters.push(condition.filter(&schema, datasets)?);
        }
        let mut group = Vec::new();
        for text in self.g.iter().filter(|text| !text.is_empty()) {
            group.push(read_group(&schema, text)?);
        }
        Ok(Query {
            dataset: schema.code.to_owned(),
            filter: Filter::All(filters),
            group,
            measure: match indicator {
                Some(one) => one.measure(),
                None => self.measure(&**dataset)?,
            },
            time: self.span(indicator.map(|one| one.time.as_str()).or(dataset.time()))?,
            area: read_area(&self.area)?,
            as_of: Some(self.as_of.trim().to_owned()).filter(|day| !day.is_empty()),
            named_at: self.named()?,
        })
    }

    fn named(&self) -> Result<Option<i64>> {
        match self.named.trim() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_nan| Problem::invalid("named", "query-value").field_arg("what", text)),
        }
    }

    fn measure(&self, dataset: &dyn Dataset) -> Result<Measure> {
        match self.m.as_str() {
            "" | "count" => Ok(Measure::Count),
            code => dataset
                .measures()
                .into_iter()
                .find(|one| one.code == code)
                .map(|one| one.measure)
                .ok_or_else(|| {
                    Problem::invalid("measure", "query-measure").field_arg("what", code)
                }),
        }
    }

    /// The indicator that is asked for instead of a measure.
    ///
    /// # Errors
    /// 422 for an unknown one.
    pub(crate) fn indicator(&self) -> Result<Option<&'static Indicator>> {
        match self.i.as_str() {
            "" => Ok(None),
            code => indicators::find(code).map(Some),
        }
    }

    fn span(&self, time: Option<&str>) -> Result<Option<Span>> {
        if self.from.trim().is_empty() && self.to.trim().is_empty() {
            return Ok(None);
        }
        let dim = time.ok_or_else(|| {
            Problem::invalid("time", "query-dimension").field_arg("what", &self.from)
        })?;
        let or = |text: &str, end: &str| match text.trim() {
            "" => end.to_owned(),
            text => text.to_owned(),
        };
        Ok(Some(Span {
            dim: dim.to_owned(),
            from: or(&self.from, "1900-01-01"),
            to: or(&self.to, "2999-12-31"),
        }))
    }

    /// The cell meant.
    ///
    /// # Errors
    /// 422 for what is no key.
    pub fn cell(&self) -> Result<Vec<Key>> {
        self.k.iter().map(|text| read_key(text)).collect()
    }
}

/// The area as it stands in an address; where nothing was said, none.
///
/// # Errors
/// 422 for what is no number.
pub(crate) fn read_area(text: &str) -> Result<Option<i64>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_nan| Problem::invalid("area", "query-area")),
    }
}

/// `n` nothing recorded, `i80` a number, `tfemale` a text.
pub(crate) fn key_text(key: &Key) -> String {
    match key {
        None => "n".to_owned(),
        Some(Value::Number(number)) => format!("i{number}"),
        Some(Value::Text(text)) => format!("t{text}"),
    }
}

fn read_key(text: &str) -> Result<Key> {
    let wrong = || Problem::invalid("k", "query-value").field_arg("what", text);
    let mut letters = text.chars();
    match letters.next() {
        Some('n') if text.len() == 1 => Ok(None),
        Some('i') => letters
            .as_str()
            .parse()
            .map(|number| Some(Value::Number(number)))
            .map_err(|_nan| wrong()),
        Some('t') => Ok(Some(Value::Text(letters.as_str().to_owned()))),
        _ => Err(wrong()),
    }
}

fn read_group(schema: &Schema, text: &str) -> Result<Group> {
    let wrong = || Problem::invalid("group", "query-group").field_arg("what", text);
    let (code, how) = text.split_once('~').unwrap_or((text, ""));
    let dim = schema.dim(code).ok_or_else(wrong)?;
    let mut group = Group {
        dim: code.to_owned(),
        ..Group::default()
    };
    match dim.kind {
        Kind::Choice | Kind::Labels => {}
        Kind::Area => group.level = Some(how.parse().map_err(|_nan| wrong())?),
        Kind::Number | Kind::Age | Kind::Since => {
            group.width = Some(how.parse().map_err(|_nan| wrong())?)
        }
        Kind::Day | Kind::Time => group.bucket = Some(bucket(how).ok_or_else(wrong)?),
        Kind::Key => return Err(wrong()),
    }
    Ok(group)
}

fn bucket(text: &str) -> Option<Bucket> {
    Some(match text {
        "day" => Bucket::Day,
        "week" => Bucket::Week,
        "month" => Bucket::Month,
        "quarter" => Bucket::Quarter,
        "year" => Bucket::Year,
        _ => return None,
    })
}

/// All ways in which the records of a dataset can be grouped, as they stand in the address.
pub(crate) fn group_choices(schema: &Schema) -> Vec<String> {
    let mut choices = Vec::new();
    for dim in schema.dims {
        // Ten and fifty of what people say.
        let wide = [10, 50].map(|said| format!("~{}", said * dim.per));
        let hows: &[&str] = match dim.kind {
            Kind::Choice | Kind::Labels => &[""],
            Kind::Area => &["~3", "~4", "~5", "~6"],
            Kind::Age => &["~5", "~10"],
            Kind::Since => &["~30"],
            Kind::Number if dim.per > 1 => &[wide[0].as_str(), wide[1].as_str()],
            Kind::Number => &["~1", "~10"],
            Kind::Day | Kind::Time => &["~month", "~week", "~day", "~quarter", "~year"],
            Kind::Key => &[],
        };
        choices.extend(hows.iter().map(|how| format!("{}{how}", dim.code)));
    }
    choices
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_means_the_same_when_it_is_read_again() {
        let one = Composed {
            d: "persons".into(),
            f: vec!["age~ge~80".into(), "labels~is~talent:急救&=~".into()],
            g: vec!["area~5".into(), "sex".into()],
            as_of: "2026-10-31".into(),
            k: vec![key_text(&Some(Value::Number(100))), key_text(&None)],
            ..Composed::default()
        };
        let again: Composed = serde_html_form::from_str(&one.address()).unwrap();
        assert_eq!(again, one);
        assert_eq!(again.cell().unwrap(), [Some(Value::Number(100)), None]);
        assert!(one.question().cell().unwrap().is_empty());
    }
}
