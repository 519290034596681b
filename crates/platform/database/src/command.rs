//! The verb: everything that changes something implements [`Command`].

use std::future::Future;

use youlin_kernel::{Ctx, Result};

use crate::Tx;

/// One verb with its input. `run` validates, authorizes, loads, asks the model, saves, audits and emits; the platform
/// commits. It may run more than once (PostgreSQL retries serialization failures), so it has no effects but through `tx`.
pub trait Command: Send + Sync + 'static {
    type Output: Send + 'static;

    /// `module.verb`, the name in logs and metrics.
    const NAME: &'static str;

    /// Saves new records and reads nothing through `tx` (running numbers apart): it then needs no savepoint of its own
    /// in a group, and its rows are written together with those of its neighbours. For what comes in storms.
    fn blind(&self) -> bool {
        false
    }

    /// Works out what needs no transaction, while others are written: of blind commands before they wait for their turn, of an
    /// import's batches while the one before is saved. What was not made ready, `run` works out itself.
    fn make_ready(&self, _ctx: &Ctx) {}

    fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> impl Future<Output = Result<Self::Output>> + Send;
}
