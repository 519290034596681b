//! One million residents, made by rule: for measuring, with the questions that are measured. Only with the feature
//! `workload`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{
    Areas, Dim, Filter, Group, Kind, Measure, Moment, Op, Part, Quantity, Query, Related, Schema,
    TableBuilder, Test, Value, day,
};

/// What is known of residents.
pub const RESIDENTS: Schema = Schema {
    code: "persons",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("age", Kind::Age),
        Dim::new("sex", Kind::Choice),
        Dim::new("labels", Kind::Labels),
        Dim::new("seen", Kind::Since),
        Dim::new("building", Kind::Key),
        Dim::new("dwelling", Kind::Key),
    ],
};

/// 2026-11-26
pub const TODAY: i32 = 20_783;
const OFFSET: i64 = 8 * 3_600_000_000;
/// Residents of a community.
pub const EACH: u32 = 10_000;
const GRIDS: u32 = 20;
const BUILDING: u32 = 40;
const DWELLING: u32 = 3;

/// One resident.
#[derive(Clone, Debug)]
pub struct Resident {
    pub id: u128,
    pub community: u32,
    pub grid: i64,
    pub building: u32,
    pub dwelling: u32,
    pub born: i32,
    pub female: bool,
    pub labels: Vec<&'static str>,
    /// Days on which somebody met them.
    pub seen: Vec<i32>,
}

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(bound.max(1))).unwrap_or(0)
    }
}

/// So many residents, community after community.
pub fn residents(count: u32) -> impl Iterator<Item = Resident> {
    let mut rng = Rng(42);
    let mut alone = 0;
    (0..count).map(move |n| {
        let (community, here) = (n / EACH, n % EACH);
        if here == 0 {
            alone = 0;
        }
        let years = if rng.below(5) == 0 {
            60 + rng.below(40)
        } else {
            rng.below(70)
        };
        let born = TODAY - i32::try_from(years * 365 + rng.below(365)).unwrap_or(0);
        let mut labels = Vec::new();
        let mut label = |name, of: u32, rng: &mut Rng| {
            if rng.below(of) == 0 {
                labels.push(name);
            }
        };
        if years >= 60 {
            label("elderly", 1, &mut rng);
            label("living_alone", 6, &mut rng);
            label("mobility_impaired", 12, &mut rng);
        }
        label("party_member", 14, &mut rng);
        label("volunteer", 25, &mut rng);
        label("talent:first_aid", 60, &mut rng);
        label("veteran", 80, &mut rng);
        // Whoever lives alone has a dwelling of their own, behind those of the others.
        let home = match labels.contains(&"living_alone") {
            true => {
                alone += 1;
                EACH / DWELLING + alone
            }
            false => here / DWELLING,
        };
        let seen = (0..rng.below(6))
            .map(|_| TODAY - i32::try_from(rng.below(300)).unwrap_or(0))
            .collect();
        Resident {
            id: u128::from(n) + 1,
            community,
            grid: 1_000 + i64::from(community * GRIDS + here * GRIDS / EACH),
            building: community * EACH + here / BUILDING,
            dwelling: community * EACH + home,
            born,
            female: rng.below(2) == 0,
            labels,
            seen,
        }
    })
}

/// The tables of all their communities.
#[must_use]
pub fn parts(count: u32) -> Vec<Part> {
    let mut tables: Vec<TableBuilder> = Vec::new();
    for one in residents(count) {
        while tables.len() <= one.community as usize {
            tables.push(TableBuilder::new(RESIDENTS));
        }
        let Some(table) = tables.last_mut() else {
            continue;
        };
        table.row(one.id, 0, i64::MAX);
        table.area("area", Some(one.grid));
        table.day("age", Some(one.born));
        table.text("sex", Some(if one.female { "female" } else { "male" }));
        table.labels("labels", one.labels.iter().copied());
        table.days("seen", one.seen);
        table.key("building", Some(one.building.into()));
        table.key("dwelling", Some(one.dwelling.into()));
    }
    (0i64..)
        .zip(tables)
        .map(|(community, table)| Part {
            community,
            tables: HashMap::from([("persons", Arc::new(table.finish()))]),
            seen: None,
        })
        .collect()
}

/// Grids (level 5) of communities (level 4) of one subdistrict (level 3).
#[must_use]
pub fn areas(count: u32) -> Areas {
    let communities = count.div_ceil(EACH);
    let grids = (0..communities * GRIDS).map(|grid| {
        (
            1_000 + i64::from(grid),
            Some(10 + i64::from(grid / GRIDS)),
            5,
        )
    });
    let above = (0..communities).map(|community| (10 + i64::from(community), Some(1), 4));
    Areas::new(grids.chain(above).chain([(1, None, 3)]))
}

#[must_use]
pub fn now() -> Moment {
    Moment::end_of(TODAY, OFFSET)
}

fn test(dim: &str, op: Op, value: impl Into<Value>) -> Filter {
    Filter::Test(Test {
        dim: dim.into(),
        op,
        values: vec![value.into()],
    })
}

/// "How many over 80 living alone, not seen for 30 days, with nobody trained in first aid in the same building?"
#[must_use]
pub fn composed() -> Query {
    Query {
        dataset: "persons".into(),
        filter: Filter::All(vec![
            test("age", Op::Ge, 80),
            test("labels", Op::Is, "living_alone"),
            test("seen", Op::Ge, 30),
            Filter::Related(Related {
                quantity: Quantity::None,
                dataset: "persons".into(),
                sharing: "building".into(),
                filter: Box::new(test("labels", Op::Is, "talent:first_aid")),
            }),
        ]),
        ..Query::default()
    }
}

/// Counts as they are declared: by name.
#[must_use]
pub fn counts() -> Vec<(&'static str, Query)> {
    let persons = || Query {
        dataset: "persons".into(),
        ..Query::default()
    };
    let by = |dim: &str| Group {
        dim: dim.into(),
        ..Group::default()
    };
    let grid = || Group {
        level: Some(5),
        ..by("area")
    };
    vec![
        ("all", persons()),
        (
            "label",
            Query {
                filter: test("labels", Op::Is, "living_alone"),
                ..persons()
            },
        ),
        (
            "grid",
            Query {
                group: vec![grid()],
                ..persons()
            },
        ),
        (
            "grid_of_label",
            Query {
                filter: test("labels", Op::Is, "living_alone"),
                group: vec![grid()],
                ..persons()
            },
        ),
        (
            "pyramid",
            Query {
                group: vec![
                    Group {
                        width: Some(5),
                        ..by("age")
                    },
                    by("sex"),
                ],
                ..persons()
            },
        ),
        (
            "dwellings",
            Query {
                measure: Measure::Distinct("dwelling".into()),
                ..persons()
            },
        ),
        (
            "as_of",
            Query {
                filter: test("seen", Op::Ge, 30),
                ..persons()
            },
        ),
    ]
}

/// `id,grid,building,dwelling,born,sex,labels,seen`: the same residents for another engine, `seen` the last day.
#[must_use]
pub fn csv_line(one: &Resident) -> String {
    let seen = one
        .seen
        .iter()
        .max()
        .map_or_else(String::new, |day| day::text_of(*day));
    format!(
        "{},{},{},{},{},{},{},{seen}\n",
        one.id,
        one.grid,
        one.building,
        one.dwelling,
        day::text_of(one.born),
        if one.female { "female" } else { "male" },
        one.labels.join(";"),
    )
}
