//! Several servers on one database: each notices what another changed.
//!
//! Every change of the tree or of a community's register adds one to a counter in its own transaction. Reading these few
//! counters tells what to read anew.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use youlin_database::sql::{col, name};
use youlin_database::{Database, Tx};
use youlin_kernel::{AreaId, CommunityId, Result};

use super::Locator;

const FAMILY: &str = "places.changes";
const KEY: &str = "changes";

/// Marks that the tree and boundaries (the system community) or a community's register changed.
pub(crate) fn mark(tx: &Tx<'_>, community: CommunityId) {
    tx.count(community, AreaId(0), FAMILY, 0, KEY, 1);
}

/// How often each has changed.
pub(super) type Marks = BTreeMap<CommunityId, i64>;

async fn marks(db: &Database, locator: &Locator) -> Result<Marks> {
    let asked = locator.tree().communities_with_records();
    let mut communities: Vec<i64> = asked.iter().map(|id| id.0).collect();
    communities.push(CommunityId::SYSTEM.0);
    let mut query = Query::select();
    query
        .columns([name("community_id"), name("value")])
        .from(name("counter"))
        .and_where(col("community_id").is_in(communities))
        .and_where(col("family").eq(FAMILY))
        .and_where(col("month").eq(0));
    let mut marks = Marks::new();
    for row in db.read().query_all(&query).await? {
        let community: i64 = row.try_get("", "community_id")?;
        marks.insert(CommunityId(community), row.try_get("", "value")?);
    }
    Ok(marks)
}

impl Locator {
    /// Reads anew what changed since the last look, whoever changed it. Returns how many parts that were.
    ///
    /// # Errors
    /// 503 when the database cannot answer; what is held stays.
    pub async fn freshen(&self, db: &Database) -> Result<usize> {
        db.learn_inhabited().await?;
        let now = marks(db, self).await?;
        let before = self.marks.load_full();
        let stale: Vec<CommunityId> = now
            .iter()
            .filter(|(community, mark)| before.get(community) != Some(mark))
            .map(|(community, _)| *community)
            .collect();
        for community in &stale {
            if *community == CommunityId::SYSTEM {
                self.reload_areas(db).await?;
            } else {
                self.reload_community(db, *community).await?;
            }
        }
        self.marks.store(std::sync::Arc::new(now));
        Ok(stale.len())
    }

    /// What is held is what the marks of this moment say: taken before loading, so that no change falls between.
    pub(super) async fn note_marks(&self, db: &Database, of_tree: Option<i64>) -> Result<()> {
        let mut now = marks(db, self).await?;
        match of_tree {
            Some(mark) => now.insert(CommunityId::SYSTEM, mark),
            None => now.remove(&CommunityId::SYSTEM),
        };
        self.marks.store(std::sync::Arc::new(now));
        Ok(())
    }

    /// How often the tree has changed; `None` before it ever did.
    pub(super) async fn mark_of_tree(&self, db: &Database) -> Result<Option<i64>> {
        Ok(marks(db, self).await?.remove(&CommunityId::SYSTEM))
    }

    /// Looks every `pause` until `stop` says so; started once by the composition root.
    pub async fn follow(
        &self,
        db: &Database,
        pause: Duration,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if let Err(problem) = self.freshen(db).await {
                tracing::warn!(%problem, "the register could not be looked at; trying again");
            }
        }
    }
}
