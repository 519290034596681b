//! The way to the data: pools, the one transaction of a command, group commit, audit chain, outbox, jobs, counters.
//!
//! A change is a [`Command`]; [`Database::execute`] runs it in one transaction with its audit row, its outbox events
//! and its counters, and answers after the commit. On SQLite the single writer groups the commands that wait together
//! into one transaction with a savepoint each, so that one fsync serves them all (ADR 0003). On PostgreSQL each command
//! has its own transaction, tried again when the server reports a serialization failure.

pub mod audit;
mod checkpoint;
mod command;
mod connect;
pub mod counters;
mod digest;
mod group;
mod idempotency;
mod jobs;
mod kept;
pub mod keys;
pub mod migrate;
mod new;
mod outbox;
mod record;
pub mod schema;
pub mod sealed;
pub mod sql;
mod tail;
pub mod text;
pub mod transfer;
mod turns;
mod tx;
mod writer;

pub use audit::{AuditEntry, AuditedTable, audited_table};
pub use command::Command;
pub use connect::{ConnectFault, Database, DatabaseConfig};
pub use digest::{row_digest, words_digest};
pub use idempotency::{IdempotencyKey, PruneIdempotency};
pub use jobs::{
    JobHandler, JobOutcome, JobRun, JobState, JobStatus, JobWorker, NewJob, PlanRecurring,
    Recurring, ReleaseLeases, job_of, job_status,
};
pub use migrate::Migration;
pub use new::New;
pub use outbox::{Consumer, Event, OutboxDispatcher};
pub use record::Record;
pub use tail::{LiveTail, PruneOutbox};
pub use tx::Tx;
