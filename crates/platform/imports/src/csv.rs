//! Rows of a CSV file, with the line they stand on.

use std::str::FromStr;
use std::sync::Arc;

use youlin_kernel::{Problem, Result};

use crate::{ImportReport, Refused, Register, clean};

/// One row: values by column name, trimmed and in one Unicode form.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line of the file; the header is line 1.
    pub line: u32,
    columns: Arc<[String]>,
    values: Vec<String>,
}

impl Row {
    /// A row made by hand (forms, tests).
    #[must_use]
    pub fn new(line: u32, cells: &[(&str, &str)]) -> Self {
        Self {
            line,
            columns: cells.iter().map(|(name, _)| (*name).to_owned()).collect(),
            values: cells.iter().map(|(_, value)| clean(value)).collect(),
        }
    }

    /// The cell; empty when the file has no such column.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.columns
            .iter()
            .position(|name| name == column)
            .and_then(|at| self.values.get(at))
            .map_or("", String::as_str)
    }

    /// The cells of these columns that are filled, as a title: 利民水果行 · S-0107.
    #[must_use]
    pub fn title(&self, columns: &[&str]) -> String {
        let cells = columns.iter().map(|column| self.get(column));
        let filled: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        filled.join(" · ")
    }

    /// Whether the file has the column at all: a missing column leaves what is held alone, an empty cell clears it.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// A cell that must be filled, at most `max` characters.
    ///
    /// # Errors
    /// `cell-empty` or `cell-too-long`.
    pub fn required(&self, column: &str, max: usize) -> std::result::Result<&str, Refused> {
        match self.text(column, max)? {
            "" => Err(self.refuse(column, "cell-empty")),
            text => Ok(text),
        }
    }

    /// A cell of at most `max` characters.
    ///
    /// # Errors
    /// `cell-too-long`.
    pub fn text(&self, column: &str, max: usize) -> std::result::Result<&str, Refused> {
        let text = self.get(column);
        if text.chars().count() > max {
            return Err(self.refuse(column, "cell-too-long").arg("max", max));
        }
        Ok(text)
    }

    /// A number, if the cell is filled.
    ///
    /// # Errors
    /// `cell-no-number`.
    pub fn number<T: FromStr>(&self, column: &str) -> std::result::Result<Option<T>, Refused> {
        match self.get(column) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_no_number| self.refuse(column, "cell-no-number").arg("value", text)),
        }
    }

    /// A refusal of this row.
    #[must_use]
    pub fn refuse(&self, column: &str, code: &'static str) -> Refused {
        Refused::new(self.line, column, code)
    }
}

/// Reads a CSV text with a header. A byte-order mark is skipped, and so are rows that are empty or begin with `#`: the
/// explanation row of a template. Columns that are not known are ignored.
///
/// # Errors
/// 422 on the field `file`: `csv-empty`, `csv-columns` (with the missing ones) or `csv-syntax` (with the line).
pub fn read_csv(text: &str, required: &[&str]) -> Result<Vec<Row>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns: Arc<[String]> = reader
        .headers()
        .map_err(|error| syntax(&error))?
        .iter()
        .map(clean)
        .collect();
    if columns.iter().all(String::is_empty) {
        return Err(Problem::invalid("file", "csv-empty"));
    }
    let missing: Vec<&str> = required
        .iter()
        .filter(|name| !columns.iter().any(|column| column == *name))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Err(
            Problem::invalid("file", "csv-columns").field_arg("columns", missing.join(", "))
        );
    }
    let mut rows = Vec::new();
    let mut lines = Lines::default();
    for record in reader.records() {
        let record = record.map_err(|error| syntax(&error))?;
        let values: Vec<String> = record.iter().map(|cell| armed(clean(cell))).collect();
        let explains = values.first().is_some_and(|first| first.starts_with('#'));
        if explains || values.iter().all(String::is_empty) {
            continue;
        }
        let from = record.position().map_or(0, csv::Position::byte);
        rows.push(Row {
            line: lines.at(text, usize::try_from(from).unwrap_or(usize::MAX)),
            columns: Arc::clone(&columns),
            values,
        });
    }
    Ok(rows)
}

/// Says of the rows a report names what they are about.
///
/// # Errors
/// 422 on the field `file`, as of [`read_csv`].
pub(crate) fn call(register: &dyn Register, text: &str, report: &mut ImportReport) -> Result<()> {
    let spoken_of = report.spoken_of();
    let Some(name) = register.row_called().filter(|_| !spoken_of.is_empty()) else {
        return Ok(());
    };
    let rows = read_csv(text, &[])?.into_iter();
    let called = rows
        .filter(|row| spoken_of.contains(&row.line))
        .map(|row| (row.line, name(&row)));
    report.call(&called.collect());
    Ok(())
}

/// Rows as [`read_csv`] reads them back. A cell that a spreadsheet program would run as a formula gets a quote in front,
/// which reading takes off again; numbers stay numbers.
///
/// # Errors
/// 500 when the text cannot be written.
pub fn write_csv(
    header: &[&str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(Problem::internal)?;
    for row in rows {
        let cells = row.into_iter().map(|cell| harmless(&cell));
        writer.write_record(cells).map_err(Problem::internal)?;
    }
    let bytes = writer.into_inner().map_err(Problem::internal)?;
    String::from_utf8(bytes).map_err(Problem::internal)
}

/// What a spreadsheet program takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// The cell as text, whatever it begins with: what people wrote must not be run by whoever opens the file.
#[must_use]
pub fn harmless(cell: &str) -> String {
    let number = cell.parse::<f64>().is_ok();
    if !number && is_formula(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// [`harmless`] taken back.
#[must_use]
pub fn armed(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest.to_owned(),
        _ => cell,
    }
}

/// Counts lines as an editor does. The reader's own count is that of the blank lines before a record.
#[derive(Default)]
struct Lines {
    seen: usize,
    line: u32,
}

impl Lines {
    fn at(&mut self, text: &str, from: usize) -> u32 {
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        let upto = from + blank;
        let passed = text.as_bytes().get(self.seen..upto).unwrap_or_default();
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u32::try_from(breaks).unwrap_or(u32::MAX);
        self.seen = upto;
        self.line + 1
    }
}

fn syntax(error: &csv::Error) -> Problem {
    let line = error.position().map_or(0, csv::Position::line);
    Problem::invalid("file", "csv-syntax").field_arg("line", line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let cells = [
            "=cmd|' /C calc'!A0",
            "'=1+1",
            "''@x",
            "+8613912345678",
            "-12.5",
            "-",
            "@SUM(A1)",
            "光明东村,\"东\"",
            "'18",
            "",
        ];
        let text = write_csv(
            &["key", "name"],
            cells.map(|cell| ["k".to_owned(), cell.to_owned()]),
        );
        let text = text.unwrap();
        for line in text.lines().skip(1) {
            let cell = line.split_once(',').unwrap().1.trim_matches('"');
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(FORMULA), "{line}");
        }
        let rows = read_csv(&text, &["key"]).unwrap();
        let read: Vec<&str> = rows.iter().map(|row| row.get("name")).collect();
        assert_eq!(read, cells);
    }

    #[test]
    fn rows_keep_their_line_and_explanations_are_skipped() {
        let text = "\u{feff}key,name\n# 编号,名称\na, 光明东村 \n\nb,\"两行\n名称\"\nc,丙\n";
        let rows = read_csv(text, &["key", "name"]).unwrap();
        let seen: Vec<(u32, &str, &str)> = rows
            .iter()
            .map(|row| (row.line, row.get("key"), row.get("name")))
            .collect();
        assert_eq!(
            seen,
            [(3, "a", "光明东村"), (5, "b", "两行 名称"), (7, "c", "丙")]
        );
        assert_eq!(rows[0].get("nothing"), "");
        assert!(!rows[0].has("nothing"));
    }

    #[test]
    fn missing_columns_are_named() {
        let problem = read_csv("key,name\n", &["key", "level", "code"]).unwrap_err();
        assert_eq!(
            problem.fields()[0].args,
            [("columns", "level, code".to_owned())]
        );
        assert_eq!(
            read_csv("", &["key"]).unwrap_err().fields()[0].code,
            "csv-empty"
        );
    }

    #[test]
    fn cells_say_what_is_wrong_with_them() {
        let row = Row::new(4, &[("lon", "12o"), ("name", ""), ("long", "一二三四")]);
        assert_eq!(row.number::<f64>("lon").unwrap_err().code, "cell-no-number");
        assert_eq!(row.required("name", 9).unwrap_err().code, "cell-empty");
        let long = row.text("long", 3).unwrap_err();
        assert_eq!((long.line, long.value("max")), (4, Some("3")));
        assert_eq!(row.number::<f64>("lat").unwrap(), None);
    }
}
