//! A spreadsheet's rows for a register.

use std::collections::BTreeMap;

use youlin_tabular::{Cell, Layout, Line, Sheet};

use crate::Refused;
use crate::tabs::{Part, part_of, place};

/// The rows of a spreadsheet with the fields of their columns.
#[derive(Clone, Debug)]
pub struct Table {
    pub sheet: Sheet,
    pub layout: Layout,
    /// The sheets its rows are from.
    pub(crate) parts: Vec<Part>,
    /// What was said once for all rows: values by field.
    pub(crate) given: BTreeMap<String, String>,
    /// Rows with a formula that has no result, where the column is taken for something.
    pub(crate) uncalculated: Vec<Refused>,
    /// Cells that are an error, where the column is taken for something: they say nothing, and that is said.
    pub(crate) faulty: Vec<Refused>,
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

    /// The place of the sheet a row is from, counted from 0.
    #[must_use]
    pub fn part_of(&self, line: &Line) -> usize {
        part_of(&self.parts, line.number)
    }

    /// The name of a sheet; empty for text files.
    #[must_use]
    pub fn part_name(&self, part: usize) -> &str {
        self.parts.get(part).map_or("", |part| part.name.as_str())
    }

    /// The names of all sheets that are read, in their order.
    #[must_use]
    pub fn part_names(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.name.clone()).collect()
    }

    /// Rows of a sheet above the names of its columns.
    pub fn above(&self, part: usize) -> impl Iterator<Item = &Line> + '_ {
        self.parts
            .get(part)
            .into_iter()
            .flat_map(|part| &part.above)
    }

    /// What was said of a field once for all rows of the file.
    #[must_use]
    pub fn given(&self, field: &str) -> Option<&str> {
        self.given.get(field).map(String::as_str)
    }

    /// Finds the rows that cannot be read because a formula in them has no result: nobody guesses what it would say; and the
    /// cells that are an error.
    pub(crate) fn check(mut self) -> Self {
        let sheets = self.part_names();
        let (mut uncalculated, mut faulty) = (Vec::new(), Vec::new());
        for line in self.layout.data(&self.sheet) {
            let mut is_unread = false;
            for (at, cell) in line.cells.iter().enumerate() {
                let is_fault = match cell {
                    Cell::Uncalculated(_) if !is_unread => false,
                    Cell::Fault(_) => true,
                    _ => continue,
                };
                let found = self.layout.found.get(at);
                if found.is_none_or(|found| found.field.is_none()) {
                    continue;
                }
                let name = self.layout.names.get(at).map_or("", String::as_str);
                if is_fault {
                    let fault = Refused::new(line.number, name, "sheet-cell-fault");
                    faulty.push(fault.arg("value", cell.shown()));
                    continue;
                }
                is_unread = true;
                let cell = match place(&sheets, line.number) {
                    (Some(sheet), row) => format!("{sheet}!{}{row}", letter(at)),
                    (None, row) => format!("{}{row}", letter(at)),
                };
                let unread = Refused::new(line.number, name, "sheet-formula");
                uncalculated.push(unread.arg("cell", cell));
            }
        }
        (self.uncalculated, self.faulty) = (uncalculated, faulty);
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

    /// Whether a column holds a field.
    #[must_use]
    pub fn is(&self, column: usize, field: &str) -> bool {
        let found = self.layout.found.get(column);
        found.is_some_and(|found| found.field.as_deref() == Some(field))
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

/// A, B … AA.
pub(crate) fn letter(at: usize) -> String {
    let one = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    match at / 26 {
        0 => one(at).to_string(),
        tens => format!("{}{}", one(tens - 1), one(at)),
    }
}
