//! The plain way: row by row, as one would explain it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use youlin_cube::{
    Areas, Bucket, Figure, Filter, Group, Key, Measure, Moment, Op, Quantity, Query, Test, Value,
    day,
};

use crate::OFFSET;

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub id: u128,
    pub from: i64,
    pub to: i64,
    pub sex: Option<String>,
    pub labels: BTreeSet<String>,
    pub rooms: Option<i64>,
    pub moved: Option<i32>,
    pub seen_at: Option<i64>,
    pub born: Option<i32>,
    pub seen: Vec<i32>,
    pub area: Option<i64>,
    pub building: Option<u128>,
}

impl Row {
    pub(crate) fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

pub(crate) struct World<'a> {
    pub people: &'a [Row],
    pub helpers: &'a [Row],
    pub areas: &'a Areas,
    pub seen: Option<&'a [i64]>,
    pub at: Moment,
}

fn day_of(at: i64) -> i32 {
    i32::try_from((at + OFFSET).div_euclid(day::DAY)).unwrap()
}

impl World<'_> {
    fn visible(&self, row: &Row) -> bool {
        let inside = |seen: &[i64]| {
            let seen: HashSet<i64> = seen.iter().copied().collect();
            row.area.is_some_and(|area| self.areas.within(area, &seen))
        };
        row.holds(self.at.instant) && self.seen.is_none_or(inside)
    }

    fn selected(&self, query: &Query) -> Vec<&Row> {
        self.people
            .iter()
            .filter(|row| self.visible(row) && self.passes(row, &query.filter))
            .filter(|row| {
                query.area.is_none_or(|area| {
                    row.area
                        .is_some_and(|mine| self.areas.within(mine, &HashSet::from([area])))
                })
            })
            .filter(|row| {
                query.time.as_ref().is_none_or(|span| {
                    let (from, to) = (
                        day::parse(&span.from).unwrap(),
                        day::parse(&span.to).unwrap(),
                    );
                    self.number(row, &span.dim)
                        .is_some_and(|day| (i64::from(from)..=i64::from(to)).contains(&day))
                })
            })
            .filter(|row| match &query.measure {
                Measure::Count => true,
                Measure::Distinct(_) => row.building.is_some(),
                Measure::Sum(_) | Measure::Mean(_) => row.rooms.is_some(),
                Measure::Ratio { of, weight, .. } => {
                    self.passes(row, of)
                        && (weight.is_none() || row.rooms.is_some_and(|rooms| rooms > 0))
                }
            })
            .collect()
    }

    fn since(&self, row: &Row) -> Option<i64> {
        let past = row.seen.iter().filter(|day| **day <= self.at.day).max()?;
        Some(i64::from(self.at.day - past))
    }

    /// Numbers, days as day numbers.
    fn number(&self, row: &Row, dim: &str) -> Option<i64> {
        match dim {
            "rooms" => row.rooms,
            "moved" => row.moved.map(i64::from),
            "seen_at" => row.seen_at.map(|at| i64::from(day_of(at))),
            "age" => row
                .born
                .and_then(|born| day::age(born, self.at.day))
                .map(i64::from),
            "seen" => self.since(row),
            _ => None,
        }
    }

    fn passes(&self, row: &Row, filter: &Filter) -> bool {
        match filter {
            Filter::All(parts) => parts.iter().all(|part| self.passes(row, part)),
            Filter::Any(parts) => parts.iter().any(|part| self.passes(row, part)),
            Filter::Not(part) => !self.passes(row, part),
            Filter::Test(test) => self.test(row, test),
            Filter::Related(related) => {
                let others = if related.dataset == "people" {
                    self.people
                } else {
                    self.helpers
                };
                let any = others.iter().any(|other| {
                    self.visible(other)
                        && row.building.is_some()
                        && other.building == row.building
                        && self.passes(other, &related.filter)
                });
                any == (related.quantity == Quantity::Any)
            }
        }
    }

    fn test(&self, row: &Row, test: &Test) -> bool {
        let texts: Vec<String> = test.values.iter().map(ToString::to_string).collect();
        if test.op == Op::Missing {
            return match test.dim.as_str() {
                "sex" => row.sex.is_none(),
                "labels" => row.labels.is_empty(),
                "area" => row.area.is_none(),
                "building" => row.building.is_none(),
                dim => self.number(row, dim).is_none(),
            };
        }
        match test.dim.as_str() {
            "sex" => row.sex.as_ref().is_some_and(|sex| texts.contains(sex)),
            "labels" => row.labels.iter().any(|label| texts.contains(label)),
            "area" => row.area.is_some_and(|area| {
                let wanted = texts.iter().map(|text| text.parse().unwrap()).collect();
                self.areas.within(area, &wanted)
            }),
            dim => {
                let wanted = match &test.values[0] {
                    Value::Number(number) => *number,
                    Value::Text(text) => i64::from(day::parse(text).unwrap()),
                };
                match (self.number(row, dim), test.op) {
                    (Some(one), Op::Is) => one == wanted,
                    (Some(one), Op::Lt) => one < wanted,
                    (Some(one), Op::Le) => one <= wanted,
                    (Some(one), Op::Gt) => one > wanted,
                    (Some(one), Op::Ge) => one >= wanted,
                    (None, Op::Gt | Op::Ge) => dim == "seen",
                    _ => false,
                }
            }
        }
    }

    fn keys(&self, row: &Row, group: &Group) -> Vec<Key> {
        match group.dim.as_str() {
            "sex" => vec![row.sex.clone().map(Value::Text)],
            "labels" if row.labels.is_empty() => vec![None],
            "labels" => row
                .labels
                .iter()
                .cloned()
                .map(|label| Some(Value::Text(label)))
                .collect(),
            "area" => {
                let area = row
                    .area
                    .and_then(|area| self.areas.at_level(area, group.level.unwrap()));
                vec![area.map(Value::Number)]
            }
            dim => vec![
                self.number(row, dim)
                    .map(|one| match (group.width, group.bucket) {
                        (Some(width), _) => {
                            Value::Number(one.div_euclid(i64::from(width)) * i64::from(width))
                        }
                        (_, Some(bucket)) => {
                            Value::Text(first(i32::try_from(one).unwrap(), bucket))
                        }
                        _ => panic!("neither width nor bucket"),
                    }),
            ],
        }
    }

    pub(crate) fn cells(&self, query: &Query) -> BTreeMap<Vec<Key>, Figure> {
        let mut groups: BTreeMap<Vec<Key>, Vec<&Row>> = BTreeMap::new();
        if query.group.is_empty() {
            return BTreeMap::new();
        }
        for row in self.selected(query) {
            let mut all: Vec<Vec<Key>> = vec![Vec::new()];
            for group in &query.group {
                let keys = self.keys(row, group);
                all = all
                    .into_iter()
                    .flat_map(|before| {
                        keys.iter().map(move |key| {
                            let mut keys = before.clone();
                            keys.push(key.clone());
                            keys
                        })
                    })
                    .collect();
            }
            for keys in all {
                groups.entry(keys).or_default().push(row);
            }
        }
        groups
            .into_iter()
            .map(|(keys, rows)| (keys, self.figure(query, &rows)))
            .collect()
    }

    pub(crate) fn total(&self, query: &Query) -> Figure {
        self.figure(query, &self.selected(query))
    }

    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    fn figure(&self, query: &Query, rows: &[&Row]) -> Figure {
        let count = rows.len() as u64;
        let sum: i64 = rows.iter().filter_map(|row| row.rooms).sum();
        let mut figure = Figure {
            count,
            ..Figure::default()
        };
        match &query.measure {
            Measure::Count => {}
            Measure::Distinct(_) => {
                figure.count = rows
                    .iter()
                    .filter_map(|row| row.building)
                    .collect::<BTreeSet<_>>()
                    .len() as u64;
            }
            Measure::Sum(_) => (figure.sum, figure.value) = (Some(sum), Some(sum as f64)),
            Measure::Mean(_) => {
                (figure.sum, figure.value) =
                    (Some(sum), (count > 0).then(|| sum as f64 / count as f64));
            }
            Measure::Ratio { part, weight, .. } => {
                let weigh = |row: &&Row| match weight {
                    None => 1,
                    Some(_) => row
                        .rooms
                        .map_or(0, |rooms| u64::try_from(rooms).unwrap_or(0)),
                };
                let count = rows.iter().map(weigh).sum::<u64>();
                figure.count = count;
                let meant = rows.iter().filter(|row| self.passes(row, part));
                let part = meant.map(weigh).sum::<u64>();
                (figure.part, figure.value) =
                    (Some(part), (count > 0).then(|| part as f64 / count as f64));
            }
        }
        figure
    }
}

fn first(number: i32, bucket: Bucket) -> String {
    let (year, month, _) = day::civil(number);
    let first = match bucket {
        Bucket::Day => number,
        Bucket::Week => (0..7)
            .map(|back| number - back)
            .find(|day| (day - 4).rem_euclid(7) == 0)
            .unwrap(),
        Bucket::Month => day::number(year, month, 1),
        Bucket::Quarter => day::number(
            year,
            [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10][month as usize - 1],
            1,
        ),
        Bucket::Year => day::number(year, 1, 1),
    };
    day::text_of(first)
}
