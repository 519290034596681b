//! The positions of tracks are kept for their purpose only: once the time is over they are deleted, the figures stay.
//! Live tracks that went to no round go with the same time.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{
    AuditEntry, Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx,
};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use super::KEEP_DAYS;
use crate::entities::{live_part, live_track, round_track};

/// Once a day, for the first time two hours after a start.
pub(crate) const END_TRACKS: Recurring = Recurring {
    kind: "rounds.end-tracks",
    after: 2 * Micros::HOUR,
    every: Micros::DAY,
};

const BATCH: u64 = 100;

/// The handler.
#[derive(Debug)]
pub(crate) struct EndOldTracks;

impl JobHandler for EndOldTracks {
    fn kind(&self) -> &'static str {
        END_TRACKS.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            let mut ended = 0;
            for community in communities(db, ctx.now()).await? {
                loop {
                    let more = db.execute(ctx, EndTracks { community }).await?;
                    ended += more;
                    if more == 0 {
                        break;
                    }
                }
            }
            tracing::debug!(ended, "positions of tracks were deleted");
            Ok(END_TRACKS.again(ctx))
        }
        .boxed()
    }
}

/// Where anything is due. The list over all communities is a roll-up of this job alone.
async fn communities(db: &Database, now: Micros) -> Result<BTreeSet<CommunityId>> {
    let tracks: Vec<i64> = round_track::Entity::find()
        .select_only()
        .column(round_track::Column::CommunityId)
        .distinct()
        .filter(round_track::Column::KeepUntil.lt(now.0))
        .filter(round_track::Column::FixesSealed.is_not_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let live: Vec<i64> = live_track::Entity::find()
        .select_only()
        .column(live_track::Column::CommunityId)
        .distinct()
        .filter(live_track::Column::BeganAt.lt(live_before(now)))
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(tracks.into_iter().chain(live).map(CommunityId).collect())
}

fn live_before(now: Micros) -> i64 {
    now.plus(-KEEP_DAYS * Micros::DAY).0
}

/// Deletes the next positions of one community whose time is over; answers how many tracks.
#[derive(Clone, Copy, Debug)]
pub struct EndTracks {
    pub community: CommunityId,
}

impl Command for EndTracks {
    type Output = usize;
    const NAME: &'static str = "rounds.end-tracks";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        if !ctx.is_service() {
            return Err(Problem::forbidden());
        }
        let now = ctx.now();
        let due = round_track::Entity::find()
            .filter(round_track::Column::CommunityId.eq(self.community.0))
            .filter(round_track::Column::KeepUntil.lt(now.0))
            .filter(round_track::Column::FixesSealed.is_not_null())
            .limit(BATCH)
            .all(tx.conn())
            .await?;
        let live = live_track::Entity::find()
            .filter(live_track::Column::CommunityId.eq(self.community.0))
            .filter(live_track::Column::BeganAt.lt(live_before(now)))
            .limit(BATCH)
            .all(tx.conn())
            .await?;
        let count = due.len() + live.len();
        for row in due {
            tx.update::<round_track::Entity>(round_track::Model {
                fixes_sealed: None,
                ..row
            })
            .await?;
        }
        for row in live {
            let parts = live_part::Entity::find()
                .filter(live_part::Column::CommunityId.eq(self.community.0))
                .filter(live_part::Column::LiveId.eq(row.id))
                .all(tx.conn())
                .await?;
            tx.delete_all::<live_part::Entity>(&parts).await?;
            tx.delete::<live_track::Entity>(&row).await?;
        }
        if count > 0 {
            let entry = AuditEntry::new(Self::NAME, "retention", Uuid::nil())
                .detail(json!({ "tracks": count }));
            tx.audit(ctx, self.community, entry);
        }
        Ok(count)
    }
}
