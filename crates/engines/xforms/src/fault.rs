//! What is wrong with a workbook.

use thiserror::Error;
use youlin_tabular::TableFault;

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    pub sheet: String,
    /// As the program that made it counts rows; 0 when the fault is of the whole sheet.
    pub row: u32,
    pub what: WrongSheet,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WrongSheet {
    #[error("{0}")]
    File(TableFault),
    #[error("the sheet is missing")]
    Missing,
    /// A sheet that means something to other programs and nothing here.
    #[error("the sheet {0} is not supported")]
    Sheet(String),
    #[error("the column {0} is missing")]
    NoColumn(String),
    #[error("the column {0} is not supported")]
    Column(String),
    #[error("the type {0} is not supported")]
    Type(String),
    #[error("{0} ends what did not begin, or begins what does not end")]
    Nesting(String),
    #[error("{column} cannot be {value}")]
    Value { column: String, value: String },
}

impl WrongSheet {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(fault) => fault.code(),
            Self::Missing => "sheet-missing",
            Self::Sheet(_) => "sheet",
            Self::NoColumn(_) => "no-column",
            Self::Column(_) => "column",
            Self::Type(_) => "type",
            Self::Nesting(_) => "nesting",
            Self::Value { .. } => "value",
        }
    }
}
