//! One condition of the address: `age~ge~80`, `not~labels~is~a~b`, `none~building~persons~labels~is~first_aid`,
//! `age~missing`, and `age~missing~sex` where one of several is not recorded.
//! Within a value `%` and `~` are written `%25` and `%7E`.

use youlin_datasets::Datasets;
use youlin_datasets::cube::{Dim, Filter, Kind, Op, Quantity, Related, Schema, Test, Value};
use youlin_kernel::{Problem, Result};

/// Of whom it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// The record itself.
    #[default]
    Own,
    /// The record itself, denied.
    Not,
    /// Records of that dataset which share that key.
    Others {
        quantity: Quantity,
        sharing: String,
        dataset: String,
    },
}

/// See the module's text. Of what is missing the values are further dimensions, one of which is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub who: Who,
    pub dim: String,
    pub op: Op,
    pub values: Vec<String>,
}

impl Default for Condition {
    fn default() -> Self {
        Self {
            who: Who::Own,
            dim: String::new(),
            op: Op::Is,
            values: Vec::new(),
        }
    }
}

fn wrong(text: &str) -> Problem {
    Problem::invalid("filter", "query-condition").field_arg("what", text)
}

pub(crate) fn op_text(op: Op) -> &'static str {
    match op {
        Op::Is => "is",
        Op::Lt => "lt",
        Op::Le => "le",
        Op::Gt => "gt",
        Op::Ge => "ge",
        Op::Missing => "missing",
    }
}

fn read_op(text: &str) -> Option<Op> {
    [Op::Is, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Missing]
        .into_iter()
        .find(|op| op_text(*op) == text)
}

impl Who {
    /// `""`, `not`, `none~building~persons`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Own => String::new(),
            Self::Not => "not".to_owned(),
            Self::Others {
                quantity,
                sharing,
                dataset,
            } => {
                let quantity = match quantity {
                    Quantity::Any => "any",
                    Quantity::None => "none",
                };
                format!("{quantity}~{sharing}~{dataset}")
            }
        }
    }

    fn read<'a>(parts: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let quantity = match parts.peek().copied() {
            Some("not") => {
                parts.next();
                return Some(Self::Not);
            }
            Some("any") => Quantity::Any,
            Some("none") => Quantity::None,
            _ => return Some(Self::Own),
        };
        parts.next();
        Some(Self::Others {
            quantity,
            sharing: parts.next()?.to_owned(),
            dataset: parts.next()?.to_owned(),
        })
    }

    /// Reads what [`Who::text`] wrote.
    ///
    /// # Errors
    /// 422 for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::Own);
        }
        let mut parts = text.split('~').peekable();
        let who = Self::read(&mut parts).ok_or_else(|| wrong(text))?;
        match (parts.next(), &who) {
            (None, Self::Not | Self::Others { .. }) => Ok(who),
            _ => Err(wrong(text)),
        }
    }
}

impl Condition {
    /// Reads one of the address.
    ///
    /// # Errors
    /// 422 for what is none.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = text.split('~').peekable();
        let read = |parts: &mut std::iter::Peekable<std::str::Split<'_, char>>| {
            let who = Who::read(parts)?;
            let dim = parts.next()?.to_owned();
            let op = read_op(parts.next()?)?;
            Some((who, dim, op))
        };
        let (who, dim, op) = read(&mut parts).ok_or_else(|| wrong(text))?;
        Ok(Self {
            who,
            dim,
            op,
            values: parts
                .map(|part| part.replace("%7E", "~").replace("%25", "%"))
                .collect(),
        })
    }

    /// As it stands in the address.
    #[must_use]
    pub fn text(&self) -> String {
        let who = self.who.text();
        let mut parts = vec![self.dim.clone(), op_text(self.op).to_owned()];
        parts.extend(
            self.values
                .iter()
                .map(|value| value.replace('%', "%25").replace('~', "%7E")),
        );
        let own = parts.join("~");
        if who.is_empty() {
            own
        } else {
            format!("{who}~{own}")
        }
    }

    /// The schema it speaks of: its own, or that of the others.
    ///
    /// # Errors
    /// 422 for an unknown dataset.
    pub fn schema(&self, own: &Schema, datasets: &Datasets) -> Result<Schema> {
        match &self.who {
            Who::Own | Who::Not => Ok(*own),
            Who::Others { dataset, .. } => datasets
                .get(dataset)
                .map(|set| set.schema())
                .ok_or_else(|| {
                    Problem::invalid("filter", "query-dataset").field_arg("what", dataset)
                }),
        }
    }

    /// The typed filter.
    ///
    /// # Errors
    /// 422 for an unknown dimension, or a text where a number is needed.
    pub fn filter(&self, own: &Schema, datasets: &Datasets) -> Result<Filter> {
        let schema = self.schema(own, datasets)?;
        let test = match self.op {
            Op::Missing if !self.values.is_empty() => self.one_missing(&schema)?,
            _ => self.test(&schema)?,
        };
        Ok(match &self.who {
            Who::Own => test,
            Who::Not => Filter::Not(Box::new(test)),
            Who::Others {
                quantity,
                sharing,
                dataset,
            } => Filter::Related(Related {
                quantity: *quantity,
                dataset: dataset.clone(),
                sharing: sharing.clone(),
                filter: Box::new(test),
            }),
        })
    }
}

impl Condition {
    /// The dimensions it names.
    pub(crate) fn dims(&self) -> impl Iterator<Item = &str> {
        let more = match self.op {
            Op::Missing => self.values.as_slice(),
            _ => &[],
        };
        std::iter::once(self.dim.as_str()).chain(more.iter().map(String::as_str))
    }

    fn one_missing(&self, schema: &Schema) -> Result<Filter> {
        let mut parts = Vec::new();
        for code in self.dims() {
            known(schema, code)?;
            parts.push(Filter::Test(Test {
                dim: code.to_owned(),
                op: Op::Missing,
                values: Vec::new(),
            }));
        }
        Ok(Filter::Any(parts))
    }

    fn test(&self, schema: &Schema) -> Result<Filter> {
        let dim = known(schema, &self.dim)?;
        let mut values = Vec::new();
        for text in &self.values {
            values.push(match dim.kind {
                Kind::Number | Kind::Age | Kind::Since | Kind::Area => {
                    let number = text.trim().parse().map_err(|_nan| {
                        Problem::invalid("filter", "query-value").field_arg("what", text)
                    })?;
                    Value::Number(number)
                }
                _ => Value::Text(text.clone()),
            });
        }
        Ok(Filter::Test(Test {
            dim: self.dim.clone(),
            op: self.op,
            values,
        }))
    }
}

fn known(schema: &Schema, code: &str) -> Result<&'static Dim> {
    let dim = schema.dim(code);
    dim.ok_or_else(|| Problem::invalid("filter", "query-dimension").field_arg("what", code))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn conditions_are_read_as_they_are_written() {
        for text in [
            "age~ge~80",
            "not~labels~is~living_alone",
            "none~building~persons~labels~is~first_aid",
            "seen~missing",
            "age~missing~sex",
            "labels~is~a%7Eb%25~c",
        ] {
            assert_eq!(Condition::parse(text).unwrap().text(), text);
        }
        assert_eq!(
            Condition::parse("labels~is~a%7Eb%25").unwrap().values,
            ["a~b%"]
        );
        for text in ["", "age", "age~above~80", "none~building", "not"] {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
        assert!(Who::parse("none~building~persons~age").is_err());
    }
}
