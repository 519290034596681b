//! Measures `cover` on one core, and how far it is from the truth over many walks.
//!
//! `cargo run --release -p youlin-coverage --example walks --features workload`
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::hint::black_box;
use std::time::Instant;

use youlin_coverage::workload::{Walk, meander, walk};
use youlin_coverage::{CoverageRules, Reach, ReachFault, cover};
use youlin_locate::workload::Rng;

/// Walks the error is measured over.
const WALKS: usize = 100_000;

fn main() -> Result<(), ReachFault> {
    let begun = Instant::now();
    let reach = Reach::build(&meander(5_000.0, 12.0))?;
    println!(
        "reach of {:.0} m built in {:?}",
        reach.length_m(),
        begun.elapsed()
    );
    let mut how = Walk {
        from_m: 0.0,
        to_m: reach.length_m(),
        speed: 1.2,
        every_s: (0.018, 0.022),
        noise_m: 10.0,
        left_m: 20.0,
    };
    let rules = CoverageRules::default();
    for (name, every_s) in [
        ("50 a second", (0.018, 0.022)),
        ("every 10 to 60 s", (10.0, 60.0)),
    ] {
        how.every_s = every_s;
        let fixes = walk(&reach, &how, &mut Rng::new(1));
        let rounds = (2_000_000 / fixes.len()).max(1);
        let begun = Instant::now();
        for _ in 0..rounds {
            black_box(cover(&reach, black_box(&fixes), &rules));
        }
        let rate = (rounds * fixes.len()) as f64 / begun.elapsed().as_secs_f64();
        println!("{name}: {} fixes a track, {rate:.0} fixes/s", fixes.len());
    }
    let mut rng = Rng::new(2026);
    let mut errors: Vec<f64> = (0..WALKS)
        .map(|_| {
            let from = 1_500.0 * rng.unit();
            how.from_m = from;
            how.to_m = from + 3_000.0 + 500.0 * rng.unit();
            how.left_m = (15.0 + 10.0 * rng.unit()) * if rng.unit() < 0.5 { 1.0 } else { -1.0 };
            how.every_s = (10.0 + 50.0 * rng.unit(), 60.0);
            how.speed = 0.8 + 0.7 * rng.unit();
            how.noise_m = 8.0 + 4.0 * rng.unit();
            let fixes = walk(&reach, &how, &mut rng);
            let covered = cover(&reach, &fixes, &rules).reach.covered_m;
            (covered / (how.to_m - from) - 1.0) * 100.0
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    let beyond = errors.iter().filter(|error| error.abs() >= 2.0).count();
    println!(
        "error over {WALKS} walks of 3 to 3.5 km: lowest {:.2} %, median {:.2} %, highest {:.2} %, {beyond} beyond 2 %",
        errors[0],
        errors[WALKS / 2],
        errors[WALKS - 1]
    );
    Ok(())
}
