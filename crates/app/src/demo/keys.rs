//! From the keys of the example's files to records.

use std::collections::HashMap;

use anyhow::Result;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use uuid::Uuid;
use youlin_database::sql::{col, name};

/// Records by the key they were imported under.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) persons: HashMap<String, Uuid>,
    pub(crate) organisations: HashMap<String, Uuid>,
    pub(crate) dwellings: HashMap<String, Uuid>,
    pub(crate) buildings: HashMap<String, Uuid>,
}

impl Keys {
    pub(crate) async fn read(conn: &DatabaseConnection) -> Result<Self> {
        Ok(Self {
            persons: table(conn, "person", "ext_key").await?,
            organisations: table(conn, "organisation", "ext_key").await?,
            dwellings: table(conn, "dwelling", "external_key").await?,
            buildings: table(conn, "building", "external_key").await?,
        })
    }
}

async fn table(
    conn: &DatabaseConnection,
    table: &'static str,
    key: &'static str,
) -> Result<HashMap<String, Uuid>> {
    let mut query = Query::select();
    query
        .columns([name(key), name("id")])
        .from(name(table))
        .and_where(col(key).is_not_null());
    let mut found = HashMap::new();
    for row in conn.query_all(&query).await? {
        found.insert(row.try_get("", key)?, row.try_get("", "id")?);
    }
    Ok(found)
}
