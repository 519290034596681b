//! Whether a question makes sense, before it is asked: every fault at once, each naming what is wrong.

use crate::{
    Dim, Filter, Group, Kind, Measure, Op, Query, Related, Schema, Span, Test, Value, day,
};

/// Deeper filters are refused, so that no question can exhaust the stack.
const DEEPEST: usize = 12;
/// More conditions are refused.
const MOST: usize = 200;

/// One fault; `place` is where (`filter.0.values`, `group.1`), `what` the word that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind:?} ({what})")]
pub struct Fault {
    pub kind: FaultKind,
    pub place: String,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    UnknownDataset,
    UnknownDimension,
    /// The dimension cannot be asked that.
    WrongOperator,
    /// No value where some are needed, or one where one is needed.
    ValuesNeeded,
    /// A text where a number is needed, or no date.
    WrongValue,
    /// Cannot be grouped, or not that way.
    WrongGroup,
    TooManyGroups,
    /// The measure needs a dimension of another kind.
    WrongMeasure,
    /// Not shared by both datasets.
    NotShared,
    /// A relation within a relation.
    Nested,
    TooLarge,
    NoDate,
}

impl FaultKind {
    /// Key of the catalogue without its `field-` prefix.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownDataset => "query-dataset",
            Self::UnknownDimension => "query-dimension",
            Self::WrongOperator => "query-operator",
            Self::ValuesNeeded => "query-values",
            Self::WrongValue => "query-value",
            Self::WrongGroup => "query-group",
            Self::TooManyGroups => "query-groups",
            Self::WrongMeasure => "query-measure",
            Self::NotShared => "query-shared",
            Self::Nested => "query-nested",
            Self::TooLarge => "query-large",
            Self::NoDate => "query-date",
        }
    }
}

struct Checker<'a> {
    schemas: &'a [Schema],
    faults: Vec<Fault>,
    conditions: usize,
}

/// All faults of a question; empty for one that can be answered.
#[must_use]
pub fn check(query: &Query, schemas: &[Schema]) -> Vec<Fault> {
    let mut checker = Checker {
        schemas,
        faults: Vec::new(),
        conditions: 0,
    };
    let Some(schema) = checker.dataset(&query.dataset, "dataset") else {
        return checker.faults;
    };
    checker.filter(&schema, &query.filter, "filter", 0, false);
    for (at, group) in query.group.iter().enumerate() {
        checker.group(&schema, group, &format!("group.{at}"));
    }
    if query.group.len() > 3 {
        checker.fault(
            FaultKind::TooManyGroups,
            "group",
            &query.group.len().to_string(),
        );
    }
    checker.measure(&schema, &query.measure);
    if let Some(span) = &query.time {
        checker.span(&schema, span);
    }
    if let Some(day) = &query.as_of {
        checker.date(day, "as_of");
    }
    if query.area.is_some() && schema.dim("area").is_none() {
        checker.fault(FaultKind::UnknownDimension, "area", "area");
    }
    checker.faults
}

impl Checker<'_> {
    fn fault(&mut self, kind: FaultKind, place: &str, what: &str) {
        self.faults.push(Fault {
            kind,
            place: place.to_owned(),
            what: what.to_owned(),
        });
    }

    fn dataset(&mut self, code: &str, place: &str) -> Option<Schema> {
        let found = self
            .schemas
            .iter()
            .find(|schema| schema.code == code)
            .copied();
        if found.is_none() {
            self.fault(FaultKind::UnknownDataset, place, code);
        }
        found
    }

    fn dim(&mut self, schema: &Schema, code: &str, place: &str) -> Option<&'static Dim> {
        let found = schema.dim(code);
        if found.is_none() {
            self.fault(FaultKind::UnknownDimension, place, code);
        }
        found
    }

    fn date(&mut self, text: &str, place: &str) {
        if day::parse(text).is_none() {
            self.fault(FaultKind::NoDate, place, text);
        }
    }

    fn filter(&mut self, schema: &Schema, filter: &Filter, place: &str, depth: usize, inner: bool) {
        self.conditions += 1;
        if depth > DEEPEST || self.conditions > MOST {
            if self
                .faults
                .last()
                .is_none_or(|last| last.kind != FaultKind::TooLarge)
            {
                self.fault(FaultKind::TooLarge, place, "");
            }
            return;
        }
        match filter {
            Filter::All(parts) | Filter::Any(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    self.filter(schema, part, &format!("{place}.{at}"), depth + 1, inner);
                }
            }
            Filter::Not(part) => {
                self.filter(schema, part, &format!("{place}.not"), depth + 1, inner)
            }
            Filter::Test(test) => self.test(schema, test, place),
            Filter::Related(_) if inner => self.fault(FaultKind::Nested, place, ""),
            Filter::Related(related) => self.related(schema, related, place, depth),
        }
    }

    fn related(&mut self, schema: &Schema, related: &Related, place: &str, depth: usize) {
        let Some(other) = self.dataset(&related.dataset, &format!("{place}.dataset")) else {
            return;
        };
        let is_key = |schema: &Schema| {
            schema
                .dim(&related.sharing)
                .is_some_and(|dim| dim.kind == Kind::Key)
        };
        if !is_key(schema) || !is_key(&other) {
            self.fault(
                FaultKind::NotShared,
                &format!("{place}.sharing"),
                &related.sharing,
            );
        }
        self.filter(
            &other,
            &related.filter,
            &format!("{place}.filter"),
            depth + 1,
            true,
        );
    }

    fn test(&mut self, schema: &Schema, test: &Test, place: &str) {
        let Some(dim) = self.dim(schema, &test.dim, place) else {
            return;
        };
        let orders = matches!(test.op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
        let ordered = matches!(
            dim.kind,
            Kind::Number | Kind::Day | Kind::Time | Kind::Age | Kind::Since
        );
        if (orders && !ordered) || (dim.kind == Kind::Key && test.op != Op::Missing) {
            return self.fault(FaultKind::WrongOperator, place, &test.dim);
        }
        let enough = match test.op {
            Op::Missing => test.values.is_empty(),
            Op::Is => !test.values.is_empty(),
            _ => test.values.len() == 1,
        };
        if !enough {
            return self.fault(FaultKind::ValuesNeeded, place, &test.dim);
        }
        for value in &test.values {
            if !fits(dim.kind, value) {
                self.fault(FaultKind::WrongValue, place, &value.to_string());
            }
        }
    }

    fn group(&mut self, schema: &Schema, group: &Group, place: &str) {
        let Some(dim) = self.dim(schema, &group.dim, place) else {
            return;
        };
        let said = (
            group.level.is_some(),
            group.bucket.is_some(),
            group.width.is_some(),
        );
        let fits = match dim.kind {
            Kind::Choice | Kind::Labels => said == (false, false, false),
            Kind::Number | Kind::Age | Kind::Since => {
                said == (false, false, true) && group.width != Some(0)
            }
            Kind::Day | Kind::Time => said == (false, true, false),
            Kind::Area => said == (true, false, false),
            Kind::Key => false,
        };
        if !fits {
            self.fault(FaultKind::WrongGroup, place, &group.dim);
        }
    }

    fn measure(&mut self, schema: &Schema, measure: &Measure) {
        let (code, kind) = match measure {
            Measure::Count => return,
            Measure::Ratio { part, of, weight } => {
                self.filter(schema, part, "measure.part", 0, false);
                self.filter(schema, of, "measure.of", 0, false);
                match weight {
                    Some(code) => (code, Kind::Number),
                    None => return,
                }
            }
            Measure::Distinct(code) => (code, Kind::Key),
            Measure::Sum(code) | Measure::Mean(code) => (code, Kind::Number),
        };
        let Some(dim) = self.dim(schema, code, "measure") else {
            return;
        };
        if dim.kind != kind {
            self.fault(FaultKind::WrongMeasure, "measure", code);
        }
    }

    fn span(&mut self, schema: &Schema, span: &Span) {
        if let Some(dim) = self.dim(schema, &span.dim, "time")
            && !matches!(dim.kind, Kind::Day | Kind::Time)
        {
            self.fault(FaultKind::WrongOperator, "time", &span.dim);
        }
        self.date(&span.from, "time.from");
        self.date(&span.to, "time.to");
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Choice | Kind::Labels => matches!(value, Value::Text(_)),
        Kind::Number | Kind::Age | Kind::Since | Kind::Area => matches!(value, Value::Number(_)),
        Kind::Day | Kind::Time => {
            matches!(value, Value::Text(text) if day::parse(text).is_some())
        }
        Kind::Key => false,
    }
}
