//! What a transaction writes at its end for all its commands together: new records of blind commands, answers under
//! idempotency keys, outbox, jobs, counters, audit chain.

use std::collections::BTreeMap;

use sea_orm::{DatabaseTransaction, Value};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::audit::{self, PendingAudit, TouchedRow};
use crate::counters::{self, CounterKey};
use crate::idempotency::{self, NewAnswer};
use crate::kept::Kept;
use crate::sql::insert_many;
use crate::{Event, NewJob, jobs, outbox};

/// New rows of one table.
#[derive(Debug)]
pub(crate) struct NewRows {
    pub(crate) table: &'static str,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Value>>,
}

/// Collected by [`crate::Tx`] while a command runs.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// In the order in which their tables were first written to, which is the order foreign keys need.
    pub(crate) records: Vec<NewRows>,
    pub(crate) answers: Vec<NewAnswer>,
    pub(crate) touched: Vec<TouchedRow>,
    pub(crate) audit: Vec<PendingAudit>,
    pub(crate) outbox: Vec<(Uuid, i64, Event)>,
    pub(crate) jobs: Vec<(Uuid, i64, NewJob)>,
    pub(crate) counters: BTreeMap<CounterKey, i64>,
}

impl Pending {
    pub(crate) fn record(&mut self, new: NewRows) {
        match self.records.iter_mut().find(|one| one.table == new.table) {
            Some(known) => known.rows.extend(new.rows),
            None => self.records.push(new),
        }
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        for new in other.records {
            self.record(new);
        }
        self.answers.extend(other.answers);
        self.audit.extend(other.audit);
        self.outbox.extend(other.outbox);
        self.jobs.extend(other.jobs);
        for (key, delta) in other.counters {
            *self.counters.entry(key).or_default() += delta;
        }
    }

    /// Those something was recorded in.
    pub(crate) fn communities(&self) -> impl Iterator<Item = CommunityId> + '_ {
        self.audit.iter().map(|entry| CommunityId(entry.community))
    }

    /// Writes what blind commands saved and answered, so that whoever reads next finds it.
    pub(crate) async fn write_records(&mut self, conn: &DatabaseTransaction) -> Result<()> {
        for new in std::mem::take(&mut self.records) {
            insert_many(conn, new.table, &new.columns, new.rows, "").await?;
        }
        idempotency::write(conn, std::mem::take(&mut self.answers)).await
    }

    /// Writes everything in few statements, whatever the number of commands. `kept`: the single writer's memory.
    pub(crate) async fn flush(
        &mut self,
        conn: &DatabaseTransaction,
        kept: Option<&Kept>,
    ) -> Result<()> {
        self.write_records(conn).await?;
        outbox::write(conn, &self.outbox).await?;
        jobs::write(conn, &self.jobs).await?;
        counters::write(conn, &self.counters).await?;
        let Some(kept) = kept else {
            // Last, because it locks the community's head row on PostgreSQL until the commit.
            return audit::write(conn, &self.audit, None).await;
        };
        kept.write_numbers(conn).await?;
        let mut heads = std::mem::take(&mut kept.memory().heads);
        let written = audit::write(conn, &self.audit, Some(&mut heads)).await;
        kept.memory().heads = heads;
        written
    }
}
