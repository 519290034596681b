//! What is not done with yet follows its place within a minute where a boundary was drawn anew, began to hold at midnight, or
//! the register says something else: the same that [`crate::commands::SplitGrid`] asks of the other floors at once.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use youlin_database::{Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::placing::Placer;
use super::resettle::standing;
use crate::duties::{AreaDuties, Cause, NewGround};
use crate::{Locator, Looked};

/// The job: every minute, from the start on.
pub const FOLLOW: Recurring = Recurring {
    kind: "places.follow",
    after: 0,
    every: Micros::MINUTE,
};

/// One community, as it stands now.
struct FollowGround {
    community: CommunityId,
    duties: AreaDuties,
}

impl Command for FollowGround {
    type Output = ();
    const NAME: &'static str = "places.follow";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let placer = Placer::load(ctx, tx, self.community, &[]).await?;
        let Some(subject) = placer.row_of(self.community.into()) else {
            return Ok(());
        };
        let register = standing(ctx, tx, &placer, self.community).await?;
        let ground = NewGround {
            community: self.community,
            cause: Cause::Redrawn,
            area: self.community.into(),
            subject,
            placer: &placer,
            moved: HashMap::new(),
            register,
        };
        self.duties.follow(ctx, tx, &ground).await
    }
}

/// The handler of the job.
pub struct FollowGrounds {
    locator: Arc<Locator>,
    duties: AreaDuties,
    looked: Looked,
}

impl std::fmt::Debug for FollowGrounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FollowGrounds").finish_non_exhaustive()
    }
}

impl FollowGrounds {
    #[must_use]
    pub fn new(locator: Arc<Locator>, duties: AreaDuties) -> Self {
        Self {
            locator,
            duties,
            looked: Looked::default(),
        }
    }

    /// Looks where the ground has changed since the last look; after a start, everywhere once.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn look(&self, ctx: &Ctx, db: &Database) -> Result<()> {
        self.locator.freshen(db).await?;
        let tree = self.locator.tree();
        let ctx = ctx.with_areas(Arc::clone(&tree));
        // Without grids there is nowhere else to stand.
        let mut communities = tree.communities_with_records();
        communities.retain(|id| !tree.children((*id).into()).is_empty());
        for changed in self.looked.changed(&self.locator, communities) {
            let command = FollowGround {
                community: changed.0,
                duties: self.duties.clone(),
            };
            db.execute(&ctx, command).await?;
            self.looked.at(changed);
        }
        Ok(())
    }
}

impl JobHandler for FollowGrounds {
    fn kind(&self) -> &'static str {
        FOLLOW.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        Box::pin(async move {
            self.look(ctx, db).await?;
            Ok(FOLLOW.again(ctx))
        })
    }
}
