//! Answers as tables: groups down, the last of several groups across; every figure leads to its records.

use std::collections::{BTreeMap, BTreeSet};

use youlin_datasets::Asked;
use youlin_datasets::cube::{Answer, Cell, Key};

use crate::compose::{Composed, key_text};
use crate::words::{Words, figure_size};

/// More columns than this stand below each other instead.
const COLUMNS: usize = 40;

/// One figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figured {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) size: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) heads: Vec<String>,
    pub(crate) keys: Vec<Key>,
    /// `None` where nothing was counted.
    pub(crate) cells: Vec<Option<Figured>>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Names of the dimensions that go down.
    pub(crate) heads: Vec<String>,
    /// Names of the columns of figures.
    pub(crate) columns: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// The address of the records behind a cell.
pub(crate) fn evidence_of(question: &Composed, keys: &[Key]) -> String {
    let cell = Composed {
        k: keys.iter().map(key_text).collect(),
        ..question.question()
    };
    format!("/insight/evidence?{}", cell.address())
}

pub(crate) fn table(
    words: Words<'_>,
    question: &Composed,
    asked: &Asked,
    answer: &Answer,
) -> Table {
    let groups = &question.g;
    let across: BTreeSet<Key> = match groups.len() {
        0 | 1 => BTreeSet::new(),
        _ => answer
            .cells
            .iter()
            .filter_map(|cell| cell.keys.last().cloned())
            .collect(),
    };
    let figured = |cell: &Cell| Figured {
        text: words.figure(asked, &cell.figure),
        href: evidence_of(question, &cell.keys),
        size: figure_size(asked, &cell.figure),
    };
    let name = |at: usize, key: &Key| match asked.query.group.get(at) {
        Some(group) => words.key(&*asked.dataset, group, key),
        None => String::new(),
    };
    let heads = |keys: &[Key]| {
        keys.iter()
            .enumerate()
            .map(|(at, key)| name(at, key))
            .collect()
    };
    let names = |count: usize| {
        groups
            .iter()
            .take(count)
            .map(|text| words.group(&asked.query.dataset, text))
            .collect()
    };
    if across.is_empty() || across.len() > COLUMNS {
        return Table {
            heads: names(groups.len()),
            columns: vec![words.figures(question, &asked.query.dataset)],
            lines: answer
                .cells
                .iter()
                .map(|cell| Line {
                    heads: heads(&cell.keys),
                    keys: cell.keys.clone(),
                    cells: vec![Some(figured(cell))],
                })
                .collect(),
        };
    }
    let across: Vec<Key> = across.into_iter().collect();
    let down = groups.len() - 1;
    let mut lines: BTreeMap<Vec<Key>, Vec<Option<Figured>>> = BTreeMap::new();
    for cell in &answer.cells {
        let (Some(head), Some(last)) = (cell.keys.get(..down), cell.keys.last()) else {
            continue;
        };
        let line = lines
            .entry(head.to_vec())
            .or_insert_with(|| vec![None; across.len()]);
        if let Ok(at) = across.binary_search(last)
            && let Some(place) = line.get_mut(at)
        {
            *place = Some(figured(cell));
        }
    }
    Table {
        heads: names(down),
        columns: across.iter().map(|key| name(down, key)).collect(),
        lines: lines
            .into_iter()
            .map(|(keys, cells)| Line {
                heads: heads(&keys),
                keys,
                cells,
            })
            .collect(),
    }
}
