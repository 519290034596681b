//! A day of visits for a whole team: 5,000 doors that ask for one, 60 grid workers, chosen, handed out and put in walking
//! order; as `/rounds/visits` does it once the registers are read.

use std::collections::HashMap;
use std::time::Instant;

use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros};
use youlin_locate::workload::Rng;
use youlin_rounds::visits::{Door, DoorAt, Ground, Person, VisitRule, Visitor, day_plan};

use crate::results::Results;

const DOORS: u64 = 5_000;
const WORKERS: u64 = 60;
const NOW: Micros = Micros(1_795_600_000_000_000);

pub(crate) fn measure(results: &mut Results) {
    let ground = ground();
    let team: Vec<Visitor> = (0..WORKERS)
        .map(|number| Visitor {
            person: Some(Uuid::from_u128(u128::from(number) + 1)),
            name: format!("网格员{number}"),
            own: vec![area(number)],
            lent: Vec::new(),
        })
        .collect();
    let started = Instant::now();
    let plan = day_plan(&ground, &team, None, NOW);
    let seconds = started.elapsed().as_secs_f64();
    let planned: usize = plan
        .rounds
        .iter()
        .map(youlin_rounds::visits::DayRound::visits)
        .sum();
    assert_eq!(planned as u64, DOORS, "everybody has room");
    results.below("visits.plan", seconds, "s", "5,000 visits, 60 workers", 2.0);
}

fn area(number: u64) -> AreaId {
    AreaId(i64::try_from(number).unwrap_or(0) + 100)
}

fn ground() -> Ground {
    let mut rng = Rng::new(17);
    let rule = VisitRule {
        per_day: 100,
        ..VisitRule::default()
    };
    let doors = (0..DOORS).map(|number| {
        let building = number / 8;
        let mut degree = |from: f64| from + rng.below(10_000) as f64 / 1_000_000.0;
        DoorAt {
            dwelling: Uuid::from_u128(u128::from(number) + 1_000_000),
            address: format!("{building}号楼{number}"),
            room: number.to_string(),
            building: Uuid::from_u128(u128::from(building) + 1),
            building_name: format!("{building}号楼"),
            entrance: (number % 3).to_string(),
            position: Some((degree(120.87), degree(32.0))),
            area: area(building % WORKERS),
            policies: Vec::new(),
            door: Door {
                people: vec![Person {
                    id: Uuid::from_u128(u128::from(number) + 2_000_000),
                    age: Some(60 + i32::try_from(number % 35).unwrap_or(0)),
                    alone: number % 4 == 0,
                    entered: NOW.plus(-900 * Micros::DAY),
                    moved_in: Some(NOW.plus(-900 * Micros::DAY)),
                    seen: Some(
                        NOW.plus(-(31 + i64::try_from(number % 300).unwrap_or(0)) * Micros::DAY),
                    ),
                    ..Person::default()
                }],
                ..Door::default()
            },
        }
    });
    Ground {
        community: CommunityId(1),
        rule,
        doors: doors.collect(),
        today: HashMap::new(),
    }
}
