//! A figure is what opens behind it: for every dataset, dimension, operator, way of grouping, measure and indicator that is
//! declared, and for filters made at random, on both databases, the evidence holds as many records as the figure counts,
//! each once; and what was never asked fails the test.

use std::collections::{BTreeMap, BTreeSet};

use youlin_datasets::cube::{
    Bucket, Figure, Filter, Group, Key, Kind, Measure, Op, Quantity, Query, Related, Schema, Span,
    Test, Value,
};
use youlin_insight::{INDICATORS, Period};
use youlin_kernel::{Ctx, Grant, Micros, Role};
use youlin_people::{VisitDwelling, VisitOutcome};

use crate::cases::{report, settle};
use crate::ground::{Ground, grounds};

/// Random questions of each dataset.
const QUESTIONS: usize = 250;

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound.max(1) as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Makes questions of one dataset from what it declares and what its records hold.
struct Maker<'a> {
    dice: Dice,
    schemas: &'a [Schema],
    /// Words met in the records of each dimension, by dataset and dimension.
    words: &'a [(&'static str, &'static str, Vec<Value>)],
    areas: Vec<i64>,
    /// What was asked, to find what never was.
    asked: BTreeSet<String>,
}

const OPS: [Op; 6] = [Op::Is, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Missing];

impl Maker<'_> {
    fn value(&mut self, schema: &Schema, dim: &'static str, kind: Kind) -> Value {
        let met = self
            .words
            .iter()
            .find(|one| (one.0, one.1) == (schema.code, dim));
        let met = met.map_or(&[][..], |one| one.2.as_slice());
        match kind {
            Kind::Area => Value::Number(*self.dice.one(&self.areas)),
            Kind::Choice | Kind::Labels if met.is_empty() || self.dice.below(9) == 0 => {
                Value::Text("nothing_like_it".into())
            }
            Kind::Choice | Kind::Labels => self.dice.one(met).clone(),
            Kind::Day | Kind::Time => {
                let days = [
                    "2026-10-01",
                    "2026-11-20",
                    "2026-11-23",
                    "2026-11-26",
                    "2027-02-28",
                ];
                Value::Text((*self.dice.one(&days)).into())
            }
            _ => Value::Number(i64::try_from(self.dice.below(110)).unwrap() - 5),
        }
    }

    fn test(&mut self, schema: &Schema) -> Filter {
        let dim = *self.dice.one(schema.dims);
        let ordered = !matches!(
            dim.kind,
            Kind::Choice | Kind::Labels | Kind::Area | Kind::Key
        );
        let op = match dim.kind {
            Kind::Key => Op::Missing,
            _ if ordered => *self.dice.one(&OPS),
            _ => *self.dice.one(&[Op::Is, Op::Is, Op::Missing]),
        };
        self.asked
            .insert(format!("{} {} {op:?}", schema.code, dim.code));
        let count = match op {
            Op::Missing => 0,
            Op::Is => 1 + self.dice.below(2),
            _ => 1,
        };
        Filter::Test(Test {
            dim: dim.code.into(),
            op,
            values: (0..count)
                .map(|_| self.value(schema, dim.code, dim.kind))
                .collect(),
        })
    }

    /// Another dataset that shares a key, now and then.
    fn related(&mut self, schema: &Schema) -> Filter {
        let other = *self.dice.one(self.schemas);
        let keys = |of: &Schema| -> Vec<&'static str> {
            let keys = of.dims.iter().filter(|dim| dim.kind == Kind::Key);
            keys.map(|dim| dim.code).collect()
        };
        let shared: Vec<&str> = keys(schema)
            .into_iter()
            .filter(|key| keys(&other).contains(key))
            .collect();
        if shared.is_empty() {
            return self.test(schema);
        }
        let sharing = (*self.dice.one(&shared)).to_owned();
        self.asked
            .insert(format!("{} with {} by {sharing}", schema.code, other.code));
        Filter::Related(Related {
            quantity: *self.dice.one(&[Quantity::Any, Quantity::None]),
            dataset: other.code.into(),
            sharing,
            filter: Box::new(self.test(&other)),
        })
    }

    fn filter(&mut self, schema: &Schema, depth: usize) -> Filter {
        match self.dice.below(if depth > 2 { 3 } else { 7 }) {
            0 => Filter::default(),
            1 => self.test(schema),
            2 if depth == 0 => self.related(schema),
            2 => self.test(schema),
            3 => Filter::Not(Box::new(self.filter(schema, depth + 1))),
            at => {
                let parts = (0..2).map(|_| self.filter(schema, depth + 1)).collect();
                if at % 2 == 0 {
                    Filter::All(parts)
                } else {
                    Filter::Any(parts)
                }
            }
        }
    }

    fn group(&mut self, schema: &Schema) -> Group {
        let able: Vec<_> = schema
            .dims
            .iter()
            .filter(|dim| dim.kind != Kind::Key)
            .collect();
        let dim = **self.dice.one(&able);
        self.asked
            .insert(format!("{} by {}", schema.code, dim.code));
        let buckets = [
            Bucket::Day,
            Bucket::Week,
            Bucket::Month,
            Bucket::Quarter,
            Bucket::Year,
        ];
        Group {
            dim: dim.code.into(),
            level: (dim.kind == Kind::Area).then(|| u8::try_from(3 + self.dice.below(4)).unwrap()),
            bucket: matches!(dim.kind, Kind::Day | Kind::Time).then(|| *self.dice.one(&buckets)),
            width: matches!(dim.kind, Kind::Number | Kind::Age | Kind::Since)
                .then(|| *self.dice.one(&[1, 5, 10, 30])),
        }
    }

    fn measure(&mut self, schema: &Schema) -> Measure {
        let of = |kind: Kind| -> Vec<String> {
            let fitting = schema.dims.iter().filter(|dim| dim.kind == kind);
            fitting.map(|dim| dim.code.to_owned()).collect()
        };
        let (keys, numbers) = (of(Kind::Key), of(Kind::Number));
        let measure = match self.dice.below(6) {
            0 if !keys.is_empty() => Measure::Distinct(self.dice.one(&keys).clone()),
            1 if !numbers.is_empty() => Measure::Sum(self.dice.one(&numbers).clone()),
            2 if !numbers.is_empty() => Measure::Mean(self.dice.one(&numbers).clone()),
            3 => Measure::Ratio {
                part: self.filter(schema, 1),
                of: self.filter(schema, 1),
                weight: (!numbers.is_empty() && self.dice.below(2) == 0)
                    .then(|| self.dice.one(&numbers).clone()),
            },
            _ => Measure::Count,
        };
        let (name, dim) = match &measure {
            Measure::Count => ("count", ""),
            Measure::Ratio { .. } => ("ratio", ""),
            Measure::Distinct(dim) => ("distinct", dim.as_str()),
            Measure::Sum(dim) => ("sum", dim.as_str()),
            Measure::Mean(dim) => ("mean", dim.as_str()),
        };
        self.asked.insert(format!("{} {name} {dim}", schema.code));
        measure
    }

    fn query(&mut self, schema: &Schema) -> Query {
        let times: Vec<&str> = schema
            .dims
            .iter()
            .filter(|dim| matches!(dim.kind, Kind::Day | Kind::Time))
            .map(|dim| dim.code)
            .collect();
        let spans = !times.is_empty() && self.dice.below(4) == 0;
        let groups = self.dice.below(3);
        Query {
            dataset: schema.code.into(),
            filter: self.filter(schema, 0),
            group: (0..groups).map(|_| self.group(schema)).collect(),
            measure: self.measure(schema),
            time: spans.then(|| Span {
                dim: (*self.dice.one(&times)).into(),
                from: "2026-11-01".into(),
                to: "2026-12-31".into(),
            }),
            area: (self.dice.below(4) == 0).then(|| *self.dice.one(&self.areas)),
            as_of: None,
            named_at: None,
        }
    }

    /// Everything the schema declares must have been asked.
    fn all_asked(&self, schema: &Schema) {
        for dim in schema.dims {
            let code = schema.code;
            let mut wanted = vec![format!("{code} {} Missing", dim.code)];
            if dim.kind != Kind::Key {
                wanted.push(format!("{code} {} Is", dim.code));
                wanted.push(format!("{code} by {}", dim.code));
            } else {
                wanted.push(format!("{code} distinct {}", dim.code));
            }
            if dim.kind == Kind::Number {
                wanted.push(format!("{code} sum {}", dim.code));
                wanted.push(format!("{code} mean {}", dim.code));
            }
            for one in wanted {
                assert!(self.asked.contains(&one), "never asked: {one}");
            }
        }
    }
}

/// Every cell and the total, opened.
async fn opens(ground: &Ground, ctx: &Ctx, query: &Query) -> usize {
    let asked = ground.datasets.ask(ctx, query.clone()).await;
    // Not everybody may ask everything; who asks first in `whatever_is_asked…` may.
    let fewer = ground.datasets.open_to(ctx).count() < ground.datasets.all().count();
    if fewer
        && asked
            .as_ref()
            .is_err_and(|problem| problem.code() == "forbidden")
    {
        return 0;
    }
    let asked = asked.unwrap_or_else(|problem| panic!("{problem}: {query:?}"));
    let answer = asked.answer().await.unwrap();
    let ratio = matches!(query.measure, Measure::Ratio { .. });
    // Of a weighted share the weights of the records are counted: what their sum says, and how many records have one.
    let weighed = weighed(ground, ctx, query).await;
    let labelled = |dim: &str| {
        let schema = asked.dataset.schema();
        schema.dim(dim).is_some_and(|dim| dim.kind == Kind::Labels)
    };
    let distinct = matches!(query.measure, Measure::Distinct(_));
    let once = !distinct && !query.group.iter().any(|group| labelled(&group.dim));
    let mut cells: Vec<(Vec<Key>, u64, Option<u64>)> = Vec::new();
    cells.push((Vec::new(), answer.total.count, answer.total.part));
    for cell in &answer.cells {
        cells.push((cell.keys.clone(), cell.figure.count, cell.figure.part));
    }
    let mut sum = 0;
    for (keys, count, part) in &cells {
        let whole = asked.evidence(keys.clone(), false).await.unwrap();
        if distinct {
            // What is counted is shared by the records behind it.
            let sharing = whole.len() as u64;
            assert!(
                sharing >= *count && (sharing == 0) <= (*count == 0),
                "{keys:?} of {query:?}"
            );
        } else if let Some([all, _]) = &weighed {
            let (sum, records) = all.get(keys).copied().unwrap_or_default();
            assert_eq!(
                (whole.len() as u64, *count),
                (records, sum),
                "{keys:?} of {query:?}"
            );
        } else {
            assert_eq!(whole.len() as u64, *count, "{keys:?} of {query:?}");
        }
        let unlike: BTreeSet<_> = whole.iter().map(|one| (one.community, one.id)).collect();
        assert_eq!(unlike.len(), whole.len(), "twice in {keys:?} of {query:?}");
        if ratio {
            let some = asked.evidence(keys.clone(), true).await.unwrap();
            let (records, part) = (some.len() as u64, part.unwrap_or(0));
            let wanted = match &weighed {
                Some([_, parts]) => {
                    let (sum, records) = parts.get(keys).copied().unwrap_or_default();
                    (records, sum)
                }
                None => (part, part),
            };
            assert_eq!((records, part), wanted, "part of {keys:?} of {query:?}");
        }
        sum += if keys.is_empty() { 0 } else { *count };
    }
    if !query.group.is_empty() && once {
        assert_eq!(sum, answer.total.count, "the cells of {query:?}");
    }
    cells.len()
}

/// By the keys of a cell: the sum of the weights, and how many records have one.
type Weights = BTreeMap<Vec<Key>, (u64, u64)>;

/// What a weighted share counts, asked otherwise: of all of it and of the part. Nothing for other measures.
async fn weighed(ground: &Ground, ctx: &Ctx, query: &Query) -> Option<[Weights; 2]> {
    let Measure::Ratio {
        part,
        of,
        weight: Some(weight),
    } = &query.measure
    else {
        return None;
    };
    let counts = Filter::Test(Test {
        dim: weight.clone(),
        op: Op::Gt,
        values: vec![Value::Number(0)],
    });
    let all = vec![query.filter.clone(), of.clone(), counts];
    let parts = [&all[..], std::slice::from_ref(part)].concat();
    let mut found = Vec::new();
    for filters in [all, parts] {
        let summed = Query {
            filter: Filter::All(filters),
            measure: Measure::Sum(weight.clone()),
            ..query.clone()
        };
        let asked = ground.datasets.ask(ctx, summed).await.unwrap();
        let answer = asked.answer().await.unwrap();
        let figure = |one: &Figure| (u64::try_from(one.sum.unwrap()).unwrap(), one.count);
        let cells = answer.cells.iter();
        let mut weights: Weights = cells
            .map(|cell| (cell.keys.clone(), figure(&cell.figure)))
            .collect();
        weights.insert(Vec::new(), figure(&answer.total));
        found.push(weights);
    }
    found.try_into().ok()
}

/// People, dwellings and cases, with a month between some of them.
async fn life(ground: &Ground) {
    let people = [
        (
            "周一",
            1938,
            &["living_alone", "elderly"][..],
            "甲西村1号楼101",
        ),
        ("周二", 1941, &["living_alone"][..], "甲中村1号楼101"),
        ("周三", 1942, &["elderly"][..], "甲东村1号楼101"),
        (
            "周四",
            1990,
            &["talent:first_aid", "volunteer"][..],
            "甲东村1号楼102",
        ),
        ("周五", 2019, &[][..], "甲远村1号楼101"),
        ("周六", 1950, &["party_member"][..], "甲远村1号楼101"),
        ("周七", 1937, &["living_alone"][..], "乙村1号楼101"),
    ];
    for (name, born, labels, home) in people {
        ground.person(name, born, labels, home).await;
    }
    for home in ["甲西村1号楼101", "甲东村1号楼102"] {
        ground.world.clock.advance(20 * Micros::DAY);
        let visit = VisitDwelling {
            vault: std::sync::Arc::clone(&ground.vault),
            dwelling: ground.home(home),
            outcome: VisitOutcome::Confirmed,
        };
        let ctx = ground.world.service();
        ground.world.db().execute(&ctx, visit).await.unwrap();
    }
    let mut cases = Vec::new();
    for home in [
        "甲西村1号楼101",
        "甲中村1号楼101",
        "甲远村1号楼102",
        "乙村1号楼101",
    ] {
        cases.push(report(ground, home).await);
    }
    settle(ground, &cases).await;
}

#[tokio::test]
async fn whatever_is_asked_at_random_opens_to_what_it_counts() {
    for ground in grounds().await {
        life(&ground).await;
        let schemas: Vec<Schema> = ground.datasets.all().map(|set| set.schema()).collect();
        assert!(schemas.len() >= 3, "{schemas:?}");
        // Everything there is may be counted by them, what is sensitive too.
        let of = |role| Grant {
            role,
            area: ground.id("91"),
            organisation: None,
        };
        let grants = vec![of(Role::DistrictOperator), of(Role::CommunityLead)];
        let district = ground.world.caller_with(grants, None);
        let words = words(&ground, &district, &schemas).await;
        let tree = ground.world.areas.load_full();
        let mut areas: Vec<i64> = tree.iter().map(|node| node.id.0).collect();
        areas.sort_unstable();
        let mut maker = Maker {
            dice: Dice(20_261_126),
            schemas: &schemas,
            words: &words,
            areas,
            asked: BTreeSet::new(),
        };
        let mut opened = 0;
        let callers = [
            district,
            ground.caller(Role::CommunityDesk, "A"),
            ground.caller(Role::GridWorker, "A2"),
        ];
        for schema in &schemas {
            for n in 0..QUESTIONS * schema.dims.len() / 10 {
                let query = maker.query(schema);
                opened += opens(&ground, &callers[n % callers.len()], &query).await;
            }
            maker.all_asked(schema);
        }
        assert!(opened > 1_000, "{opened} figures");
        for indicator in INDICATORS.iter() {
            for ctx in &callers {
                let period = Period {
                    from: "2026-11-01".into(),
                    to: "2027-12-31".into(),
                    ..Period::default()
                };
                opens(&ground, ctx, &indicator.query(&period)).await;
            }
        }
    }
}

/// The words that occur, found by grouping.
async fn words(
    ground: &Ground,
    ctx: &Ctx,
    schemas: &[Schema],
) -> Vec<(&'static str, &'static str, Vec<Value>)> {
    let mut all = Vec::new();
    for schema in schemas {
        for dim in schema.dims {
            if !matches!(dim.kind, Kind::Choice | Kind::Labels) {
                continue;
            }
            let query = Query {
                dataset: schema.code.into(),
                group: vec![Group {
                    dim: dim.code.into(),
                    ..Group::default()
                }],
                ..Query::default()
            };
            let cells = ground.answer(ctx, &query).await.cells;
            let met = cells
                .into_iter()
                .filter_map(|cell| cell.keys.into_iter().next()?);
            all.push((schema.code, dim.code, met.collect()));
        }
    }
    all
}
