//! A spreadsheet on its way: what was found in it, and what a person says its columns hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use youlin_kernel::{Problem, Result};
use youlin_tabular::{
    Found, Limits, Spec, TableFault, Why, Workbook, best_layout, only_words, read,
};

use crate::tabs::{Tab, left_out, together};
use crate::{ImportReport, Register, Table};

/// Cells shown of each column when somebody looks at the match.
const EXAMPLES: usize = 3;
const EXAMPLE_MAX: usize = 40;

/// What was found in a spreadsheet, and what its columns are taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Empty for text files; of several sheets that are read, the one whose columns are shown.
    pub sheet: String,
    /// The sheets that are read as one, in their order.
    #[serde(default)]
    pub read: Vec<String>,
    /// The visible sheets in which columns are named.
    #[serde(default)]
    pub tabs: Vec<Tab>,
    /// Sheets somebody chose to be read.
    #[serde(default)]
    pub(crate) chosen: Vec<String>,
    /// Sheets that are hidden, and therefore not read.
    pub hidden: Vec<String>,
    /// All other visible sheets, not read either.
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
    /// What was said once for all rows: values by field.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    /// Something is not said that the rows need: somebody is asked, whatever is remembered.
    #[serde(default)]
    pub(crate) asked: bool,
    /// The match of an earlier file of the same make.
    pub remembered: bool,
    pub(crate) signature: String,
}

impl Columns {
    /// The sheets that are read. Those that were found before several could be named one alone.
    pub(crate) fn sheets(&self) -> &[String] {
        match self.read.is_empty() {
            true => std::slice::from_ref(&self.sheet),
            false => &self.read,
        }
    }

    /// Sheets with rows of data that are not read.
    #[must_use]
    pub fn left_out(&self) -> Vec<&Tab> {
        left_out(&self.tabs)
    }

    /// Shows these sheets as the ones to be read.
    pub(crate) fn tick(&mut self, sheets: &[String]) {
        for tab in &mut self.tabs {
            tab.read = sheets.contains(&tab.name);
        }
    }

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

/// Finds the columns of a file. `chosen`: the sheets that are to be read, where somebody said which.
///
/// # Errors
/// 422 on `file` with the name of what is wrong with it.
pub(crate) fn laid_out(
    book: Workbook,
    specs: &[Spec],
    chosen: &[String],
) -> Result<(Columns, Table)> {
    let hidden = book.hidden.clone();
    let empty = |what: &TableFault| match hidden.is_empty() {
        true => fault(what),
        // What is looked for most likely stands in the sheets nobody sees, and nothing else says so.
        false => {
            let problem = Problem::invalid("file", "sheet-hidden");
            problem.field_arg("names", hidden.join("、"))
        }
    };
    let words = only_words(&book);
    let Some(all) = together(book.sheets, specs, chosen) else {
        return Err(empty(&match words {
            true => TableFault::OnlyWords,
            false => TableFault::NoColumns,
        }));
    };
    let table = Table {
        sheet: all.sheet,
        layout: all.layout,
        parts: all.parts,
        given: BTreeMap::new(),
        uncalculated: Vec::new(),
        faulty: Vec::new(),
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
        read: table.part_names(),
        tabs: all.tabs,
        chosen: chosen.to_vec(),
        hidden: book.hidden,
        others: all.others,
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
        given: BTreeMap::new(),
        asked: false,
        remembered: false,
        signature: hex::encode(Sha256::digest(table.layout.signature())),
    };
    Ok((columns, table))
}

/// A file with the columns somebody looked at.
pub(crate) fn table(bytes: &[u8], specs: &[Spec], columns: &Columns) -> Result<Arc<Table>> {
    // Text has one sheet, which has no name.
    let sheets = columns.sheets();
    let sheets = if sheets == [""] { &[] } else { sheets };
    let (_, mut table) = laid_out(opened(bytes)?, specs, sheets)?;
    table.layout.found.clone_from(&columns.found);
    table.given.clone_from(&columns.given);
    Ok(Arc::new(table.check()))
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

/// Says which cells of rows that are taken in are an error and were left out.
pub(crate) fn note_faults(table: &Table, report: &mut ImportReport) {
    let left: BTreeSet<u32> = report
        .refused
        .iter()
        .chain(&report.doubtful)
        .map(|one| one.line)
        .collect();
    let faulty = table.faulty.iter().filter(|one| !left.contains(&one.line));
    report.absorb(ImportReport {
        noted: faulty.cloned().collect(),
        ..ImportReport::default()
    });
}

/// Says of the rows a report names what they are about.
pub(crate) fn call(register: &dyn Register, table: &Table, report: &mut ImportReport) {
    let spoken_of = report.spoken_of();
    let rows = table.layout.data(&table.sheet);
    let called = rows
        .filter(|line| spoken_of.contains(&line.number))
        .map(|line| (line.number, register.called(table, line)));
    report.call(&called.collect());
    report.place(&table.part_names());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use youlin_tabular::{Cell, Line, Sheet};

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
            let problem = laid_out(book, PEOPLE, &[]).unwrap_err();
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
