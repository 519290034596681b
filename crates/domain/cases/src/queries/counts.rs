//! Figures from the counters: never from counting rows.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use serde::Serialize;
use utoipa::ToSchema;
use youlin_database::sql::{col, name};
use youlin_database::{Database, counters};
use youlin_kernel::{AreaId, CommunityId, Result, Scope};

use crate::commands::FAMILY;
use crate::model::Status;

/// How many cases stand where, now.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct CaseCounts {
    pub by_status: BTreeMap<String, i64>,
    pub open: i64,
    pub overdue: i64,
    pub total: i64,
}

/// One month of reports by where they stand now.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct MonthCounts {
    /// Year × 100 + month.
    pub month: i32,
    pub counts: CaseCounts,
}

impl CaseCounts {
    fn add(&mut self, key: &str, value: i64) {
        if key == "overdue" {
            self.overdue += value;
            return;
        }
        *self.by_status.entry(key.to_owned()).or_default() += value;
        self.total += value;
        if Status::parse(key).is_some_and(|status| !status.is_ended()) {
            self.open += value;
        }
    }
}

/// Current figures of a scope.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn counts(db: &Database, scope: &Scope) -> Result<CaseCounts> {
    let mut counts = CaseCounts::default();
    for figure in counters::sums(db.read(), scope, FAMILY, (0, 0)).await? {
        counts.add(&figure.key, figure.value);
    }
    Ok(counts)
}

/// Open and overdue cases of each area that has any, from the counters: the figures of the area tree.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn counts_by_area(db: &Database, scope: &Scope) -> Result<BTreeMap<AreaId, (i64, i64)>> {
    let mut query = Query::select();
    query
        .columns([
            name("community_id"),
            name("area_id"),
            name("key"),
            name("value"),
        ])
        .from(name("counter"))
        .and_where(col("community_id").is_in(scope.communities()))
        .and_where(col("family").eq(FAMILY))
        .and_where(col("month").eq(0))
        .and_where(col("value").ne(0));
    let mut tally: BTreeMap<AreaId, (i64, i64)> = BTreeMap::new();
    for row in db.read().query_all(&query).await? {
        let community: i64 = row.try_get("", "community_id")?;
        let area = AreaId(row.try_get("", "area_id")?);
        if !scope.contains(CommunityId(community), &[Some(area)]) {
            continue;
        }
        let key: String = row.try_get("", "key")?;
        let value: i64 = row.try_get("", "value")?;
        let (open, overdue) = tally.entry(area).or_default();
        if key == "overdue" {
            *overdue += value;
        } else if Status::parse(&key).is_some_and(|status| !status.is_ended()) {
            *open += value;
        }
    }
    Ok(tally)
}

/// Figures by month of report, from and to inclusive.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn months(db: &Database, scope: &Scope, from: i32, to: i32) -> Result<Vec<MonthCounts>> {
    let mut by_month: BTreeMap<i32, CaseCounts> = BTreeMap::new();
    for figure in counters::sums(db.read(), scope, FAMILY, (std::cmp::max(from, 1), to)).await? {
        by_month
            .entry(figure.month)
            .or_default()
            .add(&figure.key, figure.value);
    }
    Ok(by_month
        .into_iter()
        .map(|(month, counts)| MonthCounts { month, counts })
        .collect())
}
