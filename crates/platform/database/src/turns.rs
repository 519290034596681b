//! Those who do the same thing at once do it one after the other: of two people who enter the same person, the second looks
//! whether that person is there when the first is done.
//!
//! On SQLite there is one writer. On PostgreSQL a transaction writes a row under the key and takes it away again: another
//! that writes the same one waits until the first has ended, and nothing stays behind (a key may be what somebody is found
//! by). No advisory locks, which Citus does not have.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};
use youlin_kernel::Result;

use crate::Migration;

/// Always empty to everybody who looks.
pub(crate) const MIGRATION: Migration = Migration {
    module: "platform",
    version: 3,
    name: "turns",
    sql: r"
CREATE TABLE turn (
    community_id BIGINT NOT NULL,
    key_index {bytes} NOT NULL,
    PRIMARY KEY (community_id, key_index)
);
",
};

pub(crate) async fn take(txn: &DatabaseTransaction, community: i64, key: &[u8]) -> Result<()> {
    for sql in [
        "INSERT INTO turn (community_id, key_index) VALUES ($1, $2)",
        "DELETE FROM turn WHERE community_id = $1 AND key_index = $2",
    ] {
        let values: [Value; 2] = [community.into(), key.to_vec().into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        txn.execute_raw(statement).await?;
    }
    Ok(())
}
