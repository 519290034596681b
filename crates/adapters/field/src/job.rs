//! Half uploads that nobody went on with go after a while.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun, Recurring};
use youlin_kernel::{Ctx, Micros, Result};

use crate::uploads::Uploads;

/// Once a day, for the first time an hour after a start.
pub(crate) const SWEEP: Recurring = Recurring {
    kind: "field.sweep-uploads",
    after: Micros::HOUR,
    every: Micros::DAY,
};

/// The handler.
#[derive(Debug)]
pub(crate) struct SweepUploads(pub(crate) Arc<Uploads>);

impl JobHandler for SweepUploads {
    fn kind(&self) -> &'static str {
        SWEEP.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        _db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            let gone = self.0.sweep(ctx.now()).await?;
            tracing::debug!(gone, "half uploads were removed");
            Ok(SWEEP.again(ctx))
        }
        .boxed()
    }
}
