//! Indexing what was there before the index was: after an upgrade or a restore, once for each kind, piece by piece.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, OnConflict, Query};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::{PutTexts, TextSource};
use crate::sql::{col, name};
use crate::{Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx};

/// The job: soon after the start, and again because a restore may have happened meanwhile.
pub const BUILD_TEXT_INDEX: Recurring = Recurring {
    kind: "text.build",
    after: 2 * Micros::SECOND,
    every: 10 * Micros::MINUTE,
};
const PIECE: u64 = 500;

/// The handler of the job.
pub struct BuildTextIndex(pub Vec<Arc<dyn TextSource>>);

impl std::fmt::Debug for BuildTextIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BuildTextIndex")
            .field(&self.0.len())
            .finish()
    }
}

impl BuildTextIndex {
    /// Goes on where it stood; answers how many records were indexed.
    ///
    /// # Errors
    /// 503 when the database cannot answer; what is indexed stays.
    pub async fn catch_up(&self, ctx: &Ctx, db: &Database) -> Result<u64> {
        let mut indexed = 0;
        for source in &self.0 {
            while let Some(after) = stands(db, source.kind()).await? {
                let records = source.after(db, after, PIECE).await?;
                let missing = missing(db, source.kind(), &records).await?;
                let put = PutTexts::of(db, source.as_ref(), &missing).await?;
                indexed += missing.len() as u64;
                let step = Step {
                    after: records.last().map_or(after, |(_, id)| *id),
                    done: (records.len() as u64) < PIECE,
                    put,
                };
                db.execute(ctx, step).await?;
            }
        }
        Ok(indexed)
    }
}

impl JobHandler for BuildTextIndex {
    fn kind(&self) -> &'static str {
        BUILD_TEXT_INDEX.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        Box::pin(async move {
            let indexed = self.catch_up(ctx, db).await?;
            if indexed > 0 {
                tracing::info!(indexed, "records were put into the text index");
            }
            Ok(BUILD_TEXT_INDEX.again(ctx))
        })
    }
}

/// Those that are not in the index. What came in while this server ran is there already, put in behind its event: a register
/// of a million taken in on the first day is not read twice.
async fn missing(
    db: &Database,
    kind: &str,
    records: &[(CommunityId, Uuid)],
) -> Result<Vec<(CommunityId, Uuid)>> {
    let keys: Vec<(i64, Uuid)> = records.iter().map(|(home, id)| (home.0, *id)).collect();
    let mut known = HashSet::new();
    for row in db.read().query_all(&super::indexed(kind, &keys)).await? {
        let home: i64 = row.try_get("", "community_id")?;
        let id: Uuid = row.try_get("", "record_id")?;
        known.insert((CommunityId(home), id));
    }
    let missing = records.iter().filter(|record| !known.contains(*record));
    Ok(missing.copied().collect())
}

/// The last record that is in, while there may be more.
async fn stands(db: &Database, kind: &str) -> Result<Option<Uuid>> {
    let mut find = Query::select();
    find.columns([name("after"), name("done")])
        .from(name("text_state"))
        .and_where(col("kind").eq(kind));
    let Some(row) = db.read().query_one(&find).await? else {
        return Ok(Some(Uuid::nil()));
    };
    let after: String = row.try_get("", "after")?;
    let done: bool = row.try_get("", "done")?;
    Ok((!done).then(|| after.parse().unwrap_or_default()))
}

/// A piece and how far it reaches, together.
struct Step {
    put: PutTexts,
    after: Uuid,
    done: bool,
}

impl Command for Step {
    type Output = ();
    const NAME: &'static str = "text.build";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        self.put.run(ctx, tx).await?;
        let mut note = Query::insert();
        note.into_table(name("text_state"))
            .columns(["kind", "after", "done"].map(name))
            .values_panic([
                self.put.kind.into(),
                self.after.to_string().into(),
                self.done.into(),
            ])
            .on_conflict(
                OnConflict::column(name("kind"))
                    .update_columns([name("after"), name("done")])
                    .to_owned(),
            );
        tx.conn().execute(&note).await?;
        Ok(())
    }
}
