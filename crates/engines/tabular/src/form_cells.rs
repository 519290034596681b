//! Forms of single cells ("cards"): a name with its blank beside it, or a row of names with one row of blanks below.
//!
//! 单位名称 | ____ | 负责人 | ____ says nothing about lines; each blank is one answer.

use std::collections::BTreeSet;

use crate::explaining::explains;
use crate::form::{NAME, closes, title};
use crate::form_within::within;
use crate::layout::names_of;
use crate::values::outside_brackets;
use crate::{FormColumn, FormLayout, Line, Sheet};

/// More blanks than this are no card.
const MOST: usize = 300;

/// What stands behind a blank and only says what is counted.
const UNITS: [&str; 16] = [
    "人",
    "户",
    "个",
    "元",
    "万元",
    "平方米",
    "㎡",
    "栋",
    "幢",
    "套",
    "间",
    "件",
    "次",
    "名",
    "家",
    "处",
];

/// One text of a line: what it says, its first and its last column (merged cells say the same everywhere in them).
struct Run {
    text: String,
    from: usize,
    to: usize,
}

/// Finds the blanks a card names, each a column of one row; `None` where there are fewer than two. Asked only of sheets
/// [`crate::form_layout`] finds no list in.
#[must_use]
pub fn form_cells(sheet: &Sheet) -> Option<FormLayout> {
    let width = sheet.width();
    let lines = &sheet.lines;
    let first = lines.iter().position(|line| !is_title(line, width))?;
    let mut found: Vec<FormColumn> = Vec::new();
    let mut taken: BTreeSet<(u32, usize)> = BTreeSet::new();
    for at in first..lines.len() {
        if explains(&lines[at]) || closes(&lines[at]) {
            continue;
        }
        let next = lines.get(at + 1);
        let own = inside(lines, at, width);
        let drawn = own.iter().filter_map(|one| one.within.as_ref());
        let drawn = drawn.into_iter().any(|within| !within.blank.is_empty());
        let named = match below(&lines[at], next, width).filter(|_| !drawn) {
            Some(named) => named,
            None => {
                // A name is used once: by the blank in its own cell, or by the one beside it.
                let used: BTreeSet<usize> = own.iter().map(|one| one.column).collect();
                let mut named = beside(lines, at, width, &used);
                named.extend(own);
                named.sort_by_key(|one| one.column);
                named
            }
        };
        for one in named {
            // A merged blank is one, at its first cell.
            if let Some(row) = one.row
                && (taken.insert((row, one.column)) || one.within.is_some())
            {
                found.push(one);
            }
        }
        if found.len() > MOST {
            return None;
        }
    }
    // Words one below another with nothing ever beside them are a card only where all of them are names.
    let letter = width == 1
        && (found.len() < 3
            || lines[first..]
                .iter()
                .any(|line| !closes(line) && !names_one(line)));
    (found.len() >= 2 && !letter).then(|| FormLayout {
        title: title(&lines[..first]),
        header_rows: Vec::new(),
        first_row: found.iter().filter_map(|one| one.row).min().unwrap_or(1),
        free_rows: 0,
        columns: told_apart(found),
    })
}

fn names_one(line: &Line) -> bool {
    let text = line.cell(0).shown();
    called(&text).is_some() || within(&text, true).is_some()
}

/// Names with their blank in the same cell. A colon alone is one where no empty cell beside it is: the cell is merged, or the
/// line is made of nothing but such cells.
fn inside(lines: &[Line], at: usize, width: usize) -> Vec<FormColumn> {
    let line = &lines[at];
    let runs = runs(line, width);
    let text = |run: &Run| line.cell(run.from).shown();
    let only = runs.len() >= 2 && runs.iter().all(|run| within(&text(run), true).is_some());
    let mut found = Vec::new();
    for (n, run) in runs.iter().enumerate() {
        let next = runs.get(n + 1);
        let touches = next.map_or(run.to + 1 == width, |next| next.from == run.to + 1);
        let alone = touches && (run.to > run.from || only);
        // The second row of a cell over two rows is the first.
        let above = at.checked_sub(1).and_then(|up| lines.get(up));
        let same = above.is_some_and(|above| {
            above.number + 1 == line.number && above.cell(run.from) == line.cell(run.from)
        });
        if same && run.to > run.from {
            continue;
        }
        for (name, within) in within(&text(run), alone).unwrap_or_default() {
            found.push(FormColumn {
                column: run.from,
                name,
                row: Some(line.number),
                within: Some(within),
            });
        }
    }
    found
}

fn runs(line: &Line, width: usize) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    for (at, text) in names_of(line, width).into_iter().enumerate() {
        match all.last_mut() {
            Some(last) if !text.is_empty() && last.text == text && last.to + 1 == at => {
                last.to = at
            }
            _ if text.is_empty() => {}
            _ => all.push(Run {
                text,
                from: at,
                to: at,
            }),
        }
    }
    all
}

/// One text over all of the sheet, or alone in its line and called a form.
fn is_title(line: &Line, width: usize) -> bool {
    let runs = runs(line, width);
    let [only] = runs.as_slice() else {
        return false;
    };
    if within(&line.cell(only.from).shown(), only.to > only.from).is_some() {
        return false;
    }
    let called = ["表", "卡", "单", "书", "册"];
    let name = outside_brackets(&only.text);
    only.to > only.from && only.to + 1 == width
        || called.iter().any(|end| name.trim().ends_with(end))
        || only.text.starts_with("附件")
}

/// What a blank is called, without its colon; `None` for what is no name of one.
pub(crate) fn called(text: &str) -> Option<String> {
    let name = text.trim().trim_end_matches([':', '：']).trim();
    let bare = outside_brackets(name);
    let day = |c: char| "年月日时 ".contains(c);
    let fits = bare.chars().count() <= NAME
        && bare.chars().any(char::is_alphabetic)
        && !bare.chars().all(day)
        && !UNITS.contains(&bare.trim())
        && !bare.contains([':', '□', '☐', '_', '。', '；']);
    fits.then(|| name.to_owned())
}

/// A row of names alone, with nothing in the row below them but something further down: each names the cell below it.
fn below(line: &Line, next: Option<&Line>, width: usize) -> Option<Vec<FormColumn>> {
    let runs = runs(line, width);
    let touching = runs.windows(2).all(|pair| pair[0].to + 1 == pair[1].from);
    let names: Option<Vec<String>> = runs.iter().map(|run| called(&run.text)).collect();
    let names = names.filter(|names| touching && names.len() >= 2)?;
    let next = next.filter(|next| next.number > line.number)?;
    let free = |run: &&Run| next.number > line.number + 1 || next.cell(run.from).is_empty();
    if !runs.iter().all(|run| free(&run)) {
        return None;
    }
    let all = runs.iter().zip(names);
    let cells = all.map(|(run, name)| FormColumn {
        column: run.from,
        name,
        row: Some(line.number + 1),
        within: None,
    });
    Some(cells.collect())
}

/// Names with a blank to their right; what stands to their left without one is what they are parts of.
fn beside(lines: &[Line], at: usize, width: usize, used: &BTreeSet<usize>) -> Vec<FormColumn> {
    let runs = runs(&lines[at], width);
    let mut found = Vec::new();
    for (n, run) in runs.iter().enumerate() {
        let next = runs.get(n + 1);
        let blank = next.is_none_or(|next| next.from > run.to + 1);
        // At the end of a line there is a blank only where other lines reach further, or the line names nothing else.
        let room = next.is_some() || run.to + 1 < width || runs.len() == 1 || alternates(&runs);
        let free = !used.contains(&run.from);
        let Some(name) = called(&run.text).filter(|_| blank && room && free) else {
            continue;
        };
        // The second row of a name over two rows has the blank of the first.
        let above = at.checked_sub(1).and_then(|up| lines.get(up));
        let same = above.is_some_and(|above| {
            above.number + 1 == lines[at].number
                && names_of(above, width).get(run.from) == Some(&run.text)
                && above.cell(run.to + 1).is_empty()
        });
        if same {
            continue;
        }
        let left = n.checked_sub(1).and_then(|left| runs.get(left));
        let group = left.filter(|left| left.to + 1 == run.from);
        let group = group.and_then(|left| called(&left.text));
        found.push(FormColumn {
            column: run.to + 1,
            name: group.map_or_else(|| name.clone(), |group| format!("{group}/{name}")),
            row: Some(lines[at].number),
            within: None,
        });
    }
    found
}

/// Whether every other text of a line has a blank behind it.
fn alternates(runs: &[Run]) -> bool {
    runs.len() >= 2 && runs.windows(2).all(|pair| pair[0].to + 1 < pair[1].from)
}

/// Two blanks of one name are told apart by number, so that what was said about one is not said about the other.
fn told_apart(found: Vec<FormColumn>) -> Vec<FormColumn> {
    let mut met: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let named = found.into_iter().map(|one| {
        let times = met.entry(one.name.clone()).or_default();
        *times += 1;
        match *times {
            1 => one,
            n => FormColumn {
                name: format!("{}（{n}）", one.name),
                ..one
            },
        }
    });
    named.collect()
}
