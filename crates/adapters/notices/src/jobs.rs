//! Housekeeping as a job: once a day what has had its time goes.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun, Recurring};
use youlin_kernel::{Ctx, Micros, Result};

use crate::commands;

/// The job: every day, for the first time an hour after a start.
pub const TIDY: Recurring = Recurring {
    kind: "notices.tidy",
    after: Micros::HOUR,
    every: Micros::DAY,
};

/// The handler.
#[derive(Debug)]
pub struct TidyNotices;

impl JobHandler for TidyNotices {
    fn kind(&self) -> &'static str {
        TIDY.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            let gone = db.execute(ctx, commands::Tidy).await?;
            tracing::debug!(gone, "old notices and messages were removed");
            Ok(TIDY.again(ctx))
        }
        .boxed()
    }
}
