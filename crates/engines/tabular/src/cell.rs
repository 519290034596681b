//! A table as plain data.

use jiff::civil::Date;

/// One cell. Formulas are what their last calculation left in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(Box<str>),
    Number(f64),
    /// A number that the sheet shows as a day; already in the right one of the two date systems.
    Day(Date),
    /// An error a formula ended in, as the sheet shows it (`#REF!`).
    Fault(&'static str),
    /// A formula whose result was never kept in the file: what it says is not known here, only how it is written.
    Uncalculated(Box<str>),
}

impl Cell {
    #[must_use]
    pub fn text(text: &str) -> Self {
        if text.trim().is_empty() {
            Self::Empty
        } else {
            Self::Text(text.into())
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// As it is shown: whole numbers without a fraction, days as 1942-03-05.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => shown_number(*number),
            Self::Day(day) => day.to_string(),
            Self::Fault(text) => (*text).to_owned(),
            Self::Uncalculated(formula) => format!("={formula}"),
        }
    }
}

/// Digits a number keeps; what stands after them in a longer one is made up.
const KEPT: f64 = 1e15;

fn shown_number(number: f64) -> String {
    if number.abs() >= KEPT {
        // 3.20602196006093E+17, as the sheet shows it: written out, an identity number that lost its end looks whole.
        let text = format!("{number:.14E}");
        return match text.split_once('E') {
            Some((digits, power)) => {
                let digits = digits.trim_end_matches('0').trim_end_matches('.');
                format!("{digits}E+{power}")
            }
            None => text,
        };
    }
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn a_cell_is_shown_as_its_sheet_shows_it() {
        for (cell, shown) in [
            (Cell::Number(13_800_001_111.0), "13800001111"),
            (Cell::Number(0.5), "0.5"),
            (
                Cell::Number(3.206_021_960_060_93e17),
                "3.20602196006093E+17",
            ),
            (Cell::Number(1e15), "1E+15"),
            (Cell::Fault("#REF!"), "#REF!"),
            (Cell::Uncalculated("B9&C9".into()), "=B9&C9"),
        ] {
            assert_eq!(cell.shown(), shown);
        }
    }
}

/// A row of the sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// As the program that made the sheet counts it, from 1.
    pub number: u32,
    /// From column A; empty ones at the end are left out.
    pub cells: Vec<Cell>,
}

impl Line {
    /// The cell of a column counted from 0.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// One sheet with its rows that hold anything, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub name: String,
    /// Days are counted from 1904 (old workbooks of the Macintosh), not from 1900.
    pub from_1904: bool,
    /// Cells whose value is what a formula came to when the file was last calculated.
    pub formulas: u32,
    pub lines: Vec<Line>,
}

impl Sheet {
    /// Columns of the widest row.
    #[must_use]
    pub fn width(&self) -> usize {
        let widths = self.lines.iter().map(|line| line.cells.len());
        widths.max().unwrap_or(0)
    }
}

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workbook {
    /// Visible sheets that hold anything.
    pub sheets: Vec<Sheet>,
    /// Names of hidden sheets, which are not read.
    pub hidden: Vec<String>,
    /// Encoding of a text file (`UTF-8`, `GBK`); `None` for a workbook.
    pub encoding: Option<&'static str>,
}
