//! The layout of a blank form of somebody else's, whose column names mean nothing to us yet: titles above, the rows that
//! name the columns, explanations below them, rows to be filled, sums and signatures at the end.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::explaining::explains;
use crate::fill::MOST_ROWS;
use crate::form_within::Within;
use crate::layout::{LOOKED_AT, SUMS, names_of};
use crate::values::outside_brackets;
use crate::{Cell, Line, Sheet};

/// How a blank form is laid out. Rows are numbered as [`Line`] does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormLayout {
    /// Empty where the form has none.
    pub title: String,
    pub header_rows: Vec<u32>,
    /// First row to be filled.
    pub first_row: u32,
    /// Empty rows before something else stands below; all the sheet has where nothing does.
    pub free_rows: u32,
    pub columns: Vec<FormColumn>,
}

/// A column that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormColumn {
    /// From 0.
    pub column: usize,
    /// Names of two rows as `group/name`.
    pub name: String,
    /// Of a form of single cells: the row of the only cell it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The name stands in the same cell: what is around the blank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
}

/// Longer texts are no names of columns.
pub(crate) const NAME: usize = 20;
/// Longer texts below the names explain.
const SENTENCE: usize = 30;

/// Finds the layout; `None` when no row names two columns, or names stand beside their blanks instead of above them.
#[must_use]
pub fn form_layout(sheet: &Sheet) -> Option<FormLayout> {
    let width = sheet.width();
    let head = &sheet.lines[..sheet.lines.len().min(LOOKED_AT)];
    let score = |line: &Line| {
        if closes(line) {
            0
        } else {
            labels(&names_of(line, width)).len()
        }
    };
    // Of rows with as many names, the upper one: the lower holds examples.
    let best = (0..head.len()).max_by_key(|at| (score(&head[*at]), usize::MAX - at))?;
    if score(&head[best]) < 2 {
        return None;
    }
    let (from, to) = header(head, best, width);
    let names = columns(&head[from..=to], width);
    if from == to && beside(head, to, width) {
        return None;
    }
    let (first_row, below) = first_row(&sheet.lines, to);
    let free_rows = free_rows(&sheet.lines[below..], first_row, &names);
    // Below one row, or none at all, more is named: these are no lines of a list.
    let below = sheet.lines[below..]
        .iter()
        .find(|line| line.number >= first_row + free_rows);
    if from == to && below.is_some_and(|below| names_more(&head[to], below, free_rows, width)) {
        return None;
    }
    Some(FormLayout {
        title: title(&sheet.lines[..from]),
        header_rows: head[from..=to].iter().map(|line| line.number).collect(),
        first_row,
        free_rows,
        columns: names,
    })
}

/// A name without what stands in brackets.
fn bare(name: &str) -> String {
    outside_brackets(name).trim().to_owned()
}

fn is_label(name: &str) -> bool {
    let bare = bare(name);
    // 填表单位: is a line to be filled in, not a column. Names of columns may have digits, but do not begin with them.
    !bare.is_empty()
        && bare.chars().count() <= NAME
        && !bare.contains(':')
        && !bare.contains("__")
        && !bare.starts_with(|c: char| c.is_ascii_digit())
}

/// The different names of a row.
fn labels(names: &[String]) -> BTreeSet<&str> {
    names
        .iter()
        .map(String::as_str)
        .filter(|name| is_label(name))
        .collect()
}

/// A row that adds up or is signed.
pub(crate) fn closes(line: &Line) -> bool {
    let first = line
        .cells
        .iter()
        .map(Cell::shown)
        .find(|text| !text.is_empty());
    let first: String = first.unwrap_or_default().split_whitespace().collect();
    SUMS.iter().any(|word| first.starts_with(word))
}

/// Places of the first and last row that name the columns: the best one, and the row above or below that groups or
/// divides its names.
fn header(head: &[Line], best: usize, width: usize) -> (usize, usize) {
    let names = names_of(&head[best], width);
    let joins = |upper: usize, lower: usize| head[upper].number + 1 == head[lower].number;
    if best > 0 && joins(best - 1, best) && groups(&names_of(&head[best - 1], width), &names) {
        return (best - 1, best);
    }
    let divided = |lower: &Line| !closes(lower) && divides(&names, &names_of(lower, width));
    if head.get(best + 1).is_some_and(divided) && joins(best, best + 1) {
        return (best, best + 1);
    }
    (best, best)
}

/// Whether the upper row names groups of the lower row's names.
fn groups(upper: &[String], lower: &[String]) -> bool {
    let filled: Vec<&String> = upper.iter().filter(|name| !name.is_empty()).collect();
    if !filled.iter().all(|name| is_label(name)) {
        return false;
    }
    // One text over everything is a title.
    let different = labels(upper).len();
    let over_all = filled.len() == upper.len() && different == 1;
    let mut pairs = upper.iter().zip(lower);
    let same = pairs.any(|(upper, lower)| !upper.is_empty() && upper == lower);
    let divided = different >= 2 && parts(upper, lower).iter().any(|parts| *parts >= 2);
    !over_all && (same || divided)
}

/// Whether the lower row names parts of what the upper one names: each of its texts is a name, and each name of the upper
/// row is divided into two at least or not at all.
fn divides(upper: &[String], lower: &[String]) -> bool {
    let names = lower.iter().filter(|name| !name.is_empty());
    let parts = parts(upper, lower);
    names.into_iter().all(|name| is_label(name))
        && parts.iter().any(|parts| *parts >= 2)
        && !parts.contains(&1)
}

/// How many different names, side by side, the lower row has under each name of the upper one, itself not counted.
fn parts(upper: &[String], names: &[String]) -> Vec<usize> {
    let mut counts: Vec<usize> = Vec::new();
    let (mut group, mut last) = ("", "");
    for (at, (upper, lower)) in upper.iter().zip(names).enumerate() {
        if counts.is_empty() || !(upper.is_empty() || upper == group) {
            counts.push(0);
            (group, last) = (upper, "");
        }
        let apart = !last.is_empty() && names[at - 1].is_empty();
        let part = !lower.is_empty() && lower != group && lower != last && !apart;
        if let Some(count) = counts.last_mut().filter(|_| part) {
            *count += 1;
            last = lower;
        }
    }
    counts
}

fn columns(header: &[Line], width: usize) -> Vec<FormColumn> {
    let lower = header
        .last()
        .map(|line| names_of(line, width))
        .unwrap_or_default();
    let upper = if header.len() > 1 {
        names_of(&header[0], width)
    } else {
        lower.clone()
    };
    let mut found: Vec<(FormColumn, usize)> = Vec::new();
    let mut group = String::new();
    for (column, (upper, lower)) in upper.iter().zip(&lower).enumerate() {
        if !upper.is_empty() {
            group.clone_from(upper);
        } else if lower.is_empty() {
            group.clear();
            continue;
        }
        let name = if lower.is_empty() || *lower == group {
            group.clone()
        } else if group.is_empty() {
            lower.clone()
        } else {
            format!("{group}/{lower}")
        };
        match found.last_mut() {
            // A name over several columns is one column, at the first of them.
            Some((last, to)) if last.name == name && *to + 1 == column => *to = column,
            _ => {
                let row = None;
                let within = None;
                let one = FormColumn {
                    column,
                    name,
                    row,
                    within,
                };
                found.push((one, column));
            }
        }
    }
    found.into_iter().map(|(column, _)| column).collect()
}

/// Names with blanks beside them, row after row: a form about one person or thing.
fn beside(head: &[Line], header: usize, width: usize) -> bool {
    let names = names_of(&head[header], width);
    let alike = |line: &Line| {
        let others = names_of(line, width);
        let filled = others.iter().filter(|name| !name.is_empty()).count();
        let new = labels(&others).difference(&labels(&names)).count();
        let next = line.number.abs_diff(head[header].number) == 1;
        let plain = !closes(line) && !explains(line);
        next && plain && gaps(&others) && new >= 2 && new == filled
    };
    let near = &head[header.saturating_sub(1)..head.len().min(header + 2)];
    gaps(&names) && near.iter().any(alike)
}

/// Whether there are blanks between names.
fn gaps(names: &[String]) -> bool {
    let first = names.iter().position(|name| !name.is_empty());
    let last = names.iter().rposition(|name| !name.is_empty());
    first
        .zip(last)
        .is_some_and(|(first, last)| names[first..last].iter().any(String::is_empty))
}

/// Whether what stands below so few free rows names blanks of its own, as the row above them does.
fn names_more(names: &Line, below: &Line, free: u32, width: usize) -> bool {
    let (above, below_names) = (names_of(names, width), names_of(below, width));
    let filled = below_names.iter().filter(|name| !name.is_empty());
    let new = labels(&below_names).difference(&labels(&above)).count();
    let only_names =
        !closes(below) && !explains(below) && filled.clone().all(|name| is_label(name));
    match free {
        0 => only_names && gaps(&above) && (gaps(&below_names) || filled.count() == 1),
        1 => only_names && !gaps(&above) && !gaps(&below_names) && new >= 2,
        _ => false,
    }
}

/// The first row below names and explanations, and the place of the first line at or below it.
fn first_row(lines: &[Line], header: usize) -> (u32, usize) {
    let mut number = lines[header].number;
    let mut at = header + 1;
    while let Some(line) = lines
        .get(at)
        .filter(|line| at <= header + 3 && line.number == number + 1)
    {
        let long = line
            .cells
            .iter()
            .any(|cell| cell.shown().chars().count() > SENTENCE);
        if closes(line) || !(long || explains(line)) {
            break;
        }
        number = line.number;
        at += 1;
    }
    (number + 1, at)
}

fn free_rows(below: &[Line], first_row: u32, columns: &[FormColumn]) -> u32 {
    let other = below.iter().find(|line| !is_free(line, columns));
    other
        .map_or(MOST_ROWS + 1, |line| line.number)
        .saturating_sub(first_row)
}

/// Nothing but a number in a column of numbers, dots, or what formulas make of nothing.
fn is_free(line: &Line, columns: &[FormColumn]) -> bool {
    let counts = |column: usize| {
        let name = columns
            .iter()
            .find(|one| one.column == column)
            .map(|one| bare(&one.name));
        let name: String = name.unwrap_or_default().split_whitespace().collect();
        ["序号", "编号", "No", "NO", "no"]
            .iter()
            .any(|word| name.contains(word))
            || name == "序"
    };
    line.cells
        .iter()
        .enumerate()
        .all(|(column, cell)| match cell {
            Cell::Empty | Cell::Fault(_) | Cell::Uncalculated(_) => true,
            Cell::Number(number) => *number == 0.0 || counts(column),
            Cell::Day(_) => false,
            Cell::Text(text) => {
                let text = text.trim();
                text.chars().all(|c| "…．.·-—".contains(c))
                    || (counts(column) && text.chars().all(|c| c.is_ascii_digit()))
            }
        })
}

/// The first row above the names that says one thing, and is neither an annex's number nor a line to be filled in.
pub(crate) fn title(above: &[Line]) -> String {
    let mut only = above.iter().filter_map(|line| {
        let texts: BTreeSet<String> = line
            .cells
            .iter()
            .map(Cell::shown)
            .filter(|text| !text.is_empty())
            .collect();
        let text = texts.first().filter(|_| texts.len() == 1)?;
        let plain = crate::fold(text);
        let other = plain.starts_with("附件")
            || plain.starts_with("附表")
            || plain.contains(':')
            || plain.chars().count() > 60;
        (!other).then(|| as_written(text))
    });
    only.next().unwrap_or_else(|| {
        let first = above
            .iter()
            .flat_map(|line| &line.cells)
            .map(Cell::shown)
            .find(|text| !text.is_empty());
        first
            .map(|text| as_written(&text))
            .filter(|text| text.chars().count() <= 60)
            .unwrap_or_default()
    })
}

/// A title with its own marks (附件37：), in one line.
fn as_written(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
