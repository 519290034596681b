//! The one-form engine: a workbook somebody upstairs asks for is mapped once to what is held, and from then on comes out
//! filled in its own layout. What nobody holds is named, and only that is asked at the door.

mod blank;
mod closing;
mod commands;
mod fill;
mod ledger;
mod offered;
mod queries;
mod shared;
mod suggest;
mod typed;

use serde::{Deserialize, Serialize};
use youlin_kernel::words;
use youlin_tabular::{FormColumn, FormLayout};

use crate::pages::read_address;

pub use blank::ReplaceBlank;
pub(crate) use blank::{blank_of, carried_over, file_fault};
pub use closing::{CloseForm, NoteWithdrawn};
pub use commands::{MapForm, NoteAnswers, NoteFill, SaveForm};
pub(crate) use fill::{fill, people, period_of, unheld, wanted_fields};
pub(crate) use ledger::{
    Cells, CellsOf, Filling, Ledger, Of, Tally, Yearly, cells, filling, ledger, unanswered,
};
pub(crate) use offered::{PERIOD, offered};
pub(crate) use queries::{FormLine, FormView, form, forms, mappings, open_form, same_form, titled};
pub(crate) use suggest::{Choices, Kinds, choices, fields, kinds, learned, likely_rows, suggest};
pub use typed::TypeAnswers;
pub(crate) use typed::{Gap, gaps, known_by, typed, typed_for};

/// The dataset of people.
pub(crate) const PERSONS: &str = "persons";

words! {
    /// Where the answer in a cell of a form came from.
    Origin {
        /// It was held.
        Records = "records",
        /// It was asked at the door for this form.
        Door = "door",
        /// The desk typed what somebody said.
        Typed = "typed",
        /// Nobody holds it: the cell stayed empty, and somebody types it.
        Empty = "empty",
    }
}

/// How many cells of a column came from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerCount {
    pub column: String,
    pub origin: Origin,
    pub cells: usize,
}

words! {
    /// How often a form is asked for.
    Every {
        Once = "once",
        Month = "month",
        Quarter = "quarter",
        HalfYear = "half_year",
        Year = "year",
    }
}

impl Every {
    /// Times a year; once is once.
    #[must_use]
    pub fn a_year(self) -> i64 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::HalfYear => 2,
            Self::Year | Self::Once => 1,
        }
    }
}

/// Where the columns of a blank workbook stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Blank {
    /// Number of the sheet in the workbook.
    pub sheet: usize,
    pub layout: FormLayout,
}

impl Blank {
    /// Whether it has single cells with names beside or above them, and no lines.
    #[must_use]
    pub fn is_card(&self) -> bool {
        self.layout.columns.iter().any(|one| one.row.is_some())
    }

    /// Where a column of the mapping is written, with what stands around a blank in the cell of its name.
    pub(crate) fn place_of(&self, column: &Column) -> FormColumn {
        let place = (column.row, column.column);
        let mut all = self.layout.columns.iter();
        let own = all.find(|one| (one.row, one.column) == place && one.name == column.name);
        FormColumn {
            column: column.column,
            name: column.name.clone(),
            row: column.row,
            within: own.and_then(|one| one.within.clone()),
        }
    }
}

/// What a line of the form is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// One record a line: those the question finds (what follows `/insight/query?`).
    Records(String),
    /// One area of this level (5 a grid, 6 a neighbourhood) a line.
    Areas(u8),
    /// The form's own area, once: one line, or the cells of a card.
    Area,
}

impl Rows {
    /// Whether its columns are fields of records, not figures of areas.
    pub(crate) fn of_records(&self) -> bool {
        matches!(self, Self::Records(_))
    }

    /// The dataset its records are of; none where its lines are areas.
    pub(crate) fn dataset(&self) -> Option<String> {
        let Self::Records(address) = self else {
            return None;
        };
        let question = read_address(address).unwrap_or_default();
        Some(match question.d.as_str() {
            "" => PERSONS.to_owned(),
            code => code.to_owned(),
        })
    }

    /// Whether its lines are people, who may be asked at the door; nobody is asked the name of the shop below.
    pub(crate) fn of_people(&self) -> bool {
        self.dataset().as_deref() == Some(PERSONS)
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self::Records("d=persons".to_owned())
    }
}

/// Where the values of a column come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from", content = "what")]
pub enum Source {
    /// Nobody holds it.
    #[default]
    Nobody,
    /// 1, 2, 3 …
    Serial,
    Constant(String),
    /// A field of the record.
    Field(String),
    AreaName,
    AreaCode,
    /// A figure of the area: the question.
    Figure(String),
}

impl Source {
    /// As it stands in the choices of the page.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Serial => "serial".to_owned(),
            Self::Constant(_) => "constant".to_owned(),
            Self::Field(code) => format!("field:{code}"),
            Self::AreaName => "area-name".to_owned(),
            Self::AreaCode => "area-code".to_owned(),
            Self::Figure(address) => format!("figure:{address}"),
        }
    }

    pub(crate) fn read(code: &str, constant: &str) -> Option<Self> {
        Some(match code {
            "" => Self::Nobody,
            "serial" => Self::Serial,
            "constant" => Self::Constant(constant.trim().to_owned()),
            "area-name" => Self::AreaName,
            "area-code" => Self::AreaCode,
            other => match other.split_once(':')? {
                ("field", code) => Self::Field(code.to_owned()),
                ("figure", address) => Self::Figure(address.to_owned()),
                _ => return None,
            },
        })
    }
}

/// One column of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its number in the sheet, from 0.
    pub column: usize,
    /// The row of the single cell it is, of a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    pub name: String,
    pub source: Source,
}

impl Column {
    /// A column of a blank, filled from there.
    pub(crate) fn of(blank: &FormColumn, source: Source) -> Self {
        Self {
            column: blank.column,
            row: blank.row,
            name: blank.name.clone(),
            source,
        }
    }

    /// The key of its question; the name, so that a form that gained a column keeps its answers.
    pub(crate) fn key(&self) -> String {
        key_of(&self.name)
    }
}

/// See [`Column::key`].
fn key_of(name: &str) -> String {
    let bare = name.chars().filter(|c| !c.is_whitespace());
    bare.take(80).collect()
}

/// When a form was filled.
pub(crate) fn at(fill: &crate::entities::report_fill::Model) -> youlin_kernel::Micros {
    youlin_kernel::Micros(fill.at)
}

/// Whether anything of a workbook was known by its name; running numbers are on every sheet there is.
pub(crate) fn knows_any(mapping: &Mapping) -> bool {
    let known = |one: &Column| {
        matches!(
            one.source,
            Source::Field(_) | Source::AreaName | Source::AreaCode | Source::Figure(_)
        )
    };
    mapping.columns.iter().any(known)
}

/// The columns people may be asked about at the door: nobody holds them, and the form is one of people, which some other
/// column of theirs shows. A list of things to buy is none, whatever stands in it.
pub(crate) fn askable(mapping: &Mapping) -> Vec<&Column> {
    let of_people = mapping.rows.of_people() && knows_any(mapping);
    if of_people {
        unheld(mapping).collect()
    } else {
        Vec::new()
    }
}

/// How a form is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub rows: Rows,
    pub columns: Vec<Column>,
}

#[cfg(test)]
mod tests {
    use super::{Column, Mapping, Rows, Source, askable};

    #[test]
    fn a_list_of_things_to_buy_is_asked_of_nobody() {
        let column = |(column, (name, source)): (usize, (&str, Source))| Column {
            column,
            row: None,
            name: name.to_owned(),
            source,
        };
        let of = |columns: Vec<(&str, Source)>, rows: Rows| Mapping {
            rows,
            columns: columns.into_iter().enumerate().map(column).collect(),
        };
        let goods = vec![
            ("序号", Source::Serial),
            ("品名", Source::Nobody),
            ("单价", Source::Nobody),
        ];
        assert!(askable(&of(goods, Rows::default())).is_empty());
        let people = || {
            vec![
                ("姓名", Source::Field("name".into())),
                ("饮食禁忌", Source::Nobody),
            ]
        };
        let mapping = of(people(), Rows::default());
        let names: Vec<&str> = askable(&mapping)
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["饮食禁忌"]);
        assert!(askable(&of(people(), Rows::Areas(5))).is_empty());
        let shops = Rows::Records("d=merchants".to_owned());
        assert!(askable(&of(people(), shops)).is_empty());
    }

    #[test]
    fn sources_are_read_as_they_are_written() {
        for source in [
            Source::Nobody,
            Source::Serial,
            Source::Constant("跃龙社区".into()),
            Source::Field("label:living_alone".into()),
            Source::AreaName,
            Source::Figure("d=persons&f=age~ge~80".into()),
        ] {
            assert_eq!(Source::read(&source.code(), "跃龙社区"), Some(source));
        }
        assert_eq!(Source::read("anything", ""), None);
    }
}
