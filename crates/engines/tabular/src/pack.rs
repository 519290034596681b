//! From bytes to cells: what kind of file it is, and workbooks of the kind .xlsx (ISO/IEC 29500).

use std::collections::HashSet;
use std::io::{Cursor, Read as _};

use calamine::{CellErrorType, DataRef, Dimensions, Reader, SheetVisible, Xlsx};
use zip::ZipArchive;

use crate::day::from_serial;
use crate::text;
use crate::{Cell, Line, Sheet, TableFault, Workbook};

/// Bounds of what is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows of a sheet, its header among them.
    pub rows: u32,
    /// Bytes a workbook may unpack to.
    pub unpacked: u64,
    /// Columns that are looked at.
    pub columns: u32,
    /// Formulas without a result are told apart from empty cells.
    pub formulas: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 1_000_000,
            unpacked: 1 << 30,
            columns: 200,
            formulas: false,
        }
    }
}

/// Words shared by all cells lie in memory as a whole.
const SHARED_WORDS: u64 = 256 << 20;
const SHEETS: usize = 50;

/// Reads a file of any usual kind.
///
/// # Errors
/// The kind of fault by its name.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, TableFault> {
    match kind(bytes)? {
        Kind::Text => text::read(bytes, limits),
        Kind::Zip => workbook(bytes, limits),
    }
}

pub(crate) enum Kind {
    Text,
    Zip,
}

/// Beginnings of files that are no tables.
const OTHERS: &[(&[u8], &str)] = &[
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"{\\rtf", "docx"),
];

pub(crate) fn kind(bytes: &[u8]) -> Result<Kind, TableFault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(TableFault::Empty);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(compound(bytes));
    }
    if bytes.starts_with(b"PK") {
        return Ok(Kind::Zip);
    }
    if let Some((_, name)) = OTHERS.iter().find(|(head, _)| bytes.starts_with(head)) {
        return Err(TableFault::OtherKind(name));
    }
    let head: Vec<u8> = bytes.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    // Web systems save a page's table under the name of a workbook.
    if has(b"<html") || has(b"<table") || has(b"<!doctype html") || has(b"<?mso-application") {
        return Err(TableFault::OtherKind("html"));
    }
    Ok(Kind::Text)
}

/// The container of old Office files also holds encrypted new ones (MS-OFFCRYPTO: a stream `EncryptedPackage`).
fn compound(bytes: &[u8]) -> TableFault {
    let utf16 =
        |word: &str| -> Vec<u8> { word.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let has = |word: &str| {
        let word = utf16(word);
        bytes.windows(word.len()).any(|part| part == word)
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        TableFault::Password
    } else if has("WordDocument") {
        TableFault::OtherKind("docx")
    } else {
        TableFault::OldExcel
    }
}

fn workbook(bytes: &[u8], limits: &Limits) -> Result<Workbook, TableFault> {
    let looked = inspect(bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_error| TableFault::Damaged)?;
    let from_1904 = book.has_1904_epoch();
    let mut found = Workbook::default();
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    for sheet in sheets.into_iter().take(SHEETS) {
        if sheet.visible != SheetVisible::Visible {
            found.hidden.push(sheet.name);
            continue;
        }
        // Charts and dialogues are sheets too, without cells.
        if sheet.typ != calamine::SheetType::WorkSheet {
            continue;
        }
        // They stand at the end of a sheet: looking for them reads it once more.
        let merged = match looked.merged {
            true => book.merge_cells_by_sheet_name(&sheet.name),
            false => Ok(Vec::new()),
        };
        let (mut lines, blank) = cells(&mut book, &sheet.name, from_1904, limits)?;
        let formulas = match looked.formulas && limits.formulas {
            true => calculated(&mut book, &sheet.name, &mut lines, &blank, limits)?,
            false => 0,
        };
        fill(&mut lines, &merged.unwrap_or_default());
        lines.retain(|line| !line.is_empty());
        if !lines.is_empty() {
            found.sheets.push(Sheet {
                name: sheet.name,
                from_1904,
                formulas,
                lines,
            });
        }
    }
    if found.sheets.is_empty() {
        return Err(if found.hidden.is_empty() {
            TableFault::Empty
        } else {
            TableFault::AllHidden
        });
    }
    Ok(found)
}

/// Looks for formulas and merged cells in what goes through it.
#[derive(Default)]
struct Looking {
    formulas: bool,
    merged: bool,
    tail: Vec<u8>,
}

/// Whatever name space the element is written in.
const MERGED: &[u8] = b"mergeCell";

impl std::io::Write for Looking {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let formula = |part: &[u8]| matches!(part, [b'<', b'f', b'>' | b' ' | b'/']);
        self.tail.extend_from_slice(bytes);
        self.formulas = self.formulas || self.tail.windows(3).any(formula);
        self.merged = self.merged || memchr::memmem::find(&self.tail, MERGED).is_some();
        let gone = self.tail.len().saturating_sub(MERGED.len() - 1);
        self.tail.drain(..gone);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Looks into the archive before anything of it is believed: its kind, what it really unpacks to, and what its sheets hold.
fn inspect(bytes: &[u8], limits: &Limits) -> Result<Looking, TableFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_error| TableFault::Damaged)?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(|name| name.into_owned()).unwrap_or_default())
        .collect();
    let has = |name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    if names
        .iter()
        .any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin"))
    {
        return Err(TableFault::Macros);
    }
    if has("xl/workbook.bin") {
        return Err(TableFault::BinaryExcel);
    }
    if has("content.xml") && has("mimetype") {
        return Err(TableFault::OtherKind("ods"));
    }
    if has("word/document.xml") {
        return Err(TableFault::OtherKind("docx"));
    }
    if !has("xl/workbook.xml") {
        return Err(TableFault::OtherKind("zip"));
    }
    let mut left = limits.unpacked;
    let mut looking = Looking::default();
    let too_large = |limit: u64| TableFault::TooLarge {
        megabytes: limit >> 20,
    };
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_error| TableFault::Damaged)?;
        let words = file
            .name()
            .is_ok_and(|name| name.ends_with("sharedStrings.xml"));
        let sheet = file
            .name()
            .is_ok_and(|name| name.contains("worksheets/") && name.ends_with(".xml"));
        let most = if words { left.min(SHARED_WORDS) } else { left };
        let mut file = file.take(most + 1);
        let real = if sheet {
            looking.tail.clear();
            std::io::copy(&mut file, &mut looking)
        } else {
            std::io::copy(&mut file, &mut std::io::sink())
        };
        let real = real.map_err(|_error| TableFault::Damaged)?;
        if real > most {
            return Err(too_large(most.max(SHARED_WORDS)));
        }
        left -= real;
    }
    Ok(looking)
}

/// Formulas: those with a result are counted, those without one are marked. `blank`: cells that say an empty text.
fn calculated(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    lines: &mut Vec<Line>,
    blank: &Blank,
    limits: &Limits,
) -> Result<u32, TableFault> {
    let mut reader = book
        .worksheet_cells_reader(sheet)
        .map_err(|_error| TableFault::Damaged)?;
    let mut counted = 0;
    while let Some(cell) = reader
        .next_formula()
        .map_err(|_error| TableFault::Damaged)?
    {
        let (row, column) = cell.get_position();
        let formula = cell.get_value();
        if formula.is_empty() || column >= limits.columns || blank.contains(&(row, column)) {
            continue;
        }
        let at = match lines.binary_search_by_key(&(row + 1), |line| line.number) {
            Ok(at) => at,
            Err(at) => {
                let number = row + 1;
                let cells = Vec::new();
                lines.insert(at, Line { number, cells });
                at
            }
        };
        let cells = &mut lines[at].cells;
        let column = column as usize;
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        match &mut cells[column] {
            one @ Cell::Empty => *one = Cell::Uncalculated(formula.as_str().into()),
            _ => counted += 1,
        }
    }
    Ok(counted)
}

/// Cells, by row and column from 0, whose text is empty.
type Blank = HashSet<(u32, u32)>;

fn cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    from_1904: bool,
    limits: &Limits,
) -> Result<(Vec<Line>, Blank), TableFault> {
    let mut blank = Blank::new();
    let mut reader = book
        .worksheet_cells_reader(sheet)
        .map_err(|_error| TableFault::Damaged)?;
    let mut lines: Vec<Line> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|_error| TableFault::Damaged)? {
        let (row, column) = cell.get_position();
        // A formula may come to nothing.
        if matches!(cell.get_value(), DataRef::String(text) if text.is_empty()) {
            blank.insert((row, column));
        }
        let value = value(cell.get_value(), from_1904);
        if value.is_empty() || column >= limits.columns {
            continue;
        }
        let number = row + 1;
        if lines.last().is_none_or(|line| line.number != number) {
            if lines.len() > limits.rows as usize {
                return Err(TableFault::TooManyRows { most: limits.rows });
            }
            lines.push(Line {
                number,
                cells: Vec::with_capacity(lines.last().map_or(16, |line| line.cells.len())),
            });
        }
        if let Some(line) = lines.last_mut() {
            line.cells
                .resize(line.cells.len().max(column as usize), Cell::Empty);
            line.cells.truncate(column as usize);
            line.cells.push(value);
        }
    }
    Ok((lines, blank))
}

fn value(value: &DataRef<'_>, from_1904: bool) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(yes) => Cell::text(if *yes { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(time) => match from_serial(time.as_f64(), from_1904) {
            Some(day) if time.is_datetime() => Cell::Day(day),
            _ => Cell::Number(time.as_f64()),
        },
        DataRef::DateTimeIso(text) => match text.get(..10).and_then(|day| day.parse().ok()) {
            Some(day) => Cell::Day(day),
            None => Cell::text(text),
        },
        DataRef::DurationIso(text) => Cell::text(text),
        DataRef::Error(error) => Cell::Fault(fault(error)),
        DataRef::Empty => Cell::Empty,
    }
}

/// As sheets show them.
fn fault(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// A merged range says the same everywhere in it, as its reader sees it.
fn fill(lines: &mut [Line], merged: &[Dimensions]) {
    for range in merged {
        let (from, to) = (range.start.0 + 1, range.end.0 + 1);
        let (left, right) = (range.start.1 as usize, range.end.1 as usize);
        let first = lines.partition_point(|line| line.number < from);
        let after = lines.partition_point(|line| line.number <= to);
        let Some(top) = lines.get(first).filter(|line| line.number == from) else {
            continue;
        };
        let value = top.cell(left).clone();
        if value.is_empty() || right >= 16_384 {
            continue;
        }
        for line in &mut lines[first..after] {
            // A title drawn over the whole sheet makes no row longer than it is wide.
            let right = right.min(left + 199);
            let width = line.cells.len().max(right + 1);
            line.cells.resize(width, Cell::Empty);
            for cell in &mut line.cells[left..=right] {
                if cell.is_empty() {
                    *cell = value.clone();
                }
            }
        }
    }
}
