//! `youlin demo`: the Nantong example, made when it is not there, then served.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use youlin_database::Database;
use youlin_kernel::AheadClock;

use super::{Outcome, configure};
use crate::config::{Config, Raw};
use crate::demo::{Access, LINE, load};
use crate::house::Opening;
use crate::installation::{DEMO, fact};
use crate::{House, out, server};

/// Serve the Nantong example; makes it first when the data folder is empty
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  YOULIN_DATA_DIR=/tmp/youlin youlin demo")]
pub(crate) struct Demo {
    /// Make the example and stop
    #[arg(long)]
    load_only: bool,
    /// Listen on an address others can reach, although the sign-ins are printed
    #[arg(long)]
    allow_public_demo: bool,
}

impl Demo {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        if raw.is_said("mode") && !raw.text("mode").eq_ignore_ascii_case("demo") {
            bail!(
                "YOULIN_MODE: `youlin demo` is the example; expected demo here, or `youlin serve` for production"
            );
        }
        let mut raw = raw.with("mode", "demo");
        if self.allow_public_demo {
            raw = raw.with("allow_public_demo", "yes");
        }
        if !raw.is_said("area_code") {
            raw = raw.with("area_code", "0513");
        }
        if !raw.is_said("log_level") {
            raw = raw.with("log_level", "warn");
        }
        if !raw.is_said("telephony_lines") {
            raw = raw.with("telephony_lines", format!("{LINE}=320613005018"));
        }
        let config = configure(&raw)?;
        let url = config.public_url.clone();
        let access = self.prepared(&config, &url).await?;
        if self.load_only {
            return Ok(Outcome::Good);
        }
        if !raw.is_said("telephony_secret") {
            raw = raw.with("telephony_secret", access.telephony_secret.clone());
        }
        let (data_dir, config) = (config.data_dir, Config::from_raw(&raw)?);
        let clock = Arc::new(AheadClock::by_days(config.demo_days_ahead));
        let house = House::open(Opening {
            clock,
            ..Opening::new(config)
        })
        .await?;
        let running = server::serve(house, Vec::new()).await?;
        greet(&access, &data_dir);
        running.until_asked_to_stop().await?;
        Ok(Outcome::Good)
    }

    /// The example, made now or before.
    async fn prepared(&self, config: &Config, url: &str) -> Result<Access> {
        match state(config).await?.as_deref() {
            Some("yes") => match Access::read(&config.data_dir)? {
                Some(mut access) => {
                    access.url = url.to_owned();
                    access.write(&config.data_dir)?;
                    Ok(access)
                }
                None => bail!(
                    "{} is missing, so nobody knows the passwords any more: `make clean-demo`, or another folder",
                    Access::path(&config.data_dir).display()
                ),
            },
            Some(_) => {
                start_over(config)?;
                make(config, url).await
            }
            None => make(config, url).await,
        }
    }
}

async fn make(config: &Config, url: &str) -> Result<Access> {
    out::note(format!(
        "making the Nantong example in {}",
        config.data_dir.display()
    ));
    let started = std::time::Instant::now();
    let (access, stopped) = load(config.clone(), url).await?;
    for line in stopped.iter().take(5) {
        out::note(format!("  {line}"));
    }
    out::note(format!("made in {:.1} s", started.elapsed().as_secs_f64()));
    Ok(access)
}

/// What the database says of the example; nothing for a database that is not there yet.
async fn state(config: &Config) -> Result<Option<String>> {
    if config.sqlite_file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    let db = Database::open(&config.database).await?;
    // A database without our tables is as good as none.
    let state = fact(db.read(), DEMO).await.unwrap_or_default();
    db.close().await;
    Ok(state)
}

/// Takes away what an interrupted loading left; only ever an SQLite database that says so itself.
fn start_over(config: &Config) -> Result<()> {
    let Some(file) = config.sqlite_file() else {
        bail!("the loading of the example was interrupted; give it an empty PostgreSQL database");
    };
    out::note("the last loading was interrupted: starting over");
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(ending);
        if Path::new(&name).exists() {
            std::fs::remove_file(&name)?;
        }
    }
    Ok(())
}

fn greet(access: &Access, data_dir: &Path) {
    out::say(format!(
        "\nYoulin shows the Nantong example at {}\n",
        access.url
    ));
    out::say("Sign in as (every person is invented):\n");
    for account in &access.accounts {
        out::say(format!(
            "  {:<12} {}  {} ({})",
            account.login,
            account.password,
            account.display_name,
            account.roles.join(", ")
        ));
    }
    out::say(format!("\nOpen311 key            {}", access.open311_key));
    out::say(format!(
        "telephone secret       {}",
        access.telephony_secret
    ));
    out::say(format!("number of the desk     {}", access.telephony_line));
    out::say(format!(
        "\nThe same in {}. Ctrl-C stops.",
        Access::path(data_dir).display()
    ));
}
