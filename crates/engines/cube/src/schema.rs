//! What a dataset says about its records: its dimensions and their kinds.

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
}

impl Dim {
    #[must_use]
    pub const fn new(code: &'static str, kind: Kind) -> Self {
        Self {
            code,
            kind,
            sensitive: false,
        }
    }

    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
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

    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.dims.iter().position(|dim| dim.code == code)
    }
}
