//! Walks and what `cover` says of them, as JSON for `scripts/peers/coverage.py`, which asks shapely the same.
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use serde_json::{Value, json};
use youlin_coverage::workload::{Walk, meander, stand, walk};
use youlin_coverage::{CoverageRules, Fix, Reach, ReachFault, ReachShape, cover};
use youlin_locate::workload::Rng;

fn main() -> Result<(), ReachFault> {
    let shape = meander(5_000.0, 12.0);
    let reach = Reach::build(&shape)?;
    let ReachShape::Centre { line, half_width_m } = &shape else {
        return Err(ReachFault::TooShort);
    };
    let mut rng = Rng::new(2026);
    let mut cases: Vec<Value> = Vec::new();
    for seed in 0..60 {
        let how = Walk {
            from_m: 1_500.0 * rng.unit(),
            to_m: 3_000.0 + 2_000.0 * rng.unit(),
            speed: if seed % 6 == 5 {
                9.0
            } else {
                0.8 + 0.7 * rng.unit()
            },
            every_s: (30.0, if seed % 3 == 0 { 60.0 } else { 90.0 }),
            noise_m: 8.0 + 4.0 * rng.unit(),
            left_m: if seed % 2 == 0 { 20.0 } else { -20.0 },
        };
        let mut fixes = if seed % 6 == 4 {
            stand(&reach, how.from_m, 3_600.0, &how, &mut rng)
        } else {
            walk(&reach, &how, &mut rng)
        };
        fixes.dedup_by(|later, before| later.at_ms - before.at_ms < 30_000);
        cases.push(case(&reach, &fixes));
    }
    let points: Vec<Value> = (0..500)
        .map(|_| {
            let (lon, lat) = reach.position(5_000.0 * rng.unit(), 160.0 * rng.unit() - 80.0);
            json!({ "lon": lon, "lat": lat, "place": reach.chainage(lon, lat) })
        })
        .collect();
    let all =
        json!({ "line": line, "half_width_m": half_width_m, "cases": cases, "points": points });
    println!("{all}");
    Ok(())
}

fn case(reach: &Reach, fixes: &[Fix]) -> Value {
    let answer = cover(reach, fixes, &CoverageRules::default());
    let fixes: Vec<Value> = fixes
        .iter()
        .map(|fix| json!([fix.lon, fix.lat, fix.at_ms, fix.accuracy_m]))
        .collect();
    json!({ "fixes": fixes, "covered_m": answer.reach.covered_m, "percent": answer.reach.percent,
            "stretches": answer.reach.stretches })
}
