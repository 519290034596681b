//! `youlin distribute`: spreads a PostgreSQL database with the Citus extension over its machines, by community.
//!
//! What is spread and what every machine holds whole follows from the migrations and from what each module declares
//! (`Module::reference`); tables of no community stay where they are. It can be repeated: what is done is left alone.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use clap::Args;
use sea_orm::sea_query::{Alias, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use youlin_database::Database;
use youlin_database::schema::{COMMUNITY, Table, tables};
use youlin_database::sql::{col, name};

use super::{Outcome, configure_quietly};
use crate::config::Raw;
use crate::house::{migrations, missing_migrations, modules};
use crate::out;

/// Spread a PostgreSQL database with the Citus extension over its machines; may be repeated
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin distribute --dry-run\n  youlin distribute\n\nRun `youlin migrate` and make a backup \
                  first, and stop the servers meanwhile. After a new version brought new tables, run it again."
)]
pub(crate) struct Distribute {
    /// Print the statements and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// How a table lies on the machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Whole on each of them.
    Reference,
    /// By community.
    Spread,
}

/// One table's step.
#[derive(Debug)]
struct Step {
    table: String,
    kind: Kind,
    sql: String,
}

impl Distribute {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let steps = plan(&tables(&migrations())?, &reference())?;
        if self.dry_run {
            for step in steps {
                out::say(format!("{};", step.sql));
            }
            return Ok(Outcome::Good);
        }
        let config = configure_quietly(raw)?;
        if config.sqlite_file().is_some() {
            bail!(
                "YOULIN_DATABASE_URL names an SQLite file, which lives on one machine. For several, restore a backup into \
                 a PostgreSQL database with the Citus extension, then run this again."
            );
        }
        let db = Database::open(&config.database).await?;
        let done = distribute(&db, &steps).await;
        db.close().await;
        done.map(|()| Outcome::Good)
    }
}

fn reference() -> Vec<&'static str> {
    let all = modules();
    all.iter()
        .flat_map(|module| module.reference.iter().copied())
        .collect()
}

async fn distribute(db: &Database, steps: &[Step]) -> Result<()> {
    let version = citus(db).await?.context(
        "the database has no Citus extension. Install Citus on its machines and let a superuser run CREATE EXTENSION \
         citus in this database (`youlin distribute --dry-run` shows what will be done); one machine needs none of this.",
    )?;
    let missing = missing_migrations(db).await?;
    if !missing.is_empty() {
        bail!(
            "the database lacks {} migrations: run `youlin migrate`, then this again",
            missing.len()
        );
    }
    let lies = lying(db).await?;
    let mut done = 0;
    for step in steps {
        match lies.get(&step.table) {
            Some(kind) if *kind == step.kind => continue,
            Some(_) => bail!(
                "the table {} is distributed in another way already; undo that with undistribute_table, then run this again",
                step.table
            ),
            None => {}
        }
        let statement = Statement::from_string(DbBackend::Postgres, step.sql.clone());
        db.raw_write()
            .query_all_raw(statement)
            .await
            .with_context(|| format!("{} failed; what was done before it stays", step.sql))?;
        done += 1;
    }
    out::say(format!(
        "Citus {version}: {done} tables distributed, {} were before",
        steps.len() - done
    ));
    Ok(())
}

/// The version of the extension, if there is one.
async fn citus(db: &Database) -> Result<Option<String>> {
    let mut find = Query::select();
    find.column(name("extversion"))
        .from(name("pg_extension"))
        .and_where(col("extname").eq("citus"));
    let row = db.read().query_one(&find).await?;
    Ok(row.map(|row| row.try_get("", "extversion")).transpose()?)
}

/// What Citus knows of already.
async fn lying(db: &Database) -> Result<HashMap<String, Kind>> {
    let text = |column| col(column).cast_as(Alias::new("text"));
    let mut list = Query::select();
    list.expr_as(text("table_name"), name("name"))
        .expr_as(text("citus_table_type"), name("kind"))
        .from(name("citus_tables"));
    let mut known = HashMap::new();
    for row in db.read().query_all(&list).await? {
        let (table, kind): (String, String) = (row.try_get("", "name")?, row.try_get("", "kind")?);
        let kind = match kind.as_str() {
            "reference" => Kind::Reference,
            "distributed" => Kind::Spread,
            // Tables Citus only took note of.
            _ => continue,
        };
        known.insert(table, kind);
    }
    Ok(known)
}

/// Reference tables first, then the others in the order in which they were made, so that a foreign key finds its table
/// distributed.
fn plan(tables: &[Table], reference: &[&str]) -> Result<Vec<Step>> {
    if let Some(unknown) = reference
        .iter()
        .find(|wanted| tables.iter().all(|table| table.name != **wanted))
    {
        bail!("a module declares {unknown} as a reference table, but no migration makes it");
    }
    let whole = |table: &&Table| reference.contains(&table.name.as_str());
    let mut steps: Vec<Step> = tables
        .iter()
        .filter(whole)
        .map(|table| Step {
            table: table.name.clone(),
            kind: Kind::Reference,
            sql: format!("SELECT create_reference_table('{}')", table.name),
        })
        .collect();
    let mut first: Option<&str> = None;
    for table in tables
        .iter()
        .filter(|table| table.has_community() && !whole(table))
    {
        keys_begin_with_the_community(table)?;
        let beside = first.unwrap_or("none");
        steps.push(Step {
            table: table.name.clone(),
            kind: Kind::Spread,
            sql: format!(
                "SELECT create_distributed_table('{}', '{COMMUNITY}', colocate_with => '{beside}')",
                table.name
            ),
        });
        first = first.or(Some(&table.name));
    }
    Ok(steps)
}

/// Otherwise two machines could each hold a row of the same key.
fn keys_begin_with_the_community(table: &Table) -> Result<()> {
    let keys = std::iter::once(&table.primary_key)
        .chain(&table.unique)
        .chain(&table.foreign);
    for key in keys {
        if key.first().map(String::as_str) != Some(COMMUNITY) {
            bail!(
                "the key ({}) of the table {} does not begin with {COMMUNITY}",
                key.join(", "),
                table.name
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use youlin_database::Migration;

    fn read(sql: &'static str) -> Vec<Table> {
        let step = Migration {
            module: "m",
            version: 1,
            name: "test",
            sql,
        };
        tables(&[step]).unwrap()
    }

    #[test]
    fn a_key_that_does_not_begin_with_the_community_is_refused() {
        for sql in [
            "CREATE TABLE a (community_id BIGINT NOT NULL, id {uuid} NOT NULL, PRIMARY KEY (id))",
            "CREATE TABLE a (community_id BIGINT NOT NULL, id {uuid} NOT NULL, PRIMARY KEY (community_id, id), UNIQUE (id))",
            "CREATE TABLE a (community_id BIGINT NOT NULL, id {uuid} NOT NULL, PRIMARY KEY (community_id, id));\n\
             CREATE UNIQUE INDEX a_i ON a (id);\n",
        ] {
            let fault = plan(&read(sql), &[]).unwrap_err().to_string();
            assert!(fault.contains("(id) of the table a"), "{fault}");
            assert!(plan(&read(sql), &["a"]).is_ok(), "whole on each machine");
        }
        assert!(plan(&read(""), &["nowhere"]).is_err());
    }
}
