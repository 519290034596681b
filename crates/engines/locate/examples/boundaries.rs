//! Measures `check_boundaries` over a file of 10,000 neighbourhoods of 125 positions each under one parent.
//!
//! `cargo run --release -p youlin-locate --example boundaries --features workload`
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::time::Instant;
use youlin_locate::{BoundaryArea, check_boundaries, workload};

const SIDE: usize = 100;

fn main() {
    let areas: Vec<BoundaryArea> = workload::tiled_town(SIDE, 7)
        .into_iter()
        .map(|tile| BoundaryArea {
            key: tile.key,
            code: tile.key.to_string(),
            level: tile.level,
            parent: None,
            shape: vec![vec![
                tile.shape.0[0]
                    .exterior()
                    .coords()
                    .map(|coord| [coord.x, coord.y])
                    .collect(),
            ]],
        })
        .collect();
    let begun = Instant::now();
    let faults = check_boundaries(&areas);
    println!(
        "areas {}, faults {}, {:?}",
        areas.len(),
        faults.len(),
        begun.elapsed()
    );
}
