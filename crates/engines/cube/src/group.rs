//! From selected rows to groups: each dimension gives a row a small number, the numbers together name its group.

use std::collections::HashMap;

use crate::column::{Column, NO_DAY, NO_NUMBER, NONE};
use crate::select::Asking;
use crate::{Bucket, Group, Key, Moment, Table, Value, day};

/// What one dimension says of the rows of one table.
pub(crate) struct Sorted<'a> {
    /// The keys its numbers stand for.
    pub(crate) keys: Vec<Key>,
    of: Of<'a>,
}

enum Of<'a> {
    /// One number for each row.
    One(Vec<u32>),
    /// Through the code of the row; `NONE` is the last.
    Coded(&'a [u32], Vec<u32>),
    /// Several: the labels of the row; the number of a row without any.
    Many(&'a crate::column::Labels, u32),
}

impl Sorted<'_> {
    pub(crate) fn many(&self) -> bool {
        matches!(self.of, Of::Many(..))
    }

    /// The number of a row that has one.
    pub(crate) fn number(&self, row: usize) -> u32 {
        match &self.of {
            Of::One(numbers) => numbers.get(row).copied().unwrap_or(0),
            Of::Coded(codes, numbers) => {
                let code = codes.get(row).copied().unwrap_or(NONE) as usize;
                numbers.get(code).or(numbers.last()).copied().unwrap_or(0)
            }
            Of::Many(..) => 0,
        }
    }

    /// The numbers of a row.
    pub(crate) fn numbers(&self, row: usize, into: &mut Vec<u32>) {
        into.clear();
        match &self.of {
            Of::Many(labels, none) => {
                for (at, label) in (0u32..).zip(&labels.words) {
                    let _ = label;
                    if labels.has(row, at as usize) {
                        into.push(at);
                    }
                }
                if into.is_empty() {
                    into.push(*none);
                }
            }
            _ => into.push(self.number(row)),
        }
    }
}

/// Numbers for keys as they turn up.
#[derive(Default)]
struct Numbering {
    keys: Vec<Key>,
    known: HashMap<Option<i64>, u32>,
}

impl Numbering {
    fn number(&mut self, raw: Option<i64>, key: impl FnOnce(i64) -> Value) -> u32 {
        if let Some(number) = self.known.get(&raw) {
            return *number;
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(0);
        self.keys.push(raw.map(key));
        self.known.insert(raw, number);
        number
    }
}

pub(crate) fn sorted<'a>(asking: &Asking<'_>, table: &'a Table, group: &Group) -> Sorted<'a> {
    let rows = table.rows();
    let nothing = || Sorted {
        keys: vec![None],
        of: Of::One(vec![0; rows]),
    };
    let Some(column) = table.column(&group.dim) else {
        return nothing();
    };
    let today = asking.at.day;
    let width = i64::from(group.width.unwrap_or(1).max(1));
    let band = |one: i64| one.div_euclid(width) * width;
    match column {
        Column::Choice(words) => {
            let mut keys: Vec<Key> = words
                .values
                .iter()
                .map(|word| Some(Value::Text(word.to_string())))
                .collect();
            keys.push(None);
            let numbers = (0..).take(keys.len()).collect();
            Sorted {
                keys,
                of: Of::Coded(&words.codes, numbers),
            }
        }
        Column::Area(areas) => {
            let level = group.level.unwrap_or(0);
            let mut numbering = Numbering::default();
            let mut numbers: Vec<u32> = areas
                .values
                .iter()
                .map(|area| numbering.number(asking.areas.at_level(*area, level), Value::Number))
                .collect();
            numbers.push(numbering.number(None, Value::Number));
            Sorted {
                keys: numbering.keys,
                of: Of::Coded(&areas.codes, numbers),
            }
        }
        Column::Labels(labels) => {
            let mut keys: Vec<Key> = labels
                .words
                .iter()
                .map(|word| Some(Value::Text(word.to_string())))
                .collect();
            let none = u32::try_from(keys.len()).unwrap_or(0);
            keys.push(None);
            Sorted {
                keys,
                of: Of::Many(labels, none),
            }
        }
        Column::Number(numbers) => {
            let raw = numbers
                .iter()
                .map(|one| (*one != NO_NUMBER).then(|| band(*one)));
            one(raw, Value::Number)
        }
        Column::Age(births) => {
            let raw = births.iter().map(|born| {
                (*born != NO_DAY)
                    .then(|| age(*born, today))
                    .flatten()
                    .map(|years| band(i64::from(years)))
            });
            one(raw, Value::Number)
        }
        Column::Since(days) => {
            let raw = (0..rows).map(|row| {
                let last = days.last(row, today)?;
                Some(band(i64::from(today) - i64::from(last)))
            });
            one(raw, Value::Number)
        }
        Column::Day(days) => {
            let raw = days
                .iter()
                .map(|day| (*day != NO_DAY).then(|| first(*day, group.bucket)));
            one(raw.map(|day| day.map(i64::from)), date)
        }
        Column::Time(times) => {
            let offset = asking.at.offset;
            let raw = times.iter().map(|at| {
                (*at != NO_NUMBER).then(|| first(Moment::day_of(*at, offset), group.bucket))
            });
            one(raw.map(|day| day.map(i64::from)), date)
        }
        Column::Key(_) => nothing(),
    }
}

/// An estimate that is at most a year off, mended.
fn age(born: i32, today: i32) -> Option<i32> {
    if born > today {
        return None;
    }
    let lived = i64::from(today) - i64::from(born);
    let near = i32::try_from(lived * 400 / 146_097).unwrap_or(0);
    let (low, high) = (
        i64::from(near) * 146_097 / 400,
        (i64::from(near) + 1) * 146_097 / 400,
    );
    // Far enough from both birthdays, leap days can change nothing.
    if lived - low > 2 && high - lived > 2 {
        return Some(near);
    }
    day::age(born, today)
}

fn date(number: i64) -> Value {
    Value::Text(day::text_of(i32::try_from(number).unwrap_or(0)))
}

fn one<'a>(
    raw: impl Iterator<Item = Option<i64>>,
    key: impl Fn(i64) -> Value + Copy,
) -> Sorted<'a> {
    let mut numbering = Numbering::default();
    // Neighbours are often alike, so the last one is remembered.
    let mut last: Option<(Option<i64>, u32)> = None;
    let numbers = raw
        .map(|raw| match last {
            Some((before, number)) if before == raw => number,
            _ => {
                let number = numbering.number(raw, key);
                last = Some((raw, number));
                number
            }
        })
        .collect();
    if numbering.keys.is_empty() {
        numbering.keys.push(None);
    }
    Sorted {
        keys: numbering.keys,
        of: Of::One(numbers),
    }
}

/// The first day of the bucket.
fn first(number: i32, bucket: Option<Bucket>) -> i32 {
    let (year, month, _) = day::civil(number);
    match bucket.unwrap_or(Bucket::Day) {
        Bucket::Day => number,
        // 1970-01-01 was a Thursday.
        Bucket::Week => number - (number + 3).rem_euclid(7),
        Bucket::Month => day::number(year, month, 1),
        Bucket::Quarter => day::number(year, (month - 1) / 3 * 3 + 1, 1),
        Bucket::Year => day::number(year, 1, 1),
    }
}
