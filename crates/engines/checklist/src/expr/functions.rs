//! The functions an expression may call: those of ODK XForms that need neither chance nor the network nor a device.

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    If,
    Coalesce,
    Concat,
    Join,
    Text,
    Length,
    Substr,
    SubstringBefore,
    SubstringAfter,
    Contains,
    StartsWith,
    EndsWith,
    NormalizeSpace,
    Translate,
    Regex,
    Selected,
    SelectedAt,
    CountSelected,
    Number,
    Int,
    Round,
    Abs,
    Pow,
    Sqrt,
    Min,
    Max,
    Sum,
    Count,
    CountNonEmpty,
    Not,
    True,
    False,
    Boolean,
    Today,
    Now,
    Date,
    DecimalDateTime,
    FormatDate,
    Position,
    IndexedRepeat,
}

/// Name, least and most arguments of each function.
pub const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("if", 3, 3),
    ("coalesce", 2, 2),
    ("concat", 1, 100),
    ("join", 2, 100),
    ("string", 1, 1),
    ("string-length", 1, 1),
    ("substr", 2, 3),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("contains", 2, 2),
    ("starts-with", 2, 2),
    ("ends-with", 2, 2),
    ("normalize-space", 1, 1),
    ("translate", 3, 3),
    ("regex", 2, 2),
    ("selected", 2, 2),
    ("selected-at", 2, 2),
    ("count-selected", 1, 1),
    ("number", 1, 1),
    ("int", 1, 1),
    ("round", 2, 2),
    ("abs", 1, 1),
    ("pow", 2, 2),
    ("sqrt", 1, 1),
    ("min", 1, 100),
    ("max", 1, 100),
    ("sum", 1, 1),
    ("count", 1, 1),
    ("count-non-empty", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("boolean", 1, 1),
    ("today", 0, 0),
    ("now", 0, 0),
    ("date", 1, 1),
    ("decimal-date-time", 1, 1),
    ("format-date", 2, 2),
    ("position", 1, 1),
    ("indexed-repeat", 3, 3),
];

/// In the order of [`FUNCTIONS`].
const ALL: [Function; 40] = {
    use Function as F;
    [
        F::If,
        F::Coalesce,
        F::Concat,
        F::Join,
        F::Text,
        F::Length,
        F::Substr,
        F::SubstringBefore,
        F::SubstringAfter,
        F::Contains,
        F::StartsWith,
        F::EndsWith,
        F::NormalizeSpace,
        F::Translate,
        F::Regex,
        F::Selected,
        F::SelectedAt,
        F::CountSelected,
        F::Number,
        F::Int,
        F::Round,
        F::Abs,
        F::Pow,
        F::Sqrt,
        F::Min,
        F::Max,
        F::Sum,
        F::Count,
        F::CountNonEmpty,
        F::Not,
        F::True,
        F::False,
        F::Boolean,
        F::Today,
        F::Now,
        F::Date,
        F::DecimalDateTime,
        F::FormatDate,
        F::Position,
        F::IndexedRepeat,
    ]
};

impl Function {
    pub(crate) fn find(name: &str) -> Option<(Self, usize, usize)> {
        let at = FUNCTIONS.iter().position(|one| one.0 == name)?;
        let (_, least, most) = FUNCTIONS[at];
        Some((*ALL.get(at)?, least, most))
    }

    pub(crate) fn name(self) -> &'static str {
        let at = ALL.iter().position(|one| *one == self);
        at.map_or("", |at| FUNCTIONS[at].0)
    }

    /// Whether its first argument (the second of `join`) is all instances of a question or repeat.
    pub(crate) fn takes_all(self) -> bool {
        matches!(
            self,
            Self::Sum | Self::Count | Self::CountNonEmpty | Self::Min | Self::Max | Self::Join
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_functions_stand_in_the_same_order() {
        assert_eq!(ALL.len(), FUNCTIONS.len());
        for (name, ..) in FUNCTIONS {
            assert_eq!(
                Function::find(name).map(|found| found.0.name()),
                Some(*name)
            );
        }
        assert_eq!(
            Function::find("count-non-empty").map(|one| one.0),
            Some(Function::CountNonEmpty)
        );
        assert_eq!(
            Function::find("today").map(|one| one.0),
            Some(Function::Today)
        );
        assert_eq!(
            Function::find("position").map(|one| one.0),
            Some(Function::Position)
        );
    }
}
