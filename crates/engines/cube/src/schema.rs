//! What a dataset says about its records: its dimensions and their kinds.

use crate::query::Measure;

/// What a dimension holds, and so what can be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One word of a few: status, sex, use.
    Choice,
    /// Any number of words: the labels of a person.
    Labels,
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// An instant, microseconds UTC; asked by its day in local time.
    Time,
    /// Whole years from a birthday to the day asked for.
    Age,
    /// Days since the last of several days, none later than the day asked for. Never is longer than anything.
    Since,
    /// The most specific area the record belongs to.
    Area,
    /// Something records share (building, dwelling): for relations and for counting it once.
    Key,
}

/// One dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dim {
    pub code: &'static str,
    pub kind: Kind,
    /// Speaks of health, means or the like: shown with care.
    pub sensitive: bool,
    /// How many of what is kept make one of what people say: areas are kept in 0.01 m² and said in m².
    pub per: u32,
}

impl Dim {
    #[must_use]
    pub const fn new(code: &'static str, kind: Kind) -> Self {
        Self {
            code,
            kind,
            sensitive: false,
            per: 1,
        }
    }

    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// People say it in units of so many of what is kept.
    #[must_use]
    pub const fn per(mut self, kept: u32) -> Self {
        self.per = kept;
        self
    }
}

/// The dimensions of a dataset. One of kind [`Kind::Area`] is called `area`, if there is any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    pub code: &'static str,
    pub dims: &'static [Dim],
}

impl Schema {
    #[must_use]
    pub fn dim(&self, code: &str) -> Option<&'static Dim> {
        self.dims.iter().find(|dim| dim.code == code)
    }

    /// The same of what is added up: 1 where records are counted.
    #[must_use]
    pub fn per(&self, measure: &Measure) -> u32 {
        match measure {
            Measure::Sum(code) | Measure::Mean(code) => self.dim(code).map_or(1, |dim| dim.per),
            _ => 1,
        }
    }

    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.dims.iter().position(|dim| dim.code == code)
    }
}
