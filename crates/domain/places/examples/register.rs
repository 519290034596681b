//! Measures the register: how long it takes to load, how much memory it needs, how fast words become places.
//!
//! `cargo run --release -p youlin-places --example register -- 200000`

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring program stops loudly"
)]

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use youlin_kernel::{AreaTree, Ctx, OsEntropy, SystemClock};
use youlin_places::import::{self, Row};
use youlin_places::{Locator, MIGRATIONS, PlaceInput};
use youlin_testkit::{MORNING, sqlite};

const COMMUNITIES: usize = 100;
const PER_BUILDING: usize = 48;
const PER_ESTATE: usize = 10;

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0u64)
        / 1024
}

#[tokio::main]
async fn main() {
    let wanted: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(200_000);
    let base = sqlite().await;
    base.db
        .migrate(MIGRATIONS, MORNING)
        .await
        .expect("migrations");
    if std::env::args().nth(2).is_none() {
        fill(&base.db, wanted).await;
        // A process of its own, so that filling leaves no trace in the figures.
        let status = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args([wanted.to_string(), base.url.clone()])
            .status()
            .expect("the second half");
        std::process::exit(status.code().unwrap_or(1));
    }
    let url = std::env::args().nth(2).expect("a URL");
    let config = youlin_database::DatabaseConfig {
        url,
        connections: 4,
    };
    let db = youlin_database::Database::open(&config)
        .await
        .expect("the database");
    println!("before: {} MB", resident_megabytes());
    let started = Instant::now();
    let areas = Arc::new(ArcSwap::from_pointee(AreaTree::default()));
    let locator = Locator::load(&db, areas).await.expect("the locator");
    println!(
        "loaded {locator:?} in {:.2} s, {} MB",
        started.elapsed().as_secs_f64(),
        resident_megabytes()
    );
    let mut times: Vec<u128> = (0..2_000)
        .map(|n| {
            let text = text(n * 97 % wanted);
            let started = Instant::now();
            let found = locator.candidates(&text, None, 8);
            assert!(!found.is_empty(), "{text}");
            started.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    println!(
        "words: median {} µs, p99 {} µs",
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
    let input = PlaceInput {
        text: Some(text(7)),
        ..PlaceInput::default()
    };
    let place = locator.resolve(&input).expect("a place");
    let started = Instant::now();
    for _ in 0..100_000 {
        let input = PlaceInput {
            dwelling: place.dwelling,
            ..PlaceInput::default()
        };
        assert!(locator.resolve(&input).is_ok());
    }
    println!("by id: {} ns", started.elapsed().as_nanos() / 100_000);
    println!("after: {} MB", resident_megabytes());
}

/// The words for dwelling number `n`, as [`fill`] names it.
fn text(n: usize) -> String {
    let building = n / PER_BUILDING;
    let (unit, room) = (n % PER_BUILDING / 12 + 1, n % 12);
    format!(
        "新桥{}村{}号楼{unit}单元{}0{}",
        building / PER_ESTATE,
        building % PER_ESTATE + 1,
        room / 2 + 1,
        room % 2 + 1
    )
}

async fn fill(db: &youlin_database::Database, wanted: usize) {
    let areas = Arc::new(ArcSwap::from_pointee(AreaTree::default()));
    let locator = Locator::load(db, Arc::clone(&areas))
        .await
        .expect("the locator");
    let ctx = Ctx::service(
        "measure",
        areas.load_full(),
        Arc::new(SystemClock),
        Arc::new(OsEntropy),
    );
    let mut rows = vec![
        Row::new(
            0,
            &[
                ("code", "D"),
                ("scheme", "t"),
                ("level", "district"),
                ("name", "区"),
            ],
        ),
        Row::new(
            0,
            &[
                ("code", "S"),
                ("scheme", "t"),
                ("level", "subdistrict"),
                ("parent_code", "D"),
                ("name", "街道"),
            ],
        ),
    ];
    rows.extend((0..COMMUNITIES).map(|n| {
        let (code, name) = (format!("C{n}"), format!("第{n}社区"));
        Row::new(
            0,
            &[
                ("code", &code),
                ("scheme", "t"),
                ("level", "community"),
                ("parent_code", "S"),
                ("name", &name),
            ],
        )
    }));
    import::areas(db, &ctx, &locator, rows, false)
        .await
        .expect("areas");
    let buildings = wanted.div_ceil(PER_BUILDING);
    let estates = buildings.div_ceil(PER_ESTATE);
    let rows = (0..estates).map(|n| {
        let (key, code, name) = (
            format!("e{n}"),
            format!("C{}", n % COMMUNITIES),
            format!("新桥{n}村"),
        );
        Row::new(
            0,
            &[("key", &key), ("community_code", &code), ("name", &name)],
        )
    });
    import::estates(db, &ctx, &locator, rows.collect(), false)
        .await
        .expect("estates");
    let rows = (0..buildings).map(|n| {
        let (key, estate) = (format!("b{n}"), format!("e{}", n / PER_ESTATE));
        let (name, alias) = (
            format!("{}号楼", n % PER_ESTATE + 1),
            format!("{}幢", n % PER_ESTATE + 1),
        );
        Row::new(
            0,
            &[
                ("key", &key),
                ("estate_key", &estate),
                ("name", &name),
                ("aliases", &alias),
            ],
        )
    });
    import::buildings(db, &ctx, &locator, rows.collect(), false)
        .await
        .expect("buildings");
    let started = Instant::now();
    let rows = (0..wanted).map(|n| {
        let (key, building) = (format!("d{n}"), format!("b{}", n / PER_BUILDING));
        let entrance = format!("{}单元", n % PER_BUILDING / 12 + 1);
        let room = format!("{}0{}", n % 12 / 2 + 1, n % 2 + 1);
        Row::new(
            0,
            &[
                ("key", &key),
                ("building_key", &building),
                ("entrance", &entrance),
                ("room", &room),
            ],
        )
    });
    let report = import::dwellings(db, &ctx, &locator, rows.collect(), false)
        .await
        .expect("dwellings");
    println!(
        "taken in: {} dwellings in {:.1} s",
        report.new,
        started.elapsed().as_secs_f64()
    );
}
