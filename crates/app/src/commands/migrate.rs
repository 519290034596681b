//! `youlin migrate`.

use anyhow::Result;
use clap::Args;
use youlin_database::Database;
use youlin_kernel::{Clock, SystemClock};

use super::{Outcome, configure_quietly};
use crate::config::Raw;
use crate::{house, out};

/// Bring the database up to date; what was applied before is left alone
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  youlin migrate --dry-run")]
pub(crate) struct Migrate {
    /// Only say what would be applied
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let config = configure_quietly(raw)?;
        house::prepare_folder(&config)?;
        let db = Database::open(&config.database).await?;
        let missing = house::missing_migrations(&db).await?;
        for line in &missing {
            out::say(line);
        }
        if self.dry_run {
            out::say(format!("{} to apply", missing.len()));
        } else {
            let ran = db.migrate(&house::migrations(), SystemClock.now()).await?;
            out::say(format!("{ran} applied"));
        }
        db.close().await;
        Ok(Outcome::Good)
    }
}
