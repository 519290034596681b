//! A spreadsheet on its way: what was found in it, what a person says its columns hold, its rows for a register, and
//! what is left of it when only refused rows come back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use youlin_kernel::{Problem, Result};
use youlin_tabular::{
    Cell, Column, Found, Layout, Limits, Line, Sheet, Spec, TableFault, Why, best_layout, read,
    write_workbook,
};

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
    pub rows: usize,
    pub names: Vec<String>,
    pub found: Vec<Found>,
    pub examples: Vec<Vec<String>>,
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
}

impl Table {
    /// Rows that hold data.
    pub fn rows(&self) -> impl Iterator<Item = &Line> + '_ {
        self.layout.data(&self.sheet)
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

/// Opens a file and finds its columns.
///
/// # Errors
/// 422 on `file` with the name of what is wrong with it.
pub(crate) fn open(bytes: &[u8], specs: &[Spec]) -> Result<(Columns, Table)> {
    let limits = Limits {
        rows: ROWS + ABOVE,
        ..Limits::default()
    };
    let book = read(bytes, &limits).map_err(|error| fault(&error))?;
    let (at, layout) = best_layout(&book, specs).ok_or_else(|| fault(&TableFault::NoColumns))?;
    let others = book
        .sheets
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at);
    let others = others.map(|(_, sheet)| sheet.name.clone()).collect();
    let mut sheets = book.sheets;
    let sheet = sheets.swap_remove(at);
    let table = Table { sheet, layout };
    let rows = table.rows().count();
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
        rows,
        names: table.layout.names.clone(),
        found: table.layout.found.clone(),
        examples: examples.collect(),
        remembered: false,
        signature: hex::encode(Sha256::digest(table.layout.signature())),
    };
    Ok((columns, table))
}

/// A file with the columns somebody looked at.
pub(crate) fn table(bytes: &[u8], specs: &[Spec], columns: &Columns) -> Result<Arc<Table>> {
    let (_, mut table) = open(bytes, specs)?;
    table.layout.found.clone_from(&columns.found);
    Ok(Arc::new(table))
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
            .rows()
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
