//! What is left of a spreadsheet when only the rows come back that were not taken in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use youlin_kernel::{Problem, Result};
use youlin_tabular::{Cell, Column, write_pages};

use crate::Table;
use crate::tabs::place;

/// Rows that were not taken in, as they stand in the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Left {
    /// The sheets that were read; the rows come back in sheets of the same names, which may say where people live.
    #[serde(default)]
    pub(crate) sheets: Vec<String>,
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
            sheets: table.part_names(),
            names: table.layout.names.clone(),
            rows: rows
                .map(|line| (line.number, line.cells.iter().map(Cell::shown).collect()))
                .collect(),
        }
    }

    /// A workbook of them; `sheet` is the name of the sheet where the file had none. `words` are the names of its own columns (row, why); `why` says a sentence for a line.
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
        let mut pages: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
        for (line, cells) in &self.rows {
            let (page, number) = place(&self.sheets, *line);
            let page = page.or(self.sheets.first().map(String::as_str));
            let page = page.filter(|name| !name.is_empty()).unwrap_or(sheet);
            let mut row = cells.clone();
            row.resize(width, String::new());
            row.push(why(*line));
            row.push(number.to_string());
            pages.entry(page).or_default().push(row);
        }
        let order = |name: &str| self.sheets.iter().position(|sheet| sheet == name);
        let mut pages: Vec<_> = pages.into_iter().collect();
        pages.sort_by_key(|(name, _)| order(name));
        if pages.is_empty() {
            pages.push((sheet, Vec::new()));
        }
        write_pages(&columns, pages).map_err(Problem::internal)
    }
}
