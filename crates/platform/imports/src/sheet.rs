//! A spreadsheet on its way: what was found in it, what a person says its columns hold, its rows for a register, and
//! what is left of it when only refused rows come back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use youlin_kernel::{Problem, Result};
use youlin_tabular::{
    Cell, Column, Found, Layout, Limits, Line, Sheet, Spec, TableFault, Why, Workbook, best_layout,
    only_words, read, write_workbook,
};

use crate::{ImportReport, Refused, Register};

/// Cells shown of each column when somebody looks at the match.
const EXAMPLES: usize = 3;
const EXAMPLE_MAX: usize = 40;

/// What was found in a spreadsheet, and what its columns are taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Empty for text files.
    pub sheet: String,
    /// Sheets that are hidden, and therefore not read.
    pub hidden: Vec<String>,
    /// Other visible sheets, not read either.
    pub others: Vec<String>,
    /// Of a text file.
    pub encoding: Option<String>,
    /// Rows that name the columns, and rows that only explain.
    pub header: Vec<u32>,
    pub skipped: Vec<u32>,
    /// Rows that name the columns again.
    #[serde(default)]
    pub repeated: Vec<u32>,
    pub rows: usize,
    pub names: Vec<String>,
    pub found: Vec<Found>,
    pub examples: Vec<Vec<String>>,
    /// Cells whose value is what a formula came to.
    #[serde(default)]
    pub formulas: u32,
    /// By its columns it looks like a sheet of another kind.
    #[serde(default)]
    pub looks_like: Option<String>,
    /// The match of an earlier file of the same make.
    pub remembered: bool,
    pub(crate) signature: String,
}

impl Columns {
    /// The fields of the columns in their order.
    pub(crate) fn fields(&self) -> Vec<Option<String>> {
        self.found.iter().map(|found| found.field.clone()).collect()
    }

    /// Takes the columns for these fields.
    pub(crate) fn take(&mut self, fields: &[Option<String>]) {
        for (found, field) in self.found.iter_mut().zip(fields) {
            if found.field != *field {
                *found = Found {
                    field: field.clone(),
                    why: Why::Chosen,
                };
            }
        }
    }
}

/// The rows of a spreadsheet with the fields of their columns.
#[derive(Clone, Debug)]
pub struct Table {
    pub sheet: Sheet,
    pub layout: Layout,
    /// Rows with a formula that has no result, where the column is taken for something.
    pub(crate) uncalculated: Vec<Refused>,
}

impl Table {
    /// Rows that hold data.
    pub fn rows(&self) -> impl Iterator<Item = &Line> + '_ {
        self.layout.data(&self.sheet).filter(move |line| {
            let unread = &self.uncalculated;
            unread
                .binary_search_by_key(&line.number, |one| one.line)
                .is_err()
        })
    }

    /// Rows above the names of the columns.
    pub fn above(&self) -> impl Iterator<Item = &Line> + '_ {
        let named = self.layout.header.first().copied().unwrap_or_default();
        self.sheet
            .lines
            .iter()
            .take_while(move |line| line.number < named)
    }

    /// Finds the rows that cannot be read because a formula in them has no result: nobody guesses what it would say.
    fn check(mut self) -> Self {
        let used = |at: usize| {
            let found = self.layout.found.get(at);
            found.is_some_and(|found| found.field.is_some())
        };
        let unread = self.layout.data(&self.sheet).filter_map(|line| {
            let mut cells = line.cells.iter().enumerate();
            let (at, _) =
                cells.find(|(at, cell)| matches!(cell, Cell::Uncalculated(_)) && used(*at))?;
            let name = self.layout.names.get(at).map_or("", String::as_str);
            let cell = format!("{}{}", letter(at), line.number);
            Some(Refused::new(line.number, name, "sheet-formula").arg("cell", cell))
        });
        self.uncalculated = unread.collect();
        self
    }

    /// The cells of a field in a row; several where several columns hold it.
    pub fn cells<'a>(
        &'a self,
        line: &'a Line,
        field: &'a str,
    ) -> impl Iterator<Item = &'a Cell> + 'a {
        self.layout
            .columns_of(field)
            .map(|column| line.cell(column))
    }

    /// The first column of a field, counted from 0.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<usize> {
        self.layout.columns_of(field).next()
    }

    /// The name a column has in the file, for refusals.
    #[must_use]
    pub fn name_of(&self, field: &str) -> &str {
        let column = self.column(field);
        column
            .and_then(|at| self.layout.names.get(at))
            .map_or("", String::as_str)
    }
}

/// Rows of data at most.
const ROWS: u32 = 1_000_000;
/// Titles, names and explanations come on top.
const ABOVE: u32 = 25;

fn fault(fault: &TableFault) -> Problem {
    let fault = match fault {
        TableFault::TooManyRows { .. } => &TableFault::TooManyRows { most: ROWS },
        other => other,
    };
    let problem = Problem::invalid("file", fault.code());
    match fault.arg() {
        Some((name, value)) => problem.field_arg(name, value),
        None => problem,
    }
}

/// Opens a file.
///
/// # Errors
/// 422 on `file` with the name of what is wrong with it.
pub(crate) fn opened(bytes: &[u8]) -> Result<Workbook> {
    let limits = Limits {
        rows: ROWS + ABOVE,
        formulas: true,
        ..Limits::default()
    };
    read(bytes, &limits).map_err(|error| fault(&error))
}

/// Finds the columns of a file.
///
/// # Errors
/// 422 on `file` with the name of what is wrong with it.
pub(crate) fn laid_out(book: Workbook, specs: &[Spec]) -> Result<(Columns, Table)> {
    let hidden = book.hidden.clone();
    let empty = |what: &TableFault| match hidden.is_empty() {
        true => fault(what),
        // What is looked for most likely stands in the sheets nobody sees, and nothing else says so.
        false => {
            let problem = Problem::invalid("file", "sheet-hidden");
            problem.field_arg("names", hidden.join("、"))
        }
    };
    let Some((at, layout)) = best_layout(&book, specs) else {
        return Err(empty(&match only_words(&book) {
            true => TableFault::OnlyWords,
            false => TableFault::NoColumns,
        }));
    };
    let others = book
        .sheets
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at);
    let others = others.map(|(_, sheet)| sheet.name.clone()).collect();
    let mut sheets = book.sheets;
    let sheet = sheets.swap_remove(at);
    let table = Table {
        sheet,
        layout,
        uncalculated: Vec::new(),
    };
    let rows = table.rows().count();
    if rows == 0 {
        // One word that happens to name a column makes no table.
        let named = table.layout.found.iter();
        let named = named.filter(|one| one.field.is_some()).count();
        return Err(match named {
            0 | 1 => empty(&TableFault::OnlyHeader),
            _ => fault(&TableFault::OnlyHeader),
        });
    }
    if rows > ROWS as usize {
        return Err(fault(&TableFault::TooManyRows { most: ROWS }));
    }
    let examples = (0..table.layout.names.len()).map(|column| {
        let filled = table.rows().map(|line| line.cell(column).shown());
        let filled = filled.filter(|text| !text.is_empty()).take(EXAMPLES);
        filled
            .map(|text| text.chars().take(EXAMPLE_MAX).collect())
            .collect()
    });
    let columns = Columns {
        sheet: table.sheet.name.clone(),
        hidden: book.hidden,
        others,
        encoding: book.encoding.map(str::to_owned),
        header: table.layout.header.clone(),
        skipped: table.layout.skipped.clone(),
        repeated: table.layout.repeated.clone(),
        rows,
        names: table.layout.names.clone(),
        found: table.layout.found.clone(),
        examples: examples.collect(),
        formulas: table.sheet.formulas,
        looks_like: None,
        remembered: false,
        signature: hex::encode(Sha256::digest(table.layout.signature())),
    };
    Ok((columns, table))
}

/// A file with the columns somebody looked at.
pub(crate) fn table(bytes: &[u8], specs: &[Spec], columns: &Columns) -> Result<Arc<Table>> {
    let (_, mut table) = laid_out(opened(bytes)?, specs)?;
    table.layout.found.clone_from(&columns.found);
    Ok(Arc::new(table.check()))
}

/// A, B … AA.
pub(crate) fn letter(at: usize) -> String {
    let one = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    match at / 26 {
        0 => one(at).to_string(),
        tens => format!("{}{}", one(tens - 1), one(at)),
    }
}

/// Columns more than its own kind knows must be known for a sheet to look like one of another kind.
const CLEARLY: usize = 2;

/// The kind of sheet a file looks like, if that is clearly another than the one it was given as. `others`: kind, columns and
/// what must not be missing.
pub(crate) fn looks_like(
    book: &Workbook,
    own: &[Spec],
    others: &[(&'static str, &'static [Spec], &'static [&'static str])],
) -> Option<&'static str> {
    let known = |specs: &[Spec], needed: &[&str]| {
        let (_, layout) = best_layout(book, specs)?;
        let fields: Vec<&str> = layout
            .found
            .iter()
            .filter(|found| matches!(found.why, Why::Name | Why::PartOfName))
            .filter_map(|found| found.field.as_deref())
            .collect();
        let whole = needed.iter().all(|field| fields.contains(field));
        whole.then_some(fields.len())
    };
    let own = known(own, &[]).unwrap_or(0);
    let best = others
        .iter()
        .copied()
        .filter_map(|(kind, specs, needed)| Some((known(specs, needed)?, kind)))
        .max_by_key(|(count, _)| *count)?;
    (best.0 >= own + CLEARLY).then_some(best.1)
}

/// Says of the rows a report names what they are about.
pub(crate) fn call(register: &dyn Register, table: &Table, report: &mut ImportReport) {
    let spoken_of = report.spoken_of();
    let rows = table.layout.data(&table.sheet);
    let called = rows
        .filter(|line| spoken_of.contains(&line.number))
        .map(|line| (line.number, register.called(table, line)));
    report.call(&called.collect());
}

/// Rows that were not taken in, as they stand in the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Left {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<(u32, Vec<String>)>,
}

impl Left {
    /// Those of the lines, each once, in their order.
    pub(crate) fn of(table: &Table, mut lines: Vec<u32>) -> Self {
        lines.sort_unstable();
        lines.dedup();
        let rows = table
            .layout
            .data(&table.sheet)
            .filter(|line| lines.binary_search(&line.number).is_ok());
        Self {
            names: table.layout.names.clone(),
            rows: rows
                .map(|line| (line.number, line.cells.iter().map(Cell::shown).collect()))
                .collect(),
        }
    }

    /// A workbook of them. `words` are the names of its own columns (row, why); `why` says a sentence for a line.
    pub(crate) fn workbook(
        &self,
        sheet: &str,
        words: [&str; 2],
        why: impl Fn(u32) -> String,
    ) -> Result<Vec<u8>> {
        let column = |name: &str, width: u8, marked: bool| Column {
            name: name.to_owned(),
            width,
            marked,
        };
        let mut columns: Vec<Column> = self
            .names
            .iter()
            .map(|name| column(name, 16, false))
            .collect();
        columns.push(column(words[1], 60, true));
        columns.push(column(words[0], 8, false));
        let width = self.names.len();
        let rows = self.rows.iter().map(|(line, cells)| {
            let mut row = cells.clone();
            row.resize(width, String::new());
            row.push(why(*line));
            row.push(line.to_string());
            row
        });
        write_workbook(sheet, &columns, rows).map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const fn spec(field: &'static str, names: &'static [&'static str]) -> Spec {
        Spec {
            field,
            names,
            unless: &[],
            like: None,
            many: false,
        }
    }

    const PEOPLE: &[Spec] = &[spec("name", &["姓名"]), spec("phone", &["手机", "电话"])];
    const SHOPS: &[Spec] = &[
        spec("name", &["商户名称"]),
        spec("code", &["信用代码"]),
        spec("phone", &["电话"]),
        spec("trade", &["行业"]),
    ];

    #[test]
    fn a_sheet_of_another_kind_is_known_by_its_columns() {
        let others: &[(&str, &[Spec], &[&str])] = &[("shops", SHOPS, &["name"])];
        let like = |text: &str| {
            let book = opened(text.as_bytes()).unwrap();
            looks_like(&book, PEOPLE, others)
        };
        assert_eq!(
            like("商户名称,信用代码,电话,行业\n甲,1,2,3\n"),
            Some("shops")
        );
        assert_eq!(like("姓名,手机,行业\n周建国,1,\n"), None);
        // Without what must not be missing it is none of that kind.
        assert_eq!(like("店名,信用代码,电话,行业\n甲,1,2,3\n"), None);
    }

    #[test]
    fn what_stands_in_hidden_sheets_is_not_called_missing() {
        let said = |rows: &[&[&str]], hidden: &[&str]| {
            let lines = rows.iter().zip(1..).map(|(row, number)| Line {
                number,
                cells: row.iter().map(|text| Cell::text(text)).collect(),
            });
            let book = Workbook {
                sheets: vec![Sheet {
                    name: "封面".to_owned(),
                    lines: lines.collect(),
                    ..Sheet::default()
                }],
                hidden: hidden.iter().map(|name| (*name).to_owned()).collect(),
                encoding: None,
            };
            let problem = laid_out(book, PEOPLE).unwrap_err();
            problem.fields()[0].code
        };
        let cover: &[&[&str]] = &[&["本表请勿外传"]];
        assert_eq!(said(cover, &["名单"]), "sheet-hidden");
        assert_eq!(said(cover, &[]), "sheet-only-words");
        assert_eq!(said(&[&["电话"]], &["名单"]), "sheet-hidden");
        // A template has its dictionary hidden, and is empty all the same.
        let template: &[&[&str]] = &[&["姓名", "手机"]];
        assert_eq!(said(template, &["字典"]), "sheet-only-header");
    }
}
