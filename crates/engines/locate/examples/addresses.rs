//! Measures `AddressBook::find` over a register of 200,000 dwellings, on one core.
//!
//! `cargo run --release -p youlin-locate --example addresses --features workload`
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::hint::black_box;
use std::time::{Duration, Instant};
use youlin_locate::{AddressBook, Match, workload};

const DWELLINGS: usize = 200_000;
const TEXTS: usize = 20_000;
const LIMIT: usize = 10;

fn main() {
    let entries = workload::register(DWELLINGS, 5);
    let begun = Instant::now();
    let book = AddressBook::build(entries.clone());
    println!("dwellings {}, build {:?}", book.len(), begun.elapsed());

    let mut rng = workload::Rng::new(3);
    let mut all: Vec<Duration> = Vec::with_capacity(TEXTS);
    for format in 0..workload::FORMATS {
        let mut times: Vec<Duration> = Vec::new();
        let mut first = 0;
        let mut example = String::new();
        for _ in 0..TEXTS / workload::FORMATS {
            let entry = &entries[rng.below(entries.len())];
            example = workload::address(entry, format);
            let begun = Instant::now();
            let found = black_box(book.find(&example, LIMIT));
            times.push(begun.elapsed());
            let is_it =
                |matched: &Match| matches!(matched, Match::Dwelling { key } if *key == entry.key);
            first += usize::from(
                found
                    .first()
                    .is_some_and(|candidate| is_it(&candidate.matched)),
            );
        }
        let count = times.len();
        all.extend(&times);
        let (p50, p99) = quantiles(times);
        println!("p50 {p50:>9.1?} p99 {p99:>9.1?} first {first:>5} of {count}  {example}");
    }
    let (p50, p99) = quantiles(all);
    println!("all: p50 {p50:?} p99 {p99:?}");

    for text in hostile(&entries[0].estate) {
        let begun = Instant::now();
        let found = black_box(book.find(&text, LIMIT)).len();
        let start: String = text.chars().take(12).collect();
        println!(
            "hostile {:>9.1?} candidates {found} {start}…",
            begun.elapsed()
        );
    }
}

/// Texts made to be expensive.
fn hostile(estate: &str) -> [String; 5] {
    [
        "12号楼304，，，".repeat(1_000),
        "1 2 3 4 5 6 7 8 9 10 ".repeat(1_000),
        estate.repeat(1_000),
        "新村花园花苑家园公寓光明学田虹桥濠河".repeat(1_000),
        format!("{estate}1-1-1，").repeat(1_000),
    ]
}

fn quantiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
