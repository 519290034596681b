//! `youlin backup`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use sea_orm::ConnectionTrait;
use youlin_database::Database;
use youlin_kernel::{Clock, SystemClock};

use super::{Outcome, configure_quietly};
use crate::backup::{Contents, FILES, carry, pack};
use crate::config::{Config, Raw};
use crate::installation::{KEY_CHECK, fact};
use crate::out;

/// Write a backup of the database and the attached files; the server may run meanwhile
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin backup /backup/youlin-2026-11-23.tar.gz\n\nThe key file is not in the backup: keep its \
                  copy elsewhere. A backup of PostgreSQL can be restored into SQLite, and the other way round."
)]
pub(crate) struct Backup {
    /// The file to write (.tar, or .tar.gz for a compressed one)
    file: PathBuf,
    /// Put the key file in too: whoever has this backup can then read everything
    #[arg(long)]
    with_keys: bool,
}

impl Backup {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let config = configure_quietly(raw)?;
        let db = Database::open(&config.database).await?;
        let done = self.back_up(&config, &db).await;
        db.close().await;
        done.map(|()| Outcome::Good)
    }

    async fn back_up(self, config: &Config, db: &Database) -> Result<()> {
        let key_check = fact(db.read(), KEY_CHECK).await?;
        // In the data folder, where there must be room for it anyway; gone when this command ends.
        let workshop =
            tempfile::tempdir_in(&config.data_dir).context("the data folder cannot be written")?;
        let database = workshop.path().join("copy.db");
        copy(db, &database).await?;
        let contents = Contents {
            database,
            objects: config.data_dir.join(FILES),
            keys: self.with_keys.then(|| config.key_file()),
            key_check,
            made_at: SystemClock.now().rfc3339(),
        };
        let file = self.file.clone();
        let (manifest, files) =
            tokio::task::spawn_blocking(move || pack(&contents, &file)).await??;
        let bytes = manifest.database.map_or(0, |copy| copy.bytes);
        out::say(format!(
            "{}: a database of {bytes} bytes and {files} files",
            self.file.display()
        ));
        if !self.with_keys {
            out::say(format!(
                "The key file {} is not in it. Keep a copy of it apart from the backups: without it protected fields \
                 cannot be read.",
                config.key_file().display()
            ));
        }
        Ok(())
    }
}

/// A copy of one moment, as an SQLite file; the server goes on meanwhile.
async fn copy(db: &Database, to: &Path) -> Result<()> {
    if db.is_postgres() {
        carry::out_of(db, to).await?;
        return Ok(());
    }
    let name = to.display().to_string().replace('\'', "''");
    db.raw_write()
        .execute_unprepared(&format!("VACUUM INTO '{name}'"))
        .await
        .context("the database cannot be copied")?;
    Ok(())
}
