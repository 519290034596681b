//! How the values of one dimension lie in memory: words, keys and areas as numbers into a list of their own.

use std::hash::Hash;

/// No value, in a column of codes.
pub(crate) const NONE: u32 = u32::MAX;
/// No value, in a column of days.
pub(crate) const NO_DAY: i32 = i32::MIN;
/// No value, in a column of numbers or instants.
pub(crate) const NO_NUMBER: i64 = i64::MIN;

/// Values and which of them each row has.
#[derive(Clone, Debug)]
pub(crate) struct Codes<T> {
    pub(crate) values: Vec<T>,
    pub(crate) codes: Vec<u32>,
}

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            codes: Vec::new(),
        }
    }
}

impl<T: Eq + Hash> Codes<T> {
    /// Codes of the wanted values.
    pub(crate) fn marks(&self, wanted: impl Fn(&T) -> bool) -> Vec<bool> {
        self.values.iter().map(wanted).collect()
    }
}

/// Bit sets of words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    pub(crate) words: Vec<Box<str>>,
    /// How many numbers of 64 bits each row has.
    pub(crate) width: usize,
    pub(crate) bits: Vec<u64>,
}

impl Labels {
    pub(crate) fn of(&self, row: usize) -> &[u64] {
        let start = row * self.width;
        self.bits.get(start..start + self.width).unwrap_or_default()
    }

    pub(crate) fn has(&self, row: usize, label: usize) -> bool {
        let word = self.of(row).get(label / 64);
        word.is_some_and(|word| word >> (label % 64) & 1 == 1)
    }
}

/// Several days of each row, in order.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    /// Where the days of a row begin; one more than rows.
    pub(crate) starts: Vec<u32>,
    pub(crate) days: Vec<i32>,
}

impl Days {
    /// The last not after that day.
    pub(crate) fn last(&self, row: usize, day: i32) -> Option<i32> {
        let (from, to) = (*self.starts.get(row)?, *self.starts.get(row + 1)?);
        let days = self.days.get(from as usize..to as usize)?;
        let before = days.partition_point(|one| *one <= day);
        days.get(before.checked_sub(1)?).copied()
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Column {
    Choice(Codes<Box<str>>),
    Labels(Labels),
    Number(Vec<i64>),
    Day(Vec<i32>),
    Time(Vec<i64>),
    /// Birthdays.
    Age(Vec<i32>),
    Since(Days),
    Area(Codes<i64>),
    Key(Codes<u128>),
}

impl Column {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Choice(one) => one.codes.len() * 4 + one.values.len() * 32,
            Self::Labels(one) => one.bits.len() * 8 + one.words.len() * 32,
            Self::Number(one) | Self::Time(one) => one.len() * 8,
            Self::Day(one) | Self::Age(one) => one.len() * 4,
            Self::Since(one) => one.starts.len() * 4 + one.days.len() * 4,
            Self::Area(one) => one.codes.len() * 4 + one.values.len() * 8,
            Self::Key(one) => one.codes.len() * 4 + one.values.len() * 16,
        }
    }
}
