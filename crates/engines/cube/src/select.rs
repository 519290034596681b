//! From a filter to the rows that pass it: one scan for each condition, put together as bitmaps.

use std::collections::HashSet;

use crate::answer::Part;
use crate::column::{Column, NO_DAY, NO_NUMBER, NONE};
use crate::query::AREA;
use crate::{Areas, Bitmap, Filter, Moment, Op, Quantity, Query, Related, Table, Test, Value, day};

/// What a selection is made with.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) part: &'a Part,
    pub(crate) areas: &'a Areas,
    pub(crate) at: Moment,
    /// When the question named its areas.
    pub(crate) named_at: Option<i64>,
}

impl Asking<'_> {
    /// The rows a question is about.
    pub(crate) fn selection(&self, table: &Table, query: &Query) -> Bitmap {
        let mut rows = self.visible(table);
        if let Some(area) = query.area {
            rows.and(&self.inside(table, &self.meant([area])));
        }
        if let Some(span) = &query.time
            && let (Some(from), Some(to)) = (day::parse(&span.from), day::parse(&span.to))
            && let Some(column) = table.column(&span.dim)
        {
            rows.and(&on_days(column, table.rows(), self.at.offset, |day| {
                from <= day && day <= to
            }));
        }
        rows.and(&self.filter(table, &query.filter));
        rows
    }

    /// The rows that hold at the moment and that the caller may see.
    fn visible(&self, table: &Table) -> Bitmap {
        let mut rows = table.holding(self.at.instant);
        if let Some(seen) = &self.part.seen {
            let seen: HashSet<i64> = seen.iter().copied().collect();
            rows.and(&self.inside(table, &seen));
        }
        rows
    }

    /// These areas, and what came out of them since they were named.
    fn meant(&self, areas: impl IntoIterator<Item = i64>) -> HashSet<i64> {
        let areas = areas.into_iter();
        areas
            .flat_map(|area| self.areas.meant(area, self.named_at, self.at.instant))
            .collect()
    }

    fn inside(&self, table: &Table, wanted: &HashSet<i64>) -> Bitmap {
        match table.column(AREA) {
            Some(Column::Area(areas)) => {
                let marks = areas.marks(|area| self.areas.within(*area, wanted));
                by_code(&areas.codes, &marks)
            }
            _ => Bitmap::of(table.rows(), |_| false),
        }
    }

    pub(crate) fn filter(&self, table: &Table, filter: &Filter) -> Bitmap {
        match filter {
            Filter::All(parts) => parts
                .iter()
                .fold(Bitmap::all(table.rows()), |mut rows, part| {
                    rows.and(&self.filter(table, part));
                    rows
                }),
            Filter::Any(parts) => {
                let none = Bitmap::of(table.rows(), |_| false);
                parts.iter().fold(none, |mut rows, part| {
                    rows.or(&self.filter(table, part));
                    rows
                })
            }
            Filter::Not(part) => {
                let mut rows = self.filter(table, part);
                rows.invert();
                rows
            }
            Filter::Test(test) => self.test(table, test),
            Filter::Related(related) => self.related(table, related),
        }
    }

    fn related(&self, table: &Table, related: &Related) -> Bitmap {
        let found = self.shared(table, related);
        let any = match (&found, table.column(&related.sharing)) {
            (Some(marks), Some(Column::Key(keys))) => by_code(&keys.codes, marks),
            _ => Bitmap::of(table.rows(), |_| false),
        };
        match related.quantity {
            Quantity::Any => any,
            Quantity::None => {
                let mut none = any;
                none.invert();
                none
            }
        }
    }

    /// Which keys of this table some visible record of the other dataset shares.
    fn shared(&self, table: &Table, related: &Related) -> Option<Vec<bool>> {
        let other = self.part.tables.get(related.dataset.as_str())?;
        let Some(Column::Key(theirs)) = other.column(&related.sharing) else {
            return None;
        };
        let Some(Column::Key(mine)) = table.column(&related.sharing) else {
            return None;
        };
        let mut rows = self.visible(other);
        rows.and(&self.filter(other, &related.filter));
        let mut met = vec![false; theirs.values.len()];
        for row in rows.iter() {
            let code = theirs.codes.get(row).copied().unwrap_or(NONE);
            if let Some(mark) = met.get_mut(code as usize) {
                *mark = true;
            }
        }
        if std::ptr::eq(theirs, mine) {
            return Some(met);
        }
        let keys = theirs.values.iter().zip(&met);
        let met: HashSet<u128> = keys.filter(|(_, met)| **met).map(|(key, _)| *key).collect();
        Some(mine.marks(|key| met.contains(key)))
    }

    fn test(&self, table: &Table, test: &Test) -> Bitmap {
        let rows = table.rows();
        let Some(column) = table.column(&test.dim) else {
            return Bitmap::of(rows, |_| false);
        };
        match column {
            Column::Choice(words) => match test.op {
                Op::Missing => Bitmap::of(rows, |row| words.codes.get(row) == Some(&NONE)),
                _ => by_code(
                    &words.codes,
                    &words.marks(|word| texts(test).any(|one| one == &**word)),
                ),
            },
            Column::Labels(labels) => {
                if test.op == Op::Missing {
                    return Bitmap::of(rows, |row| labels.of(row).iter().all(|word| *word == 0));
                }
                let mut wanted = vec![0u64; labels.width];
                for (at, word) in labels.words.iter().enumerate() {
                    if texts(test).any(|one| one == &**word)
                        && let Some(bits) = wanted.get_mut(at / 64)
                    {
                        *bits |= 1 << (at % 64);
                    }
                }
                Bitmap::of(rows, |row| {
                    let mut pairs = labels.of(row).iter().zip(&wanted);
                    pairs.any(|(have, want)| have & want != 0)
                })
            }
            Column::Number(numbers) => {
                let pass = ordered(test);
                let missing = test.op == Op::Missing;
                over(numbers, |one| match one {
                    NO_NUMBER => missing,
                    one => pass(one),
                })
            }
            Column::Day(_) | Column::Time(_) if test.op == Op::Missing => {
                let mut known = on_days(column, rows, self.at.offset, |_| true);
                known.invert();
                known
            }
            Column::Day(_) | Column::Time(_) => {
                let pass = ordered(test);
                on_days(column, rows, self.at.offset, |day| pass(i64::from(day)))
            }
            Column::Age(births) => self.ages(births, test),
            Column::Since(days) => {
                let pass = ordered(test);
                Bitmap::of(rows, |row| match days.last(row, self.at.day) {
                    Some(last) => pass(i64::from(self.at.day) - i64::from(last)),
                    None => matches!(test.op, Op::Missing | Op::Gt | Op::Ge),
                })
            }
            Column::Area(areas) => match test.op {
                Op::Missing => Bitmap::of(rows, |row| areas.codes.get(row) == Some(&NONE)),
                _ => {
                    let wanted = self.meant(numbers(test));
                    let marks = areas.marks(|area| self.areas.within(*area, &wanted));
                    by_code(&areas.codes, &marks)
                }
            },
            Column::Key(keys) => Bitmap::of(rows, |row| keys.codes.get(row) == Some(&NONE)),
        }
    }

    /// Ages are compared by birthday, so that no date is worked out for each row.
    fn ages(&self, births: &[i32], test: &Test) -> Bitmap {
        let today = self.at.day;
        if test.op == Op::Missing {
            return over(births, |born| born == NO_DAY || born > today);
        }
        let mut rows = Bitmap::of(births.len(), |_| false);
        for years in numbers(test) {
            // An age beyond these is nobody's; the bounds keep the calendar within its numbers.
            let years = i32::try_from(years.clamp(-1, 5_000)).unwrap_or(5_000);
            // Born in (after, until]: at least `low` and less than `high` years old.
            let until = |low: i32| {
                if low <= 0 {
                    today
                } else {
                    day::born_by(today, low)
                }
            };
            let (after, until) = match test.op {
                Op::Ge => (NO_DAY, until(years)),
                Op::Gt => (NO_DAY, until(years + 1)),
                Op::Lt => (until(years), today),
                Op::Le => (until(years + 1), today),
                _ => (until(years + 1), until(years)),
            };
            // Nobody is less than no years old.
            let after = if matches!(test.op, Op::Lt) && years <= 0 {
                today
            } else {
                after
            };
            let (after, until) = match test.op {
                Op::Le | Op::Is if years < 0 => (today, today),
                _ => (after, until),
            };
            rows.or(&over(births, |born| {
                born != NO_DAY && born > after && born <= until
            }));
        }
        rows
    }
}

fn texts(test: &Test) -> impl Iterator<Item = &str> {
    test.values.iter().filter_map(|value| match value {
        Value::Text(text) => Some(text.as_str()),
        Value::Number(_) => None,
    })
}

/// Values as numbers, dates as days.
fn numbers(test: &Test) -> impl Iterator<Item = i64> + '_ {
    test.values.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => day::parse(text).map(i64::from),
    })
}

fn ordered(test: &Test) -> impl Fn(i64) -> bool {
    let wanted: Vec<i64> = numbers(test).collect();
    let first = wanted.first().copied();
    let op = test.op;
    move |one| match (op, first) {
        (Op::Is, _) => wanted.contains(&one),
        (Op::Lt, Some(bound)) => one < bound,
        (Op::Le, Some(bound)) => one <= bound,
        (Op::Gt, Some(bound)) => one > bound,
        (Op::Ge, Some(bound)) => one >= bound,
        _ => false,
    }
}

fn over<T: Copy>(values: &[T], pass: impl Fn(T) -> bool) -> Bitmap {
    Bitmap::of(values.len(), |row| {
        values.get(row).is_some_and(|one| pass(*one))
    })
}

fn by_code(codes: &[u32], marks: &[bool]) -> Bitmap {
    over(codes, |code| {
        marks.get(code as usize).copied().unwrap_or(false)
    })
}

fn on_days(column: &Column, rows: usize, offset: i64, pass: impl Fn(i32) -> bool) -> Bitmap {
    match column {
        Column::Day(days) => over(days, |day| day != NO_DAY && pass(day)),
        Column::Time(times) => over(times, |at| {
            at != NO_NUMBER && pass(Moment::day_of(at, offset))
        }),
        _ => Bitmap::of(rows, |_| false),
    }
}
