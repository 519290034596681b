//! What is wrong with a file or a cell, each with a name of its own.

use thiserror::Error;

/// Why a file is no table to be read. [`TableFault::code`] is the key of its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableFault {
    /// Nothing in it.
    #[error("the file holds nothing")]
    Empty,
    /// Encrypted: opening it asks for a password.
    #[error("the workbook is protected by a password")]
    Password,
    /// Holds macros (.xlsm), which are never run nor kept.
    #[error("the workbook holds macros")]
    Macros,
    /// The binary form of Excel 97 to 2003.
    #[error("the workbook is in the old .xls form")]
    OldExcel,
    /// The binary form .xlsb.
    #[error("the workbook is in the binary .xlsb form")]
    BinaryExcel,
    /// Another kind of document, by its usual ending (`ods`, `docx`, `pdf`, `html`, `zip`, `image`).
    #[error("the file is {0}, not a table")]
    OtherKind(&'static str),
    /// More rows than may be taken in at once.
    #[error("more than {most} rows")]
    TooManyRows {
        /// The limit.
        most: u32,
    },
    /// Unpacks to more than is sound for its kind.
    #[error("unpacks to more than {megabytes} MB")]
    TooLarge {
        /// The limit.
        megabytes: u64,
    },
    /// Neither UTF-8, UTF-16 nor GBK.
    #[error("the text is in no known encoding")]
    Encoding,
    /// Broken: cut off, or not what its ending says.
    #[error("the file is damaged")]
    Damaged,
    /// No row names columns that mean anything here.
    #[error("no column was recognised")]
    NoColumns,
    /// Columns are named, and nothing stands below them but explanations.
    #[error("no row below the names of the columns")]
    OnlyHeader,
    /// Text, and no table.
    #[error("words and no table")]
    OnlyWords,
    /// Every sheet is hidden.
    #[error("all sheets are hidden")]
    AllHidden,
    /// The sheet that was to be filled is not in the workbook.
    #[error("the workbook has no such sheet")]
    NoSheet,
}

impl TableFault {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "sheet-empty",
            Self::Password => "sheet-password",
            Self::Macros => "sheet-macros",
            Self::OldExcel => "sheet-old-excel",
            Self::BinaryExcel => "sheet-binary-excel",
            Self::OtherKind(_) => "sheet-other-kind",
            Self::TooManyRows { .. } => "sheet-too-many-rows",
            Self::TooLarge { .. } => "sheet-too-large",
            Self::Encoding => "sheet-encoding",
            Self::Damaged => "sheet-damaged",
            Self::NoColumns => "sheet-no-columns",
            Self::OnlyHeader => "sheet-only-header",
            Self::OnlyWords => "sheet-only-words",
            Self::AllHidden => "sheet-all-hidden",
            Self::NoSheet => "sheet-missing",
        }
    }

    /// The argument of the sentence, if it has one.
    #[must_use]
    pub fn arg(&self) -> Option<(&'static str, String)> {
        match self {
            Self::OtherKind(kind) => Some(("kind", (*kind).to_owned())),
            Self::TooManyRows { most } => Some(("max", most.to_string())),
            Self::TooLarge { megabytes } => Some(("megabytes", megabytes.to_string())),
            _ => None,
        }
    }
}

/// Why a cell does not say what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ValueFault {
    /// No form of writing such a thing.
    #[error("cannot be read")]
    Unreadable,
    /// A day of the lunar calendar: without the leap months of that year it names no day.
    #[error("a lunar date")]
    Lunar,
    /// A day there never was, 30 February.
    #[error("no such day")]
    NoSuchDay,
    /// Later than today.
    #[error("in the future")]
    Future,
    /// Before anybody alive was born.
    #[error("too long ago")]
    TooLongAgo,
    /// A long number kept as a number: its last digits were lost when the sheet was saved.
    #[error("digits were lost")]
    Rounded,
    /// Partly covered by stars.
    #[error("masked")]
    Masked,
    /// Two digits for the year: the century is a guess.
    #[error("the century is not said")]
    Century,
    /// Day and month may be the other way round.
    #[error("day and month may be the other way round")]
    DayOrMonth,
    /// An age, not a birthday: the year may be the one before.
    #[error("an age")]
    Age,
}

impl ValueFault {
    /// Key of the sentence, without its prefix.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Lunar => "lunar",
            Self::NoSuchDay => "no-such-day",
            Self::Future => "future",
            Self::TooLongAgo => "too-long-ago",
            Self::Rounded => "rounded",
            Self::Masked => "masked",
            Self::Century => "century",
            Self::DayOrMonth => "day-or-month",
            Self::Age => "age",
        }
    }
}
