//! `youlin-bench`: measures the release build against the figures that were promised, each beside its limit or peer in
//! the same run, as a ratio. Started by `make bench`; needs the built binary in `YOULIN_BIN`, and a PostgreSQL server in
//! `YOULIN_TEST_POSTGRES_URL` for the lines about PostgreSQL.

mod campaign;
mod country;
mod engines;
mod figures;
mod ground;
mod http;
mod intake;
mod million;
mod morning;
mod openrosa;
mod raw;
mod readings;
mod residents;
mod results;
mod sheets;
mod visits;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use crate::results::Results;

/// Measures Youlin on this machine.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the results go, as JSON.
    #[arg(long, default_value = "target/bench/results.json")]
    results: PathBuf,
    /// Only sections whose name contains this (campaign, engines, figures, intake, sheets, million, morning, openrosa, residents).
    #[arg(long)]
    only: Option<String>,
    /// Cases in the large database.
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
    /// People in the spreadsheet.
    #[arg(long, default_value_t = 100_000)]
    people: u32,
    /// Residents of the large register.
    #[arg(long, default_value_t = 1_000_000)]
    residents: u32,
    /// Premises of the campaign.
    #[arg(long, default_value_t = 3_000)]
    markets: usize,
    /// Measures one import in a process of its own: started by the section `sheets` itself.
    #[arg(long, hide = true, num_args = 3)]
    take_in: Vec<String>,
    /// Seconds each load runs.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let [folder, file, account] = arguments.take_in.as_slice() {
        return sheets::take_in(folder.as_ref(), file.as_ref(), account).await;
    }
    let binary = std::env::var_os("YOULIN_BIN")
        .map(PathBuf::from)
        .context("YOULIN_BIN names the built binary")?;
    let wanted = |name: &str| {
        arguments
            .only
            .as_deref()
            .is_none_or(|only| name.contains(only))
    };
    let server = std::env::var("YOULIN_TEST_POSTGRES_URL").ok();
    let no_server = "YOULIN_TEST_POSTGRES_URL is not set";
    let mut results = Results::default();
    if wanted("engines") {
        engines::measure(&mut results);
        visits::measure(&mut results);
    }
    if wanted("figures") {
        figures::measure(&mut results)?;
    }
    if wanted("intake") {
        intake::sqlite(&mut results, &binary, arguments.seconds).await?;
        match &server {
            Some(server) => {
                intake::postgres(&mut results, &binary, server, arguments.seconds).await?;
            }
            None => results.skipped("intake.postgres", no_server),
        }
    }
    if wanted("campaign") {
        campaign::measure(&mut results, &binary, arguments.markets, None).await?;
        match &server {
            Some(server) => {
                campaign::measure(&mut results, &binary, arguments.markets, Some(server)).await?;
            }
            None => results.skipped("campaign.postgres", no_server),
        }
    }
    if wanted("openrosa") {
        openrosa::sqlite(&mut results, &binary, arguments.seconds).await?;
        match &server {
            Some(server) => {
                openrosa::postgres(&mut results, &binary, server, arguments.seconds).await?;
            }
            None => results.skipped("openrosa.postgres", no_server),
        }
    }
    if wanted("sheets") {
        sheets::measure(&mut results, arguments.people, arguments.seconds).await?;
    }
    if wanted("morning") {
        morning::measure(&mut results, &binary).await?;
    }
    if wanted("million") {
        million::measure(&mut results, &binary, arguments.cases, arguments.seconds).await?;
    }
    if wanted("residents") {
        residents::measure(
            &mut results,
            &binary,
            arguments.residents,
            arguments.seconds,
        )
        .await?;
    }
    results.write(&arguments.results)?;
    let missed = results.missed();
    if missed > 0 {
        anyhow::bail!("{missed} figures miss their target");
    }
    Ok(())
}
