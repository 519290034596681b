//! The commands of `youlin`. Each reads the same settings and walks the same way through the house as a page does.

mod audit;
mod backup;
mod demo;
mod distribute;
mod export;
mod import;
mod keys;
mod migrate;
mod openapi;
mod restore;
mod serve;
mod user;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Parser, Subcommand};
use youlin_kernel::{Clock, SystemClock};

use crate::config::{Config, Raw};
use crate::house::Opening;
use crate::{House, logging, out};

/// Looking after a neighbourhood together.
#[derive(Debug, Parser)]
#[command(
    name = "youlin",
    version,
    about = "Youlin (友邻): looking after a neighbourhood together",
    after_help = "Settings come from youlin.toml in the data folder (or --config) and from the environment, which wins; \
                  docs/configuration.md lists them.\n\nExample:\n  youlin demo"
)]
struct Cli {
    /// The settings file, instead of youlin.toml in the data folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    User(user::User),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Distribute(distribute::Distribute),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Keys(keys::Keys),
    Openapi(openapi::OpenApi),
}

/// How a command ended, apart from failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    /// The command worked, and what it looked at is not in order.
    Faults,
}

/// Runs the command of a command line. Exit codes: 0 good, 1 faults found or failed, 2 a wrong command line.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(message) => {
            let _closed = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    // Installed once for everything that speaks TLS; a second call (tests) changes nothing.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(dispatch(cli)));
    match outcome {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Faults) => ExitCode::FAILURE,
        Err(error) => {
            out::note(format!("youlin: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<Outcome> {
    if let Command::Openapi(command) = &cli.command {
        return command.run();
    }
    let raw = Raw::gather(cli.config.as_deref(), std::env::vars())?;
    match cli.command {
        Command::Demo(command) => command.run(raw).await,
        Command::Serve(command) => command.run(raw).await,
        Command::Migrate(command) => command.run(raw).await,
        Command::User(command) => command.run(raw).await,
        Command::Import(command) => command.run(raw).await,
        Command::Export(command) => command.run(raw).await,
        Command::Backup(command) => command.run(raw).await,
        Command::Restore(command) => command.run(raw).await,
        Command::Distribute(command) => command.run(raw).await,
        Command::Audit(command) => command.run(raw).await,
        Command::Keys(command) => command.run(raw).await,
        Command::Openapi(_) => Ok(Outcome::Good),
    }
}

/// The settings with logging started.
fn configure(raw: &Raw) -> Result<Config> {
    let config = Config::from_raw(raw)?;
    logging::start_logging(&config);
    Ok(config)
}

/// The settings of a command that works beside a running server: its own log stays quiet unless somebody asks.
fn configure_quietly(raw: Raw) -> Result<Config> {
    let raw = if raw.is_said("log_level") {
        raw
    } else {
        raw.with("log_level", "warn")
    };
    configure(&raw)
}

/// Opens the house for a command. It never migrates: that is the server's business, or `youlin migrate`'s.
async fn open(raw: Raw) -> Result<House> {
    let config = configure_quietly(raw)?;
    open_with(config, false, Arc::new(SystemClock)).await
}

async fn open_with(config: Config, migrate: bool, clock: Arc<dyn Clock>) -> Result<House> {
    House::open(Opening {
        config,
        migrate,
        clock,
    })
    .await
}
