//! Events of other processes on the same SQLite file reach this one through the outbox.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::{Consumer, Event};
use youlin_kernel::{Ctx, Result};

use crate::Datasets;

/// Makes tables old.
#[derive(Debug)]
pub struct Forget(pub Arc<Datasets>);

impl Consumer for Forget {
    fn name(&self) -> &'static str {
        "datasets"
    }

    fn wants(&self, topic: &str) -> bool {
        self.0.all().any(|set| set.stale_by(topic))
    }

    fn handle<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _id: Uuid,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.brought(event);
        async { Ok(()) }.boxed()
    }
}
