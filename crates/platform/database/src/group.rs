//! What a transaction writes at its end for all its commands together: audit chain, outbox, jobs, counters.

use std::collections::BTreeMap;

use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use youlin_kernel::Result;

use crate::audit::{self, PendingAudit, TouchedRow};
use crate::counters::{self, CounterKey};
use crate::{Event, NewJob, jobs, outbox};

/// Collected by [`crate::Tx`] while a command runs.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) touched: Vec<TouchedRow>,
    pub(crate) audit: Vec<PendingAudit>,
    pub(crate) outbox: Vec<(Uuid, i64, Event)>,
    pub(crate) jobs: Vec<(Uuid, i64, NewJob)>,
    pub(crate) counters: BTreeMap<CounterKey, i64>,
}

impl Pending {
    pub(crate) fn absorb(&mut self, other: Self) {
        self.audit.extend(other.audit);
        self.outbox.extend(other.outbox);
        self.jobs.extend(other.jobs);
        for (key, delta) in other.counters {
            *self.counters.entry(key).or_default() += delta;
        }
    }

    /// Writes everything in few statements, whatever the number of commands.
    pub(crate) async fn flush(&self, conn: &DatabaseTransaction) -> Result<()> {
        outbox::write(conn, &self.outbox).await?;
        jobs::write(conn, &self.jobs).await?;
        counters::write(conn, &self.counters).await?;
        // Last, because it locks the community's head row on PostgreSQL until the commit.
        audit::write(conn, &self.audit).await
    }
}
