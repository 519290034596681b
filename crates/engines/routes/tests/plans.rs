//! Plans against what must hold of every one, and against trying everything.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use youlin_routes::{
    Candidate, Need, Plan, Point, Policy, Shape, Weight, WhyLeft, Worker, on_plane, plan,
};

fn policy() -> Policy {
    let weight = |from, base, per, most| Weight {
        from,
        base,
        per,
        most,
    };
    Policy {
        weights: BTreeMap::from([
            ("alone_80".into(), weight(1, 50, 0, None)),
            ("days_unseen".into(), weight(30, 10, 1, Some(60))),
            ("discharged".into(), weight(1, 80, 0, None)),
            ("open_questions".into(), weight(1, 2, 1, Some(10))),
        ]),
        least: 5,
    }
}

fn candidates(most: usize) -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        0u64..4,
        0u128..12,
        0u32..3,
        0u32..30,
        0i64..2,
        0i64..120,
        0i64..6,
    );
    prop::collection::vec(one, 0..most).prop_map(|all| {
        let one = |(id, (area, building, entrance, door, alone, days, questions))| Candidate {
            id,
            area,
            // A building lies in one area.
            building: building * 4 + u128::from(area),
            entrance,
            door,
            at: (building != 3).then(|| {
                Point::new(
                    building as f64 * 90.0,
                    f64::from(entrance) * 15.0 + area as f64 * 300.0,
                )
            }),
            needs: vec![
                Need::new("alone_80", alone),
                Need::new("days_unseen", days),
                Need::new("open_questions", questions),
            ],
        };
        (1u128..).zip(all).map(one).collect()
    })
}

fn workers() -> impl Strategy<Value = Vec<Worker>> {
    let one = (prop::collection::btree_set(0u64..4, 1..3), 0u32..5);
    prop::collection::vec(one, 0..5).prop_map(|all| {
        (100u128..)
            .zip(all)
            .map(|(id, (areas, capacity))| Worker {
                id,
                areas: areas.into_iter().collect(),
                capacity,
                start: None,
                shape: Shape::Open,
            })
            .collect()
    })
}

fn proposed(plan: &Plan) -> Vec<(u128, u128, i64)> {
    let rounds = plan.rounds.iter();
    rounds
        .flat_map(|round| {
            round
                .stops
                .iter()
                .flat_map(|stop| &stop.visits)
                .map(|visit| (round.worker, visit.id, visit.points))
        })
        .collect()
}

/// The most points any choice reaches: every visit is made by each worker who may, or by nobody.
fn most(visits: &[(u64, i64)], workers: &[Worker], room: &mut Vec<u32>) -> i64 {
    let Some(((area, points), rest)) = visits.split_first() else {
        return 0;
    };
    let mut best = most(rest, workers, room);
    for at in 0..workers.len() {
        if room[at] > 0 && workers[at].areas.contains(area) {
            room[at] -= 1;
            best = best.max(points + most(rest, workers, room));
            room[at] += 1;
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_holds_of_every_plan(candidates in candidates(60), workers in workers(), turn in 0usize..60) {
        let policy = policy();
        let found = plan(&candidates, &workers, &policy);
        let made = proposed(&found);
        let ids: BTreeSet<u128> = made.iter().map(|one| one.1).chain(found.left.iter().map(|one| one.visit.id)).collect();
        prop_assert_eq!(ids.len(), candidates.len());
        prop_assert_eq!(made.len() + found.left.len(), candidates.len());
        for round in &found.rounds {
            let worker = workers.iter().find(|one| one.id == round.worker).unwrap();
            let count: usize = round.stops.iter().map(|stop| stop.visits.len()).sum();
            prop_assert!(count <= worker.capacity as usize);
            for visit in round.stops.iter().flat_map(|stop| &stop.visits) {
                let of = candidates.iter().find(|one| one.id == visit.id).unwrap();
                prop_assert!(worker.areas.contains(&of.area));
                prop_assert!(!visit.reasons.is_empty() && visit.points >= policy.least);
                prop_assert_eq!(visit.reasons.iter().map(|reason| reason.points).sum::<i64>(), visit.points);
            }
        }
        for left in &found.left {
            let of = candidates.iter().find(|one| one.id == left.visit.id).unwrap();
            let has_worker = workers.iter().any(|one| one.areas.contains(&of.area));
            match left.why {
                WhyLeft::Nobody => prop_assert!(!has_worker),
                WhyLeft::Full => {
                    // Whoever may go there is full, and with nothing less needed.
                    for worker in workers.iter().filter(|one| one.areas.contains(&of.area)) {
                        let own: Vec<_> = made.iter().filter(|one| one.0 == worker.id).collect();
                        prop_assert_eq!(own.len(), worker.capacity as usize);
                        prop_assert!(own.iter().all(|one| one.2 >= left.visit.points));
                    }
                }
                WhyLeft::NotNeeded => prop_assert!(left.visit.points < policy.least),
            }
        }
        // The order of input says nothing.
        let (mut turned, mut others) = (candidates.clone(), workers.clone());
        let by = turn % candidates.len().max(1);
        turned.rotate_left(by);
        others.reverse();
        prop_assert_eq!(plan(&turned, &others, &policy), found);
    }

    #[test]
    fn no_choice_meets_more_need(candidates in candidates(8), workers in workers()) {
        let policy = policy();
        let found = plan(&candidates, &workers, &policy);
        let sum: i64 = proposed(&found).iter().map(|one| one.2).sum();
        let visits: Vec<(u64, i64)> = candidates.iter()
            .map(|one| (one.area, policy.weigh(&one.needs).0))
            .filter(|one| one.1 >= policy.least).collect();
        let mut room: Vec<u32> = workers.iter().map(|one| one.capacity).collect();
        prop_assert_eq!(sum, most(&visits, &workers, &mut room));
    }
}

#[test]
fn the_mornings_nine_visits_carry_their_reasons_and_keep_buildings_together() {
    let candidate =
        |id: u128, building: u128, entrance: u32, door: u32, needs: Vec<Need>| Candidate {
            id,
            area: 1,
            building,
            entrance,
            door,
            needs,
            at: Some(Point::new(
                building as f64 * 100.0,
                f64::from(entrance) * 20.0,
            )),
        };
    let unseen = |days| Need::new("days_unseen", days);
    let mut all: Vec<Candidate> = (0..20)
        .map(|n| {
            candidate(
                n,
                n % 4,
                (n % 3) as u32,
                n as u32,
                vec![unseen(31 + n as i64)],
            )
        })
        .collect();
    all.push(candidate(
        90,
        2,
        1,
        4,
        vec![
            unseen(40),
            Need::new("alone_80", 1),
            Need::new("discharged", 1),
        ],
    ));
    all.push(candidate(
        91,
        2,
        1,
        2,
        vec![unseen(3), Need::new("unknown_to_the_policy", 9)],
    ));
    let grid_worker = Worker {
        id: 7,
        areas: vec![1],
        capacity: 9,
        start: Some(Point::new(0.0, 0.0)),
        shape: Shape::Closed,
    };
    let found = plan(&all, &[grid_worker], &policy());
    let made = proposed(&found);
    assert_eq!(made.len(), 9);
    let codes = |id: u128| -> Vec<String> {
        let mut visits = found.rounds[0].stops.iter().flat_map(|stop| &stop.visits);
        let visit = visits.find(|visit| visit.id == id).unwrap();
        visit
            .reasons
            .iter()
            .map(|reason| reason.code.clone())
            .collect()
    };
    assert_eq!(codes(90), ["discharged", "alone_80", "days_unseen"]);
    assert!(
        found
            .left
            .iter()
            .any(|left| left.visit.id == 91 && left.why == WhyLeft::NotNeeded)
    );
    let mut buildings: Vec<u128> = found.rounds[0]
        .stops
        .iter()
        .map(|stop| stop.building)
        .collect();
    buildings.dedup();
    let runs = buildings.len();
    buildings.sort_unstable();
    buildings.dedup();
    assert_eq!(runs, buildings.len());
}

#[test]
fn degrees_become_metres() {
    let points = on_plane(&[(120.86, 32.01), (120.87, 32.01), (120.86, 32.02)]);
    assert!((points[0].to(points[1]) - 943.0).abs() < 3.0);
    assert!((points[0].to(points[2]) - 1_112.0).abs() < 3.0);
}
