//! Measures questions over one million residents on one core, and writes the same residents as csv for a peer:
//! `cargo run --release -p youlin-cube --features workload --example residents -- 1000000 residents.csv`

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a tool for measuring"
)]

use std::io::Write;
use std::time::Instant;

use youlin_cube::{answer, check, evidence, workload};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u32 = arguments
        .next()
        .map_or(1_000_000, |text| text.parse().expect("a number"));
    let started = Instant::now();
    let parts = workload::parts(count);
    let bytes: usize = parts
        .iter()
        .flat_map(|part| part.tables.values())
        .map(|table| table.bytes())
        .sum();
    println!(
        "{count} residents: {} MB, built in {:.1} s",
        bytes >> 20,
        started.elapsed().as_secs_f64()
    );
    let (areas, at) = (workload::areas(count), workload::now());
    let mut questions = workload::counts();
    questions.push(("composed", workload::composed()));
    for (name, query) in &questions {
        assert!(check(query, &[workload::RESIDENTS]).is_empty(), "{name}");
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..9 {
            let started = Instant::now();
            total = answer(query, &parts, &areas, at).total.count;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        let started = Instant::now();
        let opened = evidence(query, &[], false, &parts, &areas, at).len();
        let opening = started.elapsed().as_secs_f64() * 1_000.0;
        println!(
            "{name}: {total} in {:.1} ms (worst {:.1}); {opened} records opened in {opening:.1} ms",
            times[4], times[8]
        );
    }
    if let Some(path) = arguments.next() {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
        file.write_all(b"id,grid,building,dwelling,born,sex,labels,seen\n")
            .expect("written");
        for one in workload::residents(count) {
            file.write_all(workload::csv_line(&one).as_bytes())
                .expect("written");
        }
    }
}
