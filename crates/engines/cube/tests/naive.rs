//! The fast way against the plain one: random tables, random questions, the same answers; the records behind each
//! figure are as many as the figure says; what happens later changes no earlier answer.

#![allow(clippy::unwrap_used, reason = "a test")]

mod plain;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use plain::{Row, World};
use proptest::prelude::*;
use youlin_cube::{
    Areas, Bucket, Dim, Filter, Group, Kind, Measure, Moment, Op, Part, Quantity, Query, Related,
    Schema, Span, TableBuilder, Test, Value, answer, check, day, evidence,
};

pub(crate) const DIMS: &[Dim] = &[
    Dim::new("sex", Kind::Choice),
    Dim::new("labels", Kind::Labels),
    Dim::new("rooms", Kind::Number),
    Dim::new("moved", Kind::Day),
    Dim::new("seen_at", Kind::Time),
    Dim::new("age", Kind::Age),
    Dim::new("seen", Kind::Since),
    Dim::new("area", Kind::Area),
    Dim::new("building", Kind::Key),
];
const PEOPLE: Schema = Schema {
    code: "people",
    dims: DIMS,
};
const HELPERS: Schema = Schema {
    code: "helpers",
    dims: DIMS,
};
pub(crate) const OFFSET: i64 = 8 * 3_600_000_000;
/// 2026-11-26
pub(crate) const TODAY: i32 = 20_783;

fn areas() -> Areas {
    Areas::new([
        (1, None, 3),
        (10, Some(1), 5),
        (100, Some(10), 6),
        (101, Some(10), 6),
        (1000, Some(100), 7),
        (1001, Some(101), 7),
    ])
}

fn part(people: &[Row], helpers: &[Row], seen: Option<Vec<i64>>) -> Part {
    let build = |schema: Schema, rows: &[Row]| {
        let mut table = TableBuilder::new(schema);
        for row in rows {
            if table.row(row.id, row.from, row.to) {
                table.text("sex", row.sex.as_deref());
                table.labels("labels", row.labels.iter().map(String::as_str));
                table.number("rooms", row.rooms);
                table.day("moved", row.moved);
                table.number("seen_at", row.seen_at);
                table.day("age", row.born);
                table.days("seen", row.seen.clone());
                table.area("area", row.area);
                table.key("building", row.building);
            }
        }
        Arc::new(table.finish())
    };
    Part {
        community: 10,
        tables: HashMap::from([
            ("people", build(PEOPLE, people)),
            ("helpers", build(HELPERS, helpers)),
        ]),
        seen,
    }
}

fn instant() -> impl Strategy<Value = i64> {
    (TODAY - 60..TODAY + 60, 0..day::DAY)
        .prop_map(|(day, micros)| i64::from(day) * day::DAY + micros)
}

fn row() -> impl Strategy<Value = Row> {
    let who = (
        0u128..60,
        instant(),
        0i64..80,
        proptest::option::of(prop_oneof![Just("female"), Just("male")]),
        proptest::collection::btree_set(prop_oneof![Just("a"), Just("b"), Just("c")], 0..3),
    );
    let what = (
        proptest::option::of(-5i64..9),
        proptest::option::of(TODAY - 400..TODAY + 40),
        proptest::option::of(instant()),
        proptest::option::of(TODAY - 36_000..TODAY + 5),
        proptest::collection::vec(TODAY - 90..TODAY + 30, 0..4),
        proptest::option::of(prop_oneof![
            Just(10i64),
            Just(100),
            Just(101),
            Just(1000),
            Just(1001),
            Just(77)
        ]),
        proptest::option::of(0u128..6),
    );
    (who, what).prop_map(
        |((id, from, days, sex, labels), (rooms, moved, seen_at, born, seen, area, building))| {
            Row {
                id,
                from,
                to: from + days * day::DAY,
                sex: sex.map(str::to_owned),
                labels: labels.into_iter().map(str::to_owned).collect(),
                rooms,
                moved,
                seen_at,
                born,
                seen,
                area,
                building,
            }
        },
    )
}

/// Rows of one record do not overlap: whatever would is left out.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec(row(), 0..140).prop_map(|rows| {
        let mut kept: Vec<Row> = Vec::new();
        for row in rows {
            let overlaps =
                |other: &Row| other.id == row.id && row.from < other.to && other.from < row.to;
            if !kept.iter().any(overlaps) {
                kept.push(row);
            }
        }
        kept
    })
}

fn text(one: &str) -> Value {
    Value::Text(one.to_owned())
}

fn test() -> impl Strategy<Value = Test> {
    let order = || {
        prop_oneof![
            Just(Op::Is),
            Just(Op::Lt),
            Just(Op::Le),
            Just(Op::Gt),
            Just(Op::Ge)
        ]
    };
    let make = |dim: &'static str| {
        move |(op, value): (Op, Value)| Test {
            dim: dim.to_owned(),
            op,
            values: vec![value],
        }
    };
    let date = || (TODAY - 400..TODAY + 40).prop_map(|day| Value::Text(day::text_of(day)));
    prop_oneof![
        prop_oneof![Just("female"), Just("male"), Just("other")].prop_map(move |sex| Test {
            dim: "sex".into(),
            op: Op::Is,
            values: vec![text(sex)]
        }),
        proptest::sample::subsequence(vec!["a", "b", "c", "z"], 1..3).prop_map(move |labels| {
            Test {
                dim: "labels".into(),
                op: Op::Is,
                values: labels.into_iter().map(text).collect(),
            }
        }),
        (order(), (-6i64..10).prop_map(Value::Number)).prop_map(make("rooms")),
        (order(), date()).prop_map(make("moved")),
        (order(), date()).prop_map(make("seen_at")),
        (order(), (-3i64..110).prop_map(Value::Number)).prop_map(make("age")),
        (order(), (-3i64..100).prop_map(Value::Number)).prop_map(make("seen")),
        prop_oneof![Just(1i64), Just(10), Just(100), Just(1001), Just(5)].prop_map(|area| Test {
            dim: "area".into(),
            op: Op::Is,
            values: vec![Value::Number(area)]
        }),
        proptest::sample::select(DIMS).prop_map(|dim| Test {
            dim: dim.code.into(),
            op: Op::Missing,
            values: vec![]
        }),
    ]
}

fn flat() -> impl Strategy<Value = Filter> {
    test()
        .prop_map(Filter::Test)
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Filter::All),
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Filter::Any),
                inner.prop_map(|one| Filter::Not(Box::new(one))),
            ]
        })
}

fn filter() -> impl Strategy<Value = Filter> {
    let related = (flat(), any::<bool>(), any::<bool>()).prop_map(|(filter, none, same)| {
        Filter::Related(Related {
            quantity: if none { Quantity::None } else { Quantity::Any },
            dataset: if same { "people" } else { "helpers" }.into(),
            sharing: "building".into(),
            filter: Box::new(filter),
        })
    });
    prop_oneof![
        2 => flat(),
        1 => (flat(), related).prop_map(|(one, other)| Filter::All(vec![one, other])),
        1 => Just(Filter::default()),
    ]
}

fn group() -> impl Strategy<Value = Group> {
    let of = |dim: &str| Group {
        dim: dim.to_owned(),
        ..Group::default()
    };
    let bucket = || {
        prop_oneof![
            Just(Bucket::Day),
            Just(Bucket::Week),
            Just(Bucket::Month),
            Just(Bucket::Quarter),
            Just(Bucket::Year)
        ]
    };
    prop_oneof![
        Just(of("sex")),
        Just(of("labels")),
        (
            prop_oneof![Just("rooms"), Just("age"), Just("seen")],
            1u32..12
        )
            .prop_map(move |(dim, width)| Group {
                width: Some(width),
                ..of(dim)
            }),
        (prop_oneof![Just("moved"), Just("seen_at")], bucket()).prop_map(move |(dim, bucket)| {
            Group {
                bucket: Some(bucket),
                ..of(dim)
            }
        }),
        (3u8..8).prop_map(move |level| Group {
            level: Some(level),
            ..of("area")
        }),
    ]
}

fn measure() -> impl Strategy<Value = Measure> {
    prop_oneof![
        3 => Just(Measure::Count),
        1 => Just(Measure::Distinct("building".into())),
        1 => Just(Measure::Sum("rooms".into())),
        1 => Just(Measure::Mean("rooms".into())),
        1 => (flat(), flat(), proptest::option::of(Just("rooms".to_owned())))
            .prop_map(|(part, of, weight)| Measure::Ratio { part, of, weight }),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let span = proptest::option::weighted(
        0.3,
        (
            prop_oneof![Just("moved"), Just("seen_at")],
            TODAY - 200..TODAY,
            0..90,
        )
            .prop_map(|(dim, from, days)| Span {
                dim: dim.into(),
                from: day::text_of(from),
                to: day::text_of(from + days),
            }),
    );
    let area = proptest::option::weighted(0.3, prop_oneof![Just(10i64), Just(100), Just(1001)]);
    (
        filter(),
        proptest::collection::vec(group(), 0..3),
        measure(),
        span,
        area,
    )
        .prop_map(|(filter, group, measure, time, area)| Query {
            dataset: "people".into(),
            filter,
            group,
            measure,
            time,
            area,
            as_of: None,
            named_at: None,
        })
}

fn seen() -> impl Strategy<Value = Option<Vec<i64>>> {
    proptest::option::weighted(0.3, Just(vec![100, 1000]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_fast_answer_is_the_plain_one(
        people in rows(), helpers in rows(), query in query(), seen in seen(), at in instant()
    ) {
        prop_assert_eq!(check(&query, &[PEOPLE, HELPERS]), vec![]);
        let areas = areas();
        let at = Moment::at(at, OFFSET);
        let world = World { people: &people, helpers: &helpers, areas: &areas, seen: seen.as_deref(), at };
        let parts = [part(&people, &helpers, seen.clone())];
        let fast = answer(&query, &parts, &areas, at);
        let cells: BTreeMap<_, _> = fast.cells.iter().map(|cell| (cell.keys.clone(), cell.figure)).collect();
        prop_assert_eq!(cells, world.cells(&query));
        prop_assert_eq!(fast.total, world.total(&query));
    }

    #[test]
    fn as_many_records_as_the_figure_says(
        people in rows(), helpers in rows(), query in query(), seen in seen(), at in instant()
    ) {
        let areas = areas();
        let at = Moment::at(at, OFFSET);
        let parts = [part(&people, &helpers, seen)];
        let answer = answer(&query, &parts, &areas, at);
        let all = evidence(&query, &[], false, &parts, &areas, at);
        let buildings = |ids: &[youlin_cube::RecordRef]| -> u64 {
            let holding = people.iter().filter(|row| row.holds(at.instant));
            let met: std::collections::BTreeSet<_> = holding
                .filter(|row| ids.iter().any(|id| id.id == row.id))
                .filter_map(|row| row.building)
                .collect();
            met.len() as u64
        };
        let rooms = |ids: &[youlin_cube::RecordRef]| -> u64 {
            let holding = people.iter().filter(|row| row.holds(at.instant));
            let meant = holding.filter(|row| ids.iter().any(|id| id.id == row.id));
            meant.filter_map(|row| row.rooms).map(|rooms| u64::try_from(rooms).unwrap_or(0)).sum()
        };
        let expected = |ids: &[youlin_cube::RecordRef]| match &query.measure {
            Measure::Distinct(_) => buildings(ids),
            Measure::Ratio { weight: Some(_), .. } => rooms(ids),
            _ => ids.len() as u64,
        };
        prop_assert_eq!(expected(&all), answer.total.count);
        for cell in &answer.cells {
            let behind = evidence(&query, &cell.keys, false, &parts, &areas, at);
            prop_assert_eq!(expected(&behind), cell.figure.count);
            prop_assert!(behind.iter().all(|one| all.contains(one)));
            if let Some(part) = cell.figure.part {
                prop_assert_eq!(expected(&evidence(&query, &cell.keys, true, &parts, &areas, at)), part);
            }
        }
    }

    /// What holds now is ended and followed by something else, new records begin, more is seen: earlier answers stay.
    #[test]
    fn later_history_changes_no_earlier_answer(
        people in rows(), helpers in rows(), query in query(), more in rows(), at in instant(), later in 1i64..40
    ) {
        let areas = areas();
        let moment = Moment::at(at, OFFSET);
        let turn = at + later * day::DAY;
        let changed = |before: &[Row]| -> Vec<Row> {
            let mut after = before.to_vec();
            let mut new = Vec::new();
            for row in &mut after {
                if row.from < turn && turn < row.to {
                    let next = more.first().cloned();
                    new.extend(next.map(|next| Row { id: row.id, from: turn, to: row.to, ..next }));
                    row.to = turn;
                }
                row.seen.push(moment.day + 1 + i32::try_from(later).unwrap());
            }
            new.extend(more.iter().map(|row| Row { id: row.id + 1_000, from: turn, to: turn + 9 * day::DAY, ..row.clone() }));
            after.extend(new);
            after
        };
        let before = answer(&query, &[part(&people, &helpers, None)], &areas, moment);
        let after = answer(&query, &[part(&changed(&people), &changed(&helpers), None)], &areas, moment);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_question_means_the_same_in_json(query in query()) {
        let text = serde_json::to_string(&query).unwrap();
        prop_assert_eq!(serde_json::from_str::<Query>(&text).unwrap(), query);
    }
}

#[test]
fn the_published_shares() {
    assert_eq!(
        youlin_cube::percent(33_928, 36_314).as_deref(),
        Some("93.43")
    );
    assert_eq!(youlin_cube::percent(911, 972).as_deref(), Some("93.72"));
    assert_eq!(youlin_cube::percent(737, 972).as_deref(), Some("75.82"));
    assert_eq!(youlin_cube::percent(0, 0), None);
}

#[test]
fn faults_are_named_all_at_once() {
    let query: Query = serde_json::from_str(
        r#"{"dataset":"people","filter":{"all":[{"test":{"dim":"size","op":"is","values":[1]}},
            {"test":{"dim":"sex","op":"ge","values":["male"]}},{"test":{"dim":"age","op":"ge","values":["old"]}},
            {"related":{"quantity":"none","dataset":"people","sharing":"sex"}}]},
            "group":[{"dim":"age"}],"measure":{"sum":"sex"},"as_of":"2026-02-30"}"#,
    )
    .unwrap();
    let faults = check(&query, &[PEOPLE]);
    let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "filter.0",
            "filter.1",
            "filter.2",
            "filter.3.sharing",
            "group.0",
            "measure",
            "as_of"
        ]
    );
}
