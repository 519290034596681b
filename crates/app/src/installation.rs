//! What the database knows about the installation as a whole: which key ring it belongs to, and whether a demo made it.

use anyhow::{Context, Result};
use sea_orm::sea_query::{ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use youlin_database::sql::{col, name};
use youlin_database::{Command, Migration, Tx};
use youlin_kernel::Ctx;

/// A reference table of a few rows, of no community.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    module: "app",
    version: 1,
    name: "facts about the installation",
    sql: r"
CREATE TABLE installation (
    fact TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
",
}];

/// Fingerprint of the key ring the protected fields are sealed with.
pub(crate) const KEY_CHECK: &str = "key-check";
/// Number and check of every sealing key that may have sealed something: `1:0123…,2:4567…`.
pub(crate) const SEALING_KEYS: &str = "sealing-keys";
/// `loading` while the example is being loaded, then `yes`: never served in production.
pub(crate) const DEMO: &str = "demo";

/// One fact, if it was noted.
pub(crate) async fn fact(conn: &DatabaseConnection, fact: &'static str) -> Result<Option<String>> {
    let mut find = Query::select();
    find.column(name("value"))
        .from(name("installation"))
        .and_where(col("fact").eq(fact));
    let row = conn.query_one(&find).await.context(
        "the table of the installation cannot be read; `youlin migrate` makes what is missing",
    )?;
    Ok(row.map(|row| row.try_get("", "value")).transpose()?)
}

/// Notes a fact, in place of what it said before.
pub(crate) struct Note {
    pub(crate) fact: &'static str,
    pub(crate) value: String,
}

impl Command for Note {
    type Output = ();
    const NAME: &'static str = "app.note-fact";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> youlin_kernel::Result<()> {
        let mut insert = Query::insert();
        insert
            .into_table(name("installation"))
            .columns([name("fact"), name("value")])
            .values_panic([self.fact.into(), self.value.clone().into()])
            .on_conflict(
                OnConflict::column(name("fact"))
                    .update_column(name("value"))
                    .to_owned(),
            );
        tx.conn().execute(&insert).await?;
        Ok(())
    }
}
