//! `youlin backup`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use sea_orm::ConnectionTrait;
use youlin_database::Database;
use youlin_kernel::{Clock, SystemClock};

use super::{Outcome, configure_quietly};
use crate::backup::{Contents, FILES, pack};
use crate::config::{Config, Raw};
use crate::installation::{KEY_CHECK, fact};
use crate::out;

/// Write a backup of the database and the attached files; the server may run meanwhile
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin backup /backup/youlin-2026-11-23.tar.gz\n\nThe key file is not in the backup: keep its \
                  copy elsewhere. On PostgreSQL the command says which pg_dump to run and backs up the files."
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
        let copy = workshop.path().join("copy.db");
        let database = if db.is_postgres() {
            out::say("The database is PostgreSQL. Back it up first, with its own tool:\n");
            out::say(format!("  {}\n", pg_dump(&config.database.url)));
            None
        } else {
            let name = copy.display().to_string().replace('\'', "''");
            db.raw_write()
                .execute_unprepared(&format!("VACUUM INTO '{name}'"))
                .await
                .context("the database cannot be copied")?;
            Some(copy)
        };
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
        let database = manifest.database.map_or_else(String::new, |copy| {
            format!("a database of {} bytes and ", copy.bytes)
        });
        out::say(format!("{}: {database}{files} files", self.file.display()));
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

/// The command line, without a password in it.
fn pg_dump(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| {
        let (who, at) = rest.rsplit_once('@')?;
        let (user, _password) = who.split_once(':')?;
        Some(format!("{scheme}://{user}@{at}"))
    }) {
        Some(without) => {
            format!("PGPASSWORD=… pg_dump --format=custom --file=youlin.dump '{without}'")
        }
        None => format!("pg_dump --format=custom --file=youlin.dump '{url}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::pg_dump;

    #[test]
    fn the_command_for_postgresql_shows_no_password() {
        let with = pg_dump("postgres://youlin:s3cret@db.example/youlin");
        assert!(
            with.ends_with("'postgres://youlin@db.example/youlin'") && !with.contains("s3cret"),
            "{with}"
        );
        assert!(
            pg_dump("postgres://db.example/youlin").ends_with("'postgres://db.example/youlin'")
        );
    }
}
