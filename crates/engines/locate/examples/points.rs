//! Measures `AreaIndex::locate_key` over 10,000 neighbourhoods of 125 positions each, on one core.
//!
//! `cargo run --release -p youlin-locate --example points --features workload`
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::hint::black_box;
use std::time::Instant;
use youlin_locate::{AreaIndex, workload};

const SIDE: usize = 100;
const POINTS: usize = 2_000_000;

fn main() {
    let shapes = workload::tiled_town(SIDE, 7);
    let positions: usize = shapes
        .iter()
        .map(|area| area.shape.0[0].exterior().0.len())
        .sum();
    let count = shapes.len();
    let begun = Instant::now();
    let index = AreaIndex::build(shapes);
    println!(
        "areas {count}, positions per area {}, build {:?}",
        positions / count,
        begun.elapsed()
    );

    let points = workload::points(POINTS, 11);
    let rate = |find: &dyn Fn(f64, f64) -> bool| {
        let begun = Instant::now();
        let found = points.iter().filter(|(lon, lat)| find(*lon, *lat)).count();
        (POINTS as f64 / begun.elapsed().as_secs_f64(), found)
    };
    let _warm = rate(&|lon, lat| black_box(index.locate_key(lon, lat)).is_some());
    let (key_rate, found) = rate(&|lon, lat| black_box(index.locate_key(lon, lat)).is_some());
    println!("locate_key points/s {key_rate:.0} (inside {found} of {POINTS})");
    let (rate, _) = rate(&|lon, lat| {
        matches!(
            black_box(index.locate(lon, lat)),
            youlin_locate::Located::Inside { .. }
        )
    });
    println!("locate points/s {rate:.0}");
}
