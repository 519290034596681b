//! Plans 5,000 visits for 60 workers and says how long that took.
//!
//! `cargo run --release -p youlin-routes --example town`
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::collections::BTreeMap;
use std::time::Instant;

use youlin_routes::{Candidate, Need, Point, Policy, Shape, Weight, Worker, plan};

fn main() {
    let mut seed = 7u64;
    let mut next = |bound: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % bound
    };
    let candidates: Vec<Candidate> = (0..5_000u128)
        .map(|id| {
            let building = next(1_200);
            let entrance = next(4) as u32;
            let (x, y) = (building % 40 * 80, building / 40 * 60);
            Candidate {
                id,
                area: building / 60,
                building: u128::from(building),
                entrance,
                door: next(40) as u32,
                at: Some(Point::new(x as f64 + f64::from(entrance) * 18.0, y as f64)),
                needs: vec![
                    Need::new("days_unseen", 30 + next(90) as i64),
                    Need::new("alone_80", next(2) as i64),
                ],
            }
        })
        .collect();
    let weight = |from, base, per| Weight {
        from,
        base,
        per,
        most: Some(90),
    };
    let policy = Policy {
        weights: BTreeMap::from([
            ("days_unseen".to_owned(), weight(30, 10, 1)),
            ("alone_80".to_owned(), weight(1, 50, 0)),
        ]),
        least: 1,
    };
    for (name, capacity) in [("room for all", 90), ("nine each", 9)] {
        let workers: Vec<Worker> = (0..60u64)
            .map(|id| Worker {
                id: u128::from(id),
                areas: vec![id / 3, (id / 3 + 1) % 20],
                capacity,
                start: None,
                shape: Shape::Closed,
            })
            .collect();
        let begun = Instant::now();
        let found = plan(&candidates, &workers, &policy);
        let took = begun.elapsed();
        let made: usize = found
            .rounds
            .iter()
            .flat_map(|round| &round.stops)
            .map(|stop| stop.visits.len())
            .sum();
        let metres: f64 = found.rounds.iter().map(|round| round.metres).sum();
        println!(
            "{name}: {made} visits of {} for 60 workers in {took:?}, {:.1} km",
            candidates.len(),
            metres / 1_000.0
        );
    }
}
