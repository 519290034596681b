//! The pure engines, on one core.

use std::time::Instant;

use youlin_locate::workload::{Rng, address, points, register, tiled_town};
use youlin_locate::{AddressBook, AreaIndex};

use crate::results::Results;

pub(crate) fn measure(results: &mut Results) {
    locate_points(results);
    find_addresses(results);
}

fn locate_points(results: &mut Results) {
    let index = AreaIndex::build(tiled_town(100, 7));
    let asked = points(1_000_000, 11);
    let mut inside = 0u64;
    let started = Instant::now();
    for (lon, lat) in &asked {
        inside += u64::from(index.locate_key(*lon, *lat).is_some());
    }
    let rate = asked.len() as f64 / started.elapsed().as_secs_f64();
    assert!(inside > 0, "no point lies inside any area");
    results.at_least(
        "locate.points",
        rate,
        "points/s/core",
        "10,000 polygons of 125 vertices",
        1_000_000.0,
    );
}

fn find_addresses(results: &mut Results) {
    let entries = register(200_000, 3);
    let mut rng = Rng::new(5);
    let texts: Vec<String> = (0..5_000)
        .map(|n| {
            let at = rng.below(entries.len());
            address(&entries[at], n % youlin_locate::workload::FORMATS)
        })
        .collect();
    let book = AddressBook::build(entries);
    let mut times: Vec<f64> = texts
        .iter()
        .map(|text| {
            let started = Instant::now();
            let found = book.find(text, 5);
            assert!(!found.is_empty(), "{text} was not found");
            started.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    results.below(
        "locate.address_p99",
        percentile(&mut times, 99.0),
        "ms",
        "200,000 dwellings",
        5.0,
    );
}

/// Sorts and takes the percentile.
pub(crate) fn percentile(times: &mut [f64], percent: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * percent / 100.0).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
