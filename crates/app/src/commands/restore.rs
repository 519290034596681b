//! `youlin restore`: into an empty place only, and verified by the audit chain before it says that all is well.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use youlin_database::Database;

use super::audit::{all_communities, check, lines};
use super::{Outcome, configure_quietly};
use crate::backup::{Manifest, Places, Unpacked, carry, remove, unpack};
use crate::config::{Config, Raw};
use crate::{house, keys, out};

/// Put a backup in place, into an empty data folder, and verify it
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  YOULIN_DATA_DIR=/var/lib/youlin youlin restore /backup/youlin-2026-11-23.tar.gz --keys /safe/keys\n\n\
                  With PostgreSQL the database that YOULIN_DATABASE_URL names must be empty; the backup may come from SQLite."
)]
pub(crate) struct Restore {
    /// The backup
    file: PathBuf,
    /// The copy of the key file to put in place
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl Restore {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let config = configure_quietly(raw)?;
        must_be_empty(&config)?;
        house::prepare_folder(&config)?;
        let (unpacked, db) = match config.sqlite_file() {
            Some(file) => {
                let unpacked = self.put_in_place(&config, &file).await?;
                (unpacked, Database::open(&config.database).await?)
            }
            None => self.carry_over(&config).await?,
        };
        out::say(format!(
            "the backup of {} is in place: {} files",
            unpacked.manifest.made_at, unpacked.files
        ));
        let outcome = verify(&db).await;
        db.close().await;
        say_about_keys(&config, &unpacked.manifest);
        outcome
    }

    /// Files and keys into the folder, the database by way of a workshop beside them into PostgreSQL.
    async fn carry_over(&self, config: &Config) -> Result<(Unpacked, Database)> {
        let db = Database::open(&config.database).await?;
        carry::must_be_empty(&db).await?;
        let workshop =
            tempfile::tempdir_in(&config.data_dir).context("the data folder cannot be written")?;
        let file = workshop.path().join("copy.db");
        let unpacked = self.put_in_place(config, &file).await?;
        if let Err(error) = carry::into(&db, &file).await {
            remove(&unpacked.written);
            return Err(error);
        }
        Ok((unpacked, db))
    }

    async fn put_in_place(&self, config: &Config, database: &Path) -> Result<Unpacked> {
        let (file, data_dir, database) = (
            self.file.clone(),
            config.data_dir.clone(),
            database.to_path_buf(),
        );
        let unpacked = tokio::task::spawn_blocking(move || {
            unpack(
                &file,
                Places {
                    data_dir: &data_dir,
                    database: &database,
                },
            )
        })
        .await??;
        if let Err(error) = self.keys_in_place(config, &unpacked.manifest) {
            remove(&unpacked.written);
            return Err(error);
        }
        Ok(unpacked)
    }

    /// Copies the key file given, or looks at the one from the backup; the wrong one is refused.
    fn keys_in_place(&self, config: &Config, manifest: &Manifest) -> Result<()> {
        let to = config.key_file();
        let ring = match &self.keys {
            Some(from) => keys::read(from, config.mode)?,
            None if to.exists() => keys::read(&to, config.mode)?,
            None => return Ok(()),
        };
        let found = keys::fingerprint(&ring);
        if let Some(wanted) = manifest
            .key_check
            .as_ref()
            .filter(|wanted| **wanted != found)
        {
            bail!(
                "this key file does not belong to the backup: its fingerprint is {found}, the backup's is {wanted}"
            );
        }
        match &self.keys {
            Some(from) => keys::copy(from, &to),
            None => Ok(()),
        }
    }
}

fn must_be_empty(config: &Config) -> Result<()> {
    let taken = |path: &Path| -> Result<bool> {
        Ok(path.is_dir() && std::fs::read_dir(path)?.next().is_some())
    };
    if taken(&config.data_dir).context("YOULIN_DATA_DIR cannot be read")? {
        bail!(
            "YOULIN_DATA_DIR: {} is not empty; a restore overwrites nothing. Move it away or name another folder.",
            config.data_dir.display()
        );
    }
    match config.sqlite_file() {
        Some(file) if file.exists() => bail!(
            "YOULIN_DATABASE_URL: {} is there already; a restore overwrites nothing",
            file.display()
        ),
        _ => Ok(()),
    }
}

async fn verify(db: &Database) -> Result<Outcome> {
    let areas = house::load_areas(db).await?;
    let report = check(db, &all_communities(&areas), None).await?;
    for line in lines(&report, &areas) {
        out::say(line);
    }
    Ok(if report.faults.is_empty() {
        Outcome::Good
    } else {
        Outcome::Faults
    })
}

fn say_about_keys(config: &Config, manifest: &Manifest) {
    let path = config.key_file();
    if !path.exists() {
        let which = manifest
            .key_check
            .as_deref()
            .unwrap_or("of the first start");
        out::say(format!(
            "Now put the key file {} in its place (the one with the fingerprint {which}); Youlin does not start \
             without it.",
            path.display()
        ));
    }
}
