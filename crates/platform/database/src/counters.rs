//! Counters per community × area × month × key, kept in the transaction that changes what they count. Upper levels add
//! them up; nothing ever counts a million rows to show a figure.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, ExprTrait, Func, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use youlin_kernel::{AreaId, CommunityId, Result, Scope};

use crate::sql::{col, insert_many, name};

/// Sorted, so that two PostgreSQL transactions lock counter rows in the same order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CounterKey {
    pub(crate) community: i64,
    pub(crate) family: &'static str,
    pub(crate) area: i64,
    pub(crate) month: i32,
    pub(crate) key: String,
}

pub(crate) async fn write(
    conn: &DatabaseTransaction,
    deltas: &BTreeMap<CounterKey, i64>,
) -> Result<()> {
    let rows: Vec<Vec<Value>> = deltas
        .iter()
        .filter(|(_, delta)| **delta != 0)
        .map(|(at, delta)| {
            vec![
                at.community.into(),
                at.family.into(),
                at.area.into(),
                at.month.into(),
                at.key.clone().into(),
                (*delta).into(),
            ]
        })
        .collect();
    let columns = ["community_id", "family", "area_id", "month", "key", "value"];
    let added = "ON CONFLICT (community_id, family, area_id, month, key) \
                 DO UPDATE SET value = counter.value + excluded.value";
    insert_many(conn, "counter", &columns, rows, added).await
}

/// One figure: the counter's key and its sum over the scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub month: i32,
    pub key: String,
    pub value: i64,
}

/// Sums of a family over a scope by month and key. `months` is inclusive; `(0, 0)` gives the current figures.
///
/// # Errors
/// 503 when the database cannot answer.
pub async fn sums(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    family: &str,
    months: (i32, i32),
) -> Result<Vec<Figure>> {
    let mut query = Query::select();
    query
        .columns([name("month"), name("key")])
        .expr_as(
            Func::cast_as(Func::sum(col("value")), Alias::new("BIGINT")),
            name("value"),
        )
        .from(name("counter"))
        .and_where(col("community_id").is_in(scope.communities()))
        .and_where(col("family").eq(family))
        .and_where(col("month").between(months.0, months.1))
        .group_by_columns([name("month"), name("key")]);
    let partial: Vec<(CommunityId, Vec<AreaId>)> = scope
        .parts()
        .iter()
        .filter_map(|part| part.areas.clone().map(|areas| (part.community, areas)))
        .collect();
    for (community, areas) in partial {
        let areas: Vec<i64> = areas.iter().map(|area| area.0).collect();
        query.and_where(
            col("community_id")
                .ne(community.0)
                .or(col("area_id").is_in(areas)),
        );
    }
    let rows = conn.query_all(&query).await?;
    let mut figures = Vec::with_capacity(rows.len());
    for row in rows {
        figures.push(Figure {
            month: row.try_get("", "month")?,
            key: row.try_get("", "key")?,
            value: row.try_get("", "value")?,
        });
    }
    Ok(figures)
}
