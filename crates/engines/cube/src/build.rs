//! Filling a table row by row. What a row does not set stays unrecorded.

use std::collections::HashMap;

use crate::column::{Codes, Column, Days, Labels, NO_DAY, NO_NUMBER, NONE};
use crate::{Kind, Schema, Table};

/// Sets rows one after the other: `row(…)`, then the setters for that row.
#[derive(Debug)]
pub struct TableBuilder {
    schema: Schema,
    ids: Vec<u128>,
    from: Vec<i64>,
    to: Vec<i64>,
    columns: Vec<Growing>,
}

#[derive(Debug)]
enum Growing {
    Text(Kept<Box<str>>),
    Labels(Vec<Vec<u32>>, Vec<Box<str>>, HashMap<Box<str>, u32>),
    Number(Kind, Vec<i64>),
    Day(Kind, Vec<i32>),
    Days(Vec<Vec<i32>>),
    Area(Kept<i64>),
    Key(Kept<u128>),
}

#[derive(Debug)]
struct Kept<T> {
    codes: Codes<T>,
    known: HashMap<T, u32>,
}

impl<T: Eq + std::hash::Hash + Clone> Kept<T> {
    fn new() -> Self {
        Self {
            codes: Codes::default(),
            known: HashMap::new(),
        }
    }

    fn code(&mut self, value: T) -> u32 {
        if let Some(code) = self.known.get(&value) {
            return *code;
        }
        let code = u32::try_from(self.codes.values.len()).unwrap_or(NONE);
        self.codes.values.push(value.clone());
        self.known.insert(value, code);
        code
    }
}

fn put<T>(column: &mut Vec<T>, row: usize, nothing: impl FnMut() -> T, value: T) {
    column.resize_with(row, nothing);
    column.push(value);
}

impl TableBuilder {
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        let columns = schema
            .dims
            .iter()
            .map(|dim| match dim.kind {
                Kind::Choice => Growing::Text(Kept::new()),
                Kind::Labels => Growing::Labels(Vec::new(), Vec::new(), HashMap::new()),
                Kind::Number | Kind::Time => Growing::Number(dim.kind, Vec::new()),
                Kind::Day | Kind::Age => Growing::Day(dim.kind, Vec::new()),
                Kind::Since => Growing::Days(Vec::new()),
                Kind::Area => Growing::Area(Kept::new()),
                Kind::Key => Growing::Key(Kept::new()),
            })
            .collect();
        Self {
            schema,
            ids: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            columns,
        }
    }

    /// The next row holds from `from` until just before `to`; one that never holds is left out.
    /// Returns whether it is there to be filled.
    pub fn row(&mut self, id: u128, from: i64, to: i64) -> bool {
        if from >= to {
            return false;
        }
        self.ids.push(id);
        self.from.push(from);
        self.to.push(to);
        true
    }

    fn at(&mut self, dim: &str) -> Option<(usize, &mut Growing)> {
        let row = self.ids.len().checked_sub(1)?;
        let position = self.schema.position(dim)?;
        Some((row, self.columns.get_mut(position)?))
    }

    pub fn text(&mut self, dim: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        if let Some((row, Growing::Text(kept))) = self.at(dim) {
            let code = match kept.known.get(value) {
                Some(code) => *code,
                None => kept.code(value.into()),
            };
            put(&mut kept.codes.codes, row, || NONE, code);
        }
    }

    /// `yes` or `no`.
    pub fn flag(&mut self, dim: &str, value: Option<bool>) {
        self.text(dim, value.map(|yes| if yes { "yes" } else { "no" }));
    }

    pub fn labels<'a>(&mut self, dim: &str, labels: impl IntoIterator<Item = &'a str>) {
        if let Some((row, Growing::Labels(rows, words, known))) = self.at(dim) {
            let mut codes = Vec::new();
            for label in labels {
                let code = known.get(label).copied().unwrap_or_else(|| {
                    let code = u32::try_from(words.len()).unwrap_or(NONE);
                    words.push(label.into());
                    known.insert(label.into(), code);
                    code
                });
                codes.push(code);
            }
            put(rows, row, Vec::new, codes);
        }
    }

    /// A number, or an instant in microseconds.
    pub fn number(&mut self, dim: &str, value: Option<i64>) {
        if let (Some(value), Some((row, Growing::Number(_, numbers)))) = (value, self.at(dim)) {
            put(numbers, row, || NO_NUMBER, value);
        }
    }

    /// A day, or a birthday.
    pub fn day(&mut self, dim: &str, value: Option<i32>) {
        if let (Some(value), Some((row, Growing::Day(_, days)))) = (value, self.at(dim)) {
            put(days, row, || NO_DAY, value);
        }
    }

    /// The days of something that happens again and again.
    pub fn days(&mut self, dim: &str, mut value: Vec<i32>) {
        value.sort_unstable();
        value.dedup();
        if let Some((row, Growing::Days(days))) = self.at(dim) {
            put(days, row, Vec::new, value);
        }
    }

    pub fn area(&mut self, dim: &str, value: Option<i64>) {
        if let (Some(value), Some((row, Growing::Area(kept)))) = (value, self.at(dim)) {
            let code = kept.code(value);
            put(&mut kept.codes.codes, row, || NONE, code);
        }
    }

    pub fn key(&mut self, dim: &str, value: Option<u128>) {
        if let (Some(value), Some((row, Growing::Key(kept)))) = (value, self.at(dim)) {
            let code = kept.code(value);
            put(&mut kept.codes.codes, row, || NONE, code);
        }
    }

    #[must_use]
    pub fn finish(self) -> Table {
        let rows = self.ids.len();
        let columns = self.columns.into_iter().map(|one| one.finish(rows));
        Table {
            schema: self.schema,
            columns: columns.collect(),
            ids: self.ids,
            from: self.from,
            to: self.to,
        }
    }
}

impl Growing {
    fn finish(self, rows: usize) -> Column {
        match self {
            Self::Text(mut kept) => {
                kept.codes.codes.resize(rows, NONE);
                Column::Choice(kept.codes)
            }
            Self::Labels(mut labels, words, _) => {
                labels.resize_with(rows, Vec::new);
                Column::Labels(packed(&labels, words))
            }
            Self::Number(kind, mut numbers) => {
                numbers.resize(rows, NO_NUMBER);
                match kind {
                    Kind::Time => Column::Time(numbers),
                    _ => Column::Number(numbers),
                }
            }
            Self::Day(kind, mut days) => {
                days.resize(rows, NO_DAY);
                match kind {
                    Kind::Age => Column::Age(days),
                    _ => Column::Day(days),
                }
            }
            Self::Days(mut days) => {
                days.resize_with(rows, Vec::new);
                let mut starts = vec![0];
                let mut all = Vec::new();
                for row in days {
                    all.extend(row);
                    starts.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
                }
                Column::Since(Days { starts, days: all })
            }
            Self::Area(mut kept) => {
                kept.codes.codes.resize(rows, NONE);
                Column::Area(kept.codes)
            }
            Self::Key(mut kept) => {
                kept.codes.codes.resize(rows, NONE);
                Column::Key(kept.codes)
            }
        }
    }
}

fn packed(rows: &[Vec<u32>], words: Vec<Box<str>>) -> Labels {
    let width = words.len().div_ceil(64);
    let mut bits = vec![0u64; rows.len() * width];
    for (row, labels) in rows.iter().enumerate() {
        for label in labels {
            let label = *label as usize;
            if let Some(word) = bits.get_mut(row * width + label / 64) {
                *word |= 1 << (label % 64);
            }
        }
    }
    Labels { words, width, bits }
}
