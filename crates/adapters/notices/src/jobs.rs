//! Housekeeping as a job: once a day what has had its time goes.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun, NewJob};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::commands;

/// The job's kind; planned once at start, runs again by itself.
pub const TIDY_KIND: &str = "notices.tidy";

/// The job to plan at start. Planning it again moves it, nothing more.
#[must_use]
pub fn tidy_job(ctx: &Ctx) -> NewJob {
    NewJob {
        community: CommunityId::SYSTEM,
        kind: TIDY_KIND,
        key: String::new(),
        run_at: ctx.now().plus(Micros::HOUR),
        payload: Value::Null,
    }
}

/// The handler.
#[derive(Debug)]
pub struct TidyNotices;

impl JobHandler for TidyNotices {
    fn kind(&self) -> &'static str {
        TIDY_KIND
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
            Ok(JobOutcome::Again(ctx.now().plus(Micros::DAY)))
        }
        .boxed()
    }
}
