//! The figures, and the records behind one of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::column::{Column, NO_NUMBER, NONE};
use crate::group::{Sorted, sorted};
use crate::select::Asking;
use crate::{Areas, Bitmap, Filter, Key, Measure, Moment, Query, Table, Value};

/// One community's share of what is asked.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub community: i64,
    /// By the code of their dataset.
    pub tables: HashMap<&'static str, Arc<Table>>,
    /// `None`: the whole community; else only records in these areas.
    pub seen: Option<Vec<i64>>,
}

/// One figure. Which fields hold something depends on the measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// How many records stand behind it (for a count of different ones: how many of these; for a weighted ratio: the
    /// weight of all of them).
    pub count: u64,
    /// Of a ratio: how many of `count` are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// Of a sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
    /// Sum, mean or ratio as a number; absent where nothing can be divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// The figure of one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// One for each dimension grouped by.
    pub keys: Vec<Key>,
    #[serde(flatten)]
    pub figure: Figure,
}

/// All figures of a question, in the order of their keys. With labels among the groups a record stands in several.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    pub cells: Vec<Cell>,
    /// Over all records, whatever their group.
    pub total: Figure,
}

/// A record behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    pub community: i64,
    pub id: u128,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    count: u64,
    part: u64,
    sum: i128,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.part += other.part;
        self.sum += other.sum;
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a figure for people; the exact numbers stand beside it"
    )]
    fn figure(self, measure: &Measure) -> Figure {
        let sum = i64::try_from(self.sum).unwrap_or(if self.sum > 0 { i64::MAX } else { i64::MIN });
        let mut figure = Figure {
            count: self.count,
            ..Figure::default()
        };
        let divided = |above: f64| (self.count > 0).then(|| above / self.count as f64);
        match measure {
            Measure::Count | Measure::Distinct(_) => {}
            Measure::Sum(_) => (figure.sum, figure.value) = (Some(sum), Some(sum as f64)),
            Measure::Mean(_) => (figure.sum, figure.value) = (Some(sum), divided(self.sum as f64)),
            Measure::Ratio { .. } => {
                (figure.part, figure.value) = (Some(self.part), divided(self.part as f64));
            }
        }
        figure
    }
}

/// What the measure looks at in one table.
pub(crate) enum Looking<'a> {
    Count,
    Keys(&'a [u32]),
    Numbers(&'a [i64]),
    Ratio(Bitmap),
    /// The part, and how often each row counts.
    Weighted(Bitmap, &'a [i64]),
    Nothing,
}

/// The rows of a table that the figures count, and what is looked at in them.
pub(crate) fn counted<'a>(
    asking: &Asking<'_>,
    table: &'a Table,
    query: &Query,
) -> (Bitmap, Looking<'a>) {
    let mut rows = asking.selection(table, query);
    let looking = match &query.measure {
        Measure::Count => Looking::Count,
        Measure::Distinct(code) => match table.column(code) {
            Some(Column::Key(keys)) => {
                rows.and(&Bitmap::of(table.rows(), |row| {
                    keys.codes.get(row) != Some(&NONE)
                }));
                Looking::Keys(&keys.codes)
            }
            _ => Looking::Nothing,
        },
        Measure::Sum(code) | Measure::Mean(code) => match table.column(code) {
            Some(Column::Number(numbers)) => {
                rows.and(&Bitmap::of(table.rows(), |row| {
                    numbers.get(row) != Some(&NO_NUMBER)
                }));
                Looking::Numbers(numbers)
            }
            _ => Looking::Nothing,
        },
        Measure::Ratio { part, of, weight } => {
            rows.and(&asking.filter(table, of));
            let part = asking.filter(table, part);
            match weight.as_deref().map(|code| table.column(code)) {
                None => Looking::Ratio(part),
                Some(Some(Column::Number(numbers))) => {
                    rows.and(&Bitmap::of(table.rows(), |row| weight_of(numbers, row) > 0));
                    Looking::Weighted(part, numbers)
                }
                Some(_) => Looking::Nothing,
            }
        }
    };
    (rows, looking)
}

/// How often a row counts; never less than not at all.
fn weight_of(numbers: &[i64], row: usize) -> u64 {
    numbers
        .get(row)
        .map_or(0, |one| u64::try_from(*one).unwrap_or(0))
}

impl Looking<'_> {
    fn of(&self, row: usize) -> Tally {
        let mut tally = Tally {
            count: 1,
            ..Tally::default()
        };
        match self {
            Self::Numbers(numbers) => {
                tally.sum = numbers.get(row).map_or(0, |one| i128::from(*one))
            }
            Self::Ratio(part) => tally.part = u64::from(part.contains(row)),
            Self::Weighted(part, numbers) => {
                tally.count = weight_of(numbers, row);
                tally.part = if part.contains(row) { tally.count } else { 0 };
            }
            Self::Count | Self::Keys(_) => {}
            Self::Nothing => tally.count = 0,
        }
        tally
    }
}

/// Answers a question over these communities.
///
/// The question must have passed [`crate::check`]; what it names and a table does not have counts nothing.
#[must_use]
pub fn answer(query: &Query, parts: &[Part], areas: &Areas, at: Moment) -> Answer {
    let mut cells: BTreeMap<Vec<Key>, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    for part in parts {
        let Some(table) = part.tables.get(query.dataset.as_str()) else {
            continue;
        };
        let asking = Asking {
            part,
            areas,
            at,
            named_at: query.named_at,
        };
        let (rows, looking) = counted(&asking, table, query);
        let sorts: Vec<Sorted<'_>> = query
            .group
            .iter()
            .map(|group| sorted(&asking, table, group))
            .collect();
        total.add(whole(&rows, &looking));
        if sorts.is_empty() {
            continue;
        }
        for (keys, tally) in grouped(&rows, &looking, &sorts) {
            cells.entry(keys).or_default().add(tally);
        }
    }
    let cells = cells
        .into_iter()
        .map(|(keys, tally)| Cell {
            keys,
            figure: tally.figure(&query.measure),
        })
        .collect();
    Answer {
        cells,
        total: total.figure(&query.measure),
    }
}

fn whole(rows: &Bitmap, looking: &Looking<'_>) -> Tally {
    let mut tally = Tally {
        count: rows.count(),
        ..Tally::default()
    };
    match looking {
        Looking::Count => {}
        Looking::Nothing => tally.count = 0,
        Looking::Keys(codes) => {
            let met: HashSet<u32> = rows
                .iter()
                .filter_map(|row| codes.get(row).copied())
                .collect();
            tally.count = met.len() as u64;
        }
        Looking::Ratio(part) => {
            let mut both = rows.clone();
            both.and(part);
            tally.part = both.count();
        }
        Looking::Numbers(_) => {
            for row in rows.iter() {
                tally.sum += looking.of(row).sum;
            }
        }
        Looking::Weighted(..) => {
            tally.count = 0;
            for row in rows.iter() {
                tally.add(looking.of(row));
            }
        }
    }
    tally
}

/// More possible groups than this are kept in a map instead of a list.
const DENSE: usize = 1 << 16;

fn grouped(rows: &Bitmap, looking: &Looking<'_>, sorts: &[Sorted<'_>]) -> Vec<(Vec<Key>, Tally)> {
    let sizes: Vec<usize> = sorts.iter().map(|one| one.keys.len()).collect();
    let all = sizes
        .iter()
        .fold(1usize, |all, size| all.saturating_mul(*size));
    let mut found = if all <= DENSE {
        Found::Dense(vec![Tally::default(); all])
    } else {
        Found::Sparse(HashMap::new())
    };
    let mut pairs: HashSet<(usize, u32)> = HashSet::new();
    let mut put = |row: usize, group: usize| {
        let mut tally = looking.of(row);
        if let Looking::Keys(codes) = looking {
            let code = codes.get(row).copied().unwrap_or(NONE);
            tally.count = u64::from(pairs.insert((group, code)));
        }
        found.add(group, tally);
    };
    if sorts.iter().any(Sorted::many) {
        let mut numbers = Vec::new();
        for row in rows.iter() {
            let mut groups = vec![0usize];
            for (sort, size) in sorts.iter().zip(&sizes) {
                sort.numbers(row, &mut numbers);
                groups = groups
                    .iter()
                    .flat_map(|group| {
                        numbers
                            .iter()
                            .map(move |number| group * size + *number as usize)
                    })
                    .collect();
            }
            for group in groups {
                put(row, group);
            }
        }
    } else {
        for row in rows.iter() {
            let group = sorts
                .iter()
                .zip(&sizes)
                .fold(0usize, |group, (sort, size)| {
                    group * size + sort.number(row) as usize
                });
            put(row, group);
        }
    }
    found
        .into_list()
        .into_iter()
        .map(|(group, tally)| (keys_of(group, sorts), tally))
        .collect()
}

enum Found {
    Dense(Vec<Tally>),
    Sparse(HashMap<usize, Tally>),
}

impl Found {
    fn add(&mut self, group: usize, tally: Tally) {
        match self {
            Self::Dense(list) => {
                if let Some(have) = list.get_mut(group) {
                    have.add(tally);
                }
            }
            Self::Sparse(map) => map.entry(group).or_default().add(tally),
        }
    }

    fn into_list(self) -> Vec<(usize, Tally)> {
        let some = |(_, tally): &(usize, Tally)| tally.count > 0;
        match self {
            Self::Dense(list) => list.into_iter().enumerate().filter(some).collect(),
            Self::Sparse(map) => map.into_iter().filter(some).collect(),
        }
    }
}

fn keys_of(mut group: usize, sorts: &[Sorted<'_>]) -> Vec<Key> {
    let mut keys: Vec<Key> = sorts
        .iter()
        .rev()
        .map(|sort| {
            let size = sort.keys.len();
            let key = sort.keys.get(group % size).cloned().flatten();
            group /= size;
            key
        })
        .collect();
    keys.reverse();
    keys
}

/// The records behind one cell (or, without keys, behind the total), each once, in their order. Of a ratio those it is
/// a share of, or with `part` only those that are meant.
#[must_use]
pub fn evidence(
    query: &Query,
    cell: &[Key],
    part_only: bool,
    parts: &[Part],
    areas: &Areas,
    at: Moment,
) -> Vec<RecordRef> {
    let mut found = BTreeSet::new();
    for part in parts {
        let Some(table) = part.tables.get(query.dataset.as_str()) else {
            continue;
        };
        let asking = Asking {
            part,
            areas,
            at,
            named_at: query.named_at,
        };
        let (mut rows, looking) = counted(&asking, table, query);
        if let (true, Looking::Ratio(meant) | Looking::Weighted(meant, _)) = (part_only, &looking) {
            rows.and(meant);
        }
        let sorts: Vec<Sorted<'_>> = query
            .group
            .iter()
            .take(cell.len())
            .map(|group| sorted(&asking, table, group))
            .collect();
        let mut numbers = Vec::new();
        for row in rows.iter() {
            let here = sorts.iter().zip(cell).all(|(sort, wanted)| {
                sort.numbers(row, &mut numbers);
                let mut keys = numbers
                    .iter()
                    .filter_map(|number| sort.keys.get(*number as usize));
                keys.any(|key| key == wanted)
            });
            if here && let Some(id) = table.ids.get(row) {
                found.insert(RecordRef {
                    community: part.community,
                    id: *id,
                });
            }
        }
    }
    found.into_iter().collect()
}

/// A share in per cent with two decimals, rounded half up in whole numbers: `93.43`; nothing of nothing has none.
#[must_use]
pub fn percent(part: u64, of: u64) -> Option<String> {
    let (part, of) = (u128::from(part), u128::from(of));
    let hundredths = (part * 20_000 + of).checked_div(of * 2)?;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// For filters made in code.
impl Filter {
    #[must_use]
    pub fn is(dim: &str, value: impl Into<Value>) -> Self {
        Self::test(dim, crate::Op::Is, value)
    }

    #[must_use]
    pub fn test(dim: &str, op: crate::Op, value: impl Into<Value>) -> Self {
        Self::Test(crate::Test {
            dim: dim.to_owned(),
            op,
            values: vec![value.into()],
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
