//! Answers as tables: groups down, the last of several groups across, totals beside and below; every figure leads to its
//! records.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use youlin_datasets::Asked;
use youlin_datasets::cube::{Answer, Cell, Figure, Key};

use crate::compose::{Composed, key_text};
use crate::totals::Totals;
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
    /// Over all columns, where there are several.
    pub(crate) total: Option<Figured>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Names of the dimensions that go down.
    pub(crate) heads: Vec<String>,
    /// Names of the columns of figures.
    pub(crate) columns: Vec<String>,
    /// Their keys, where they are groups.
    pub(crate) across: Vec<Key>,
    pub(crate) lines: Vec<Line>,
    /// Over all lines, column by column.
    pub(crate) totals: Vec<Option<Figured>>,
    /// Over everything, where there are several columns.
    pub(crate) whole: Option<Figured>,
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
    (answer, totals): &(Answer, Totals),
) -> Table {
    let groups = &question.g;
    let across: Vec<Key> = match groups.len() {
        0 | 1 => Vec::new(),
        _ => last_keys(answer),
    };
    let of = |question: &Composed, keys: &[Key], figure: &Figure| Figured {
        text: words.figure(asked, figure),
        href: evidence_of(question, keys),
        size: figure_size(asked, figure),
    };
    let figured = |cell: &Cell| of(question, &cell.keys, &cell.figure);
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
    let whole = of(question, &[], &answer.total);
    if across.is_empty() || across.len() > COLUMNS {
        return Table {
            heads: names(groups.len()),
            columns: vec![words.figures(question, &asked.query.dataset)],
            across: Vec::new(),
            lines: answer
                .cells
                .iter()
                .map(|cell| Line {
                    heads: heads(&cell.keys),
                    keys: cell.keys.clone(),
                    cells: vec![Some(figured(cell))],
                    total: None,
                })
                .collect(),
            totals: vec![Some(whole)],
            whole: None,
        };
    }
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
    // A line's records are found by the first keys of the same question, a column's by the question of its group alone.
    let beside: HashMap<&[Key], &Figure> = totals
        .lines
        .iter()
        .map(|cell| (cell.keys.as_slice(), &cell.figure))
        .collect();
    let by_column = Composed {
        g: groups.last().cloned().into_iter().collect(),
        ..question.question()
    };
    let below = |key: &Key| {
        let cell = totals
            .columns
            .iter()
            .find(|cell| cell.keys.first() == Some(key))?;
        Some(of(&by_column, &cell.keys, &cell.figure))
    };
    Table {
        heads: names(down),
        columns: across.iter().map(|key| name(down, key)).collect(),
        totals: across.iter().map(below).collect(),
        across,
        whole: Some(whole),
        lines: lines
            .into_iter()
            .map(|(keys, cells)| Line {
                heads: heads(&keys),
                total: beside
                    .get(keys.as_slice())
                    .map(|figure| of(question, &keys, figure)),
                keys,
                cells,
            })
            .collect(),
    }
}

/// The keys of the last group, each once, in their order.
fn last_keys(answer: &Answer) -> Vec<Key> {
    let keys = answer
        .cells
        .iter()
        .filter_map(|cell| cell.keys.last().cloned());
    keys.collect::<BTreeSet<Key>>().into_iter().collect()
}
