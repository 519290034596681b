//! Figures over one million residents: declared counts and the composed question, in the engine and on one core, beside
//! DuckDB over Parquet on one thread with the same residents and the same questions, when its Python is there.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use youlin_cube::{Query, answer, workload};

use crate::results::Results;

const COUNT: u32 = 1_000_000;
const ROUNDS: usize = 15;
/// Milliseconds.
const COUNTED: f64 = 50.0;
const COMPOSED: f64 = 300.0;

pub(crate) fn measure(results: &mut Results) -> Result<()> {
    let parts = workload::parts(COUNT);
    let (areas, at) = (workload::areas(COUNT), workload::now());
    let mut ours = Vec::new();
    let mut ask = |name: &'static str, query: &Query, most: f64| {
        let mut times = Vec::new();
        let mut count = 0;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            count = answer(query, &parts, &areas, at).total.count;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
        }
        let worst = times.iter().copied().fold(0.0, f64::max);
        times.sort_by(f64::total_cmp);
        let middle = times.get(ROUNDS / 2).copied().unwrap_or(worst);
        results.below(
            &format!("figures.{name}"),
            worst,
            "ms",
            "1,000,000 residents, one core, worst",
            most,
        );
        ours.push((name, middle, count));
    };
    for (name, query) in workload::counts() {
        ask(name, &query, COUNTED);
    }
    ask("composed", &workload::composed(), COMPOSED);
    beside_duckdb(results, &ours)
}

/// The peer must count the same; its time is set beside ours.
fn beside_duckdb(results: &mut Results, ours: &[(&'static str, f64, u64)]) -> Result<()> {
    let python = std::env::var("YOULIN_PEER_PYTHON").unwrap_or_else(|_unset| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        results.skipped(
            "figures.duckdb",
            "YOULIN_PEER_PYTHON names no Python with duckdb",
        );
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let csv = folder.path().join("residents.csv");
    write_csv(&csv)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/figures_peer.py");
    let output = Command::new(&python).arg(script).arg(&csv).output()?;
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("the peer's answer")?;
    for (name, ms, count) in ours {
        let peer = &theirs[*name];
        let counted = peer["count"].as_u64();
        anyhow::ensure!(
            counted == Some(*count),
            "{name}: {count}, the peer counts {counted:?}"
        );
        let their_ms = peer["ms"].as_f64().context("the peer's time")?;
        if *name == "composed" {
            let (rate, theirs) = (1_000.0 / ms, 1_000.0 / their_ms);
            results.share_of(
                "figures.composed_beside_duckdb",
                rate,
                "questions/s",
                "1,000,000 residents, one core each",
                theirs,
                1.0,
            );
        } else {
            crate::results::println_line(&format!(
                "     {name}: {ms:.1} ms, DuckDB {their_ms:.1} ms"
            ));
        }
    }
    Ok(())
}

fn write_csv(path: &Path) -> Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"id,grid,building,dwelling,born,sex,labels,seen\n")?;
    for one in workload::residents(COUNT) {
        file.write_all(workload::csv_line(&one).as_bytes())?;
    }
    file.flush()?;
    Ok(())
}
