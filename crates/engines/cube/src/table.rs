//! The records of one dataset in one community.

use crate::column::Column;
use crate::{Bitmap, Schema, day};

/// The instant a question is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds UTC; records that hold then are asked.
    pub instant: i64,
    /// Its day in local time.
    pub day: i32,
    /// Microseconds local time is ahead of UTC.
    pub offset: i64,
}

impl Moment {
    /// The last microsecond of a local day.
    #[must_use]
    pub fn end_of(day: i32, offset: i64) -> Self {
        Self {
            instant: (i64::from(day) + 1) * day::DAY - offset - 1,
            day,
            offset,
        }
    }

    #[must_use]
    pub fn at(instant: i64, offset: i64) -> Self {
        Self {
            instant,
            day: Self::day_of(instant, offset),
            offset,
        }
    }

    pub(crate) fn day_of(instant: i64, offset: i64) -> i32 {
        let day = instant.saturating_add(offset).div_euclid(day::DAY);
        i32::try_from(day).unwrap_or(i32::MAX)
    }
}

/// Columns of equal length. A record that changed stands in several rows whose times do not overlap.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) schema: Schema,
    pub(crate) ids: Vec<u128>,
    pub(crate) from: Vec<i64>,
    pub(crate) to: Vec<i64>,
    pub(crate) columns: Vec<Column>,
}

impl Table {
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Roughly what it takes in memory, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ids.len() * 32 + self.columns.iter().map(Column::bytes).sum::<usize>()
    }

    pub(crate) fn column(&self, code: &str) -> Option<&Column> {
        self.columns.get(self.schema.position(code)?)
    }

    /// The rows that hold at that instant.
    pub(crate) fn holding(&self, at: i64) -> Bitmap {
        let rows = self.from.iter().zip(&self.to);
        let holds: Vec<bool> = rows.map(|(from, to)| *from <= at && at < *to).collect();
        Bitmap::of(holds.len(), |row| holds.get(row).copied().unwrap_or(false))
    }
}
