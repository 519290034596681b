//! Tables as text: comma, tab or semicolon, in UTF-8, UTF-16 or GBK (GB 18030, which holds it).

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::pack::Limits;
use crate::{Cell, Line, Sheet, TableFault, Workbook};

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, TableFault> {
    let (text, encoding) = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut line_of = Lines::default();
    for record in reader.records() {
        let record = record.map_err(|_error| TableFault::Damaged)?;
        let from = record.position().map_or(0, csv::Position::byte);
        let number = line_of.at(text.as_bytes(), usize::try_from(from).unwrap_or(usize::MAX));
        let most = limits.columns as usize;
        let mut cells: Vec<Cell> = record.iter().take(most).map(cell).collect();
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        if cells.is_empty() {
            continue;
        }
        if sheet.lines.len() > limits.rows as usize {
            return Err(TableFault::TooManyRows { most: limits.rows });
        }
        sheet.lines.push(Line { number, cells });
    }
    if sheet.lines.is_empty() {
        return Err(TableFault::Empty);
    }
    Ok(Workbook {
        sheets: vec![sheet],
        hidden: Vec::new(),
        encoding: Some(encoding),
    })
}

fn decode(bytes: &[u8]) -> Result<(String, &'static str), TableFault> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, faulty) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let known = [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) && !faulty;
        return match known {
            true => Ok((text.into_owned(), encoding.name())),
            false => Err(TableFault::Encoding),
        };
    }
    if bytes.contains(&0) {
        return Err(TableFault::OtherKind("zip"));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), UTF_8.name()));
    }
    let (text, faulty) = GB18030.decode_without_bom_handling(bytes);
    if faulty {
        return Err(TableFault::Encoding);
    }
    Ok((text.into_owned(), "GBK"))
}

/// Whichever parts the first lines most often.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(10)
        .collect();
    let count = |mark: char| -> usize { head.iter().map(|line| line.matches(mark).count()).sum() };
    let marks = [(',', b','), ('\t', b'\t'), (';', b';')];
    let best = marks.into_iter().rev().max_by_key(|(mark, _)| count(*mark));
    best.map_or(b',', |(_, byte)| byte)
}

/// `="3206…"` is how systems keep Excel from reading a number.
fn cell(text: &str) -> Cell {
    let text = text.trim();
    let bare = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    Cell::text(bare.unwrap_or(text))
}

/// Line numbers of growing positions.
#[derive(Default)]
struct Lines {
    at: usize,
    line: u32,
}

impl Lines {
    fn at(&mut self, text: &[u8], position: usize) -> u32 {
        let mut to = position.min(text.len());
        // The reader counts line ends before a record as part of it.
        while text
            .get(to)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            to += 1;
        }
        let passed = text[self.at.min(to)..to]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        self.line += u32::try_from(passed).unwrap_or(u32::MAX);
        self.at = to;
        self.line + 1
    }
}
