//! Between PostgreSQL and the backup file. The file always holds an SQLite database, whatever the installation runs on:
//! one form to check and to keep, and a backup made of the one kind can be restored into the other.

use std::path::Path;

use anyhow::{Context, Result, bail};
use youlin_database::schema::{Table, tables};
use youlin_database::transfer::{filled, transfer};
use youlin_database::{Database, DatabaseConfig};
use youlin_kernel::{Clock, SystemClock};

use crate::house::{migrations, missing_migrations, unknown_migrations};

/// Copies the whole of a PostgreSQL database, as it is at this moment, into a new SQLite file.
pub(crate) async fn out_of(db: &Database, file: &Path) -> Result<u64> {
    let missing = missing_migrations(db).await?;
    if !missing.is_empty() {
        bail!(
            "the database lacks {} migrations ({}): run `youlin migrate`, then the backup",
            missing.len(),
            missing.join(", ")
        );
    }
    of_this_version(db, "the database").await?;
    let copy = open(file).await?;
    let copied = async {
        copy.migrate(&migrations(), SystemClock.now()).await?;
        transfer(db, &copy, &tables(&migrations())?)
            .await
            .context("the database cannot be copied")
    }
    .await;
    // Closing takes the log of the file into the file.
    copy.close().await;
    copied
}

/// Copies the SQLite file of a backup into an empty PostgreSQL database, all of it or nothing.
pub(crate) async fn into(db: &Database, file: &Path) -> Result<u64> {
    let copy = open(file).await?;
    let copied = async {
        of_this_version(&copy, "the backup").await?;
        let tables = tables(&migrations())?;
        copy.migrate(&migrations(), SystemClock.now()).await?;
        db.migrate(&migrations(), SystemClock.now()).await?;
        let copied = transfer(&copy, db, &tables)
            .await
            .context("the backup cannot be copied into the database")?;
        db.count_anew().await?;
        Ok(copied)
    }
    .await;
    copy.close().await;
    copied
}

/// A restore overwrites nothing.
pub(crate) async fn must_be_empty(db: &Database) -> Result<()> {
    let known: Vec<Table> = tables(&migrations())?;
    let there = youlin_database::transfer::present(db, &known).await?;
    let taken = filled(db, &there).await?;
    if let Some(first) = taken.first() {
        bail!(
            "YOULIN_DATABASE_URL: the database is not empty ({} tables hold rows, {first} among them); a restore \
             overwrites nothing. Name an empty database.",
            taken.len()
        );
    }
    Ok(())
}

async fn of_this_version(db: &Database, what: &str) -> Result<()> {
    let unknown = unknown_migrations(db).await?;
    if !unknown.is_empty() {
        bail!(
            "{what} was made by a newer Youlin ({}): use that version or a later one",
            unknown.join(", ")
        );
    }
    Ok(())
}

async fn open(file: &Path) -> Result<Database> {
    let config = DatabaseConfig {
        url: format!("sqlite:{}", file.display()),
        connections: 1,
    };
    Ok(Database::open(&config).await?)
}
