//! SQLite's single writer with group commit: commands that wait together share one transaction and one fsync, each
//! behind its own savepoint, and all are answered after the commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use sea_orm::sqlx::SqlitePool;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{broadcast, mpsc, oneshot};
use youlin_kernel::{Ctx, Inhabited, Problem, Result};

use crate::checkpoint::{Checkpoints, PASSIVE};
use crate::group::Pending;
use crate::kept::Kept;
use crate::{Command, Event, Tx};

/// Bounds the time a command waits behind others and the size of a transaction.
const MAX_GROUP: usize = 256;
/// More waiting commands than this and new ones are told to come back: better a clear 503 than a growing queue.
const QUEUE: usize = 8_192;

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
type Run = Box<
    dyn for<'a> FnOnce(&'a DatabaseTransaction, &'a mut Group<'_>) -> BoxFuture<'a, Answer> + Send,
>;

/// A command that waits for its turn.
struct Work {
    /// The community and the key its answer is kept under.
    key: Option<(i64, String)>,
    run: Run,
}

/// What the commands of one transaction have in common.
struct Group<'a> {
    pending: Pending,
    kept: &'a Kept,
    /// The transaction is gone (a full disk ends it by itself): nothing of the group can be saved.
    broken: Option<Problem>,
}

/// Groups of this size and more mean that commands come faster than one at a time can be served.
const BUSY: usize = 8;

#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Work>,
    last_group: Arc<AtomicUsize>,
}

impl Writer {
    pub(crate) fn start(
        conn: DatabaseConnection,
        pool: SqlitePool,
        live: broadcast::Sender<Event>,
        checkpoints: Arc<Checkpoints>,
        inhabited: Arc<Inhabited>,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let last_group = Arc::new(AtomicUsize::new(0));
        let serving = Serving {
            conn,
            pool,
            live,
            checkpoints,
            inhabited,
            last_group: Arc::clone(&last_group),
        };
        tokio::spawn(serving.run(waiting));
        Self { queue, last_group }
    }

    /// Whether commands come in a storm.
    pub(crate) fn is_busy(&self) -> bool {
        self.last_group.load(Ordering::Relaxed) >= BUSY
    }

    /// `key`: what the command will ask for with [`Tx::answer`], for the group to ask for all of them at once.
    pub(crate) async fn execute<C: Command>(
        &self,
        ctx: &Ctx,
        key: Option<(i64, String)>,
        command: C,
    ) -> Result<C::Output> {
        let (send, answer) = oneshot::channel();
        let ctx = ctx.clone();
        let run: Run = Box::new(move |txn, group| {
            Box::pin(async move {
                let outcome = run_one(&ctx, &command, txn, group).await;
                let reply: Answer = Box::new(move |committed| {
                    // The caller may have gone away; the command is committed all the same.
                    let _gone = send.send(committed.and(outcome));
                });
                reply
            })
        });
        self.queue
            .try_send(Work { key, run })
            .map_err(|_full| Problem::unavailable("the write queue is full or closed"))?;
        answer
            .await
            .map_err(|_closed| Problem::unavailable("the writer stopped"))?
    }
}

async fn run_one<C: Command>(
    ctx: &Ctx,
    command: &C,
    txn: &DatabaseTransaction,
    group: &mut Group<'_>,
) -> Result<C::Output> {
    if let Some(problem) = &group.broken {
        return Err(problem.clone());
    }
    let (output, pending) = if command.blind() {
        run_blind(ctx, command, txn, group).await?
    } else {
        in_savepoint(ctx, command, txn, group).await?
    };
    group.kept.answered(&pending.answers);
    group.pending.absorb(pending);
    Ok(output)
}

/// Nothing of it reaches the database before the group's end: a refusal leaves nothing to take back.
async fn run_blind<C: Command>(
    ctx: &Ctx,
    command: &C,
    txn: &DatabaseTransaction,
    group: &mut Group<'_>,
) -> Result<(C::Output, Pending)> {
    let tx = Tx::new(txn, Some(group.kept), true);
    let outcome = command.run(ctx, &tx).await;
    if tx.is_tainted() {
        // Without a savepoint it cannot be told apart from its neighbours any more.
        let problem = outcome
            .err()
            .unwrap_or_else(|| Problem::internal(format!("{} is not blind", C::NAME)));
        group.broken = Some(problem.clone());
        return Err(problem);
    }
    let output = outcome?;
    Ok((output, tx.into_pending()?))
}

async fn in_savepoint<C: Command>(
    ctx: &Ctx,
    command: &C,
    txn: &DatabaseTransaction,
    group: &mut Group<'_>,
) -> Result<(C::Output, Pending)> {
    // It may read what its neighbours saved.
    if let Err(problem) = group.pending.write_records(txn).await {
        group.broken = Some(problem.clone());
        return Err(problem);
    }
    let savepoint = txn.begin().await?;
    let tx = Tx::new(&savepoint, Some(group.kept), false);
    let outcome = command.run(ctx, &tx).await;
    let outcome = outcome.and_then(|output| tx.into_pending().map(|pending| (output, pending)));
    let ended = match &outcome {
        Ok(_) => savepoint.commit().await,
        Err(_) => savepoint.rollback().await,
    };
    if let Err(error) = ended {
        let problem = Problem::unavailable(error);
        group.broken = Some(problem.clone());
        return Err(outcome.err().unwrap_or(problem));
    }
    outcome
}

/// The one task that writes.
struct Serving {
    conn: DatabaseConnection,
    pool: SqlitePool,
    live: broadcast::Sender<Event>,
    checkpoints: Arc<Checkpoints>,
    inhabited: Arc<Inhabited>,
    last_group: Arc<AtomicUsize>,
}

impl Serving {
    async fn run(self, mut waiting: mpsc::Receiver<Work>) {
        let mut batch = Vec::with_capacity(MAX_GROUP);
        let kept = Kept::default();
        while waiting.recv_many(&mut batch, MAX_GROUP).await > 0 {
            self.last_group.store(batch.len(), Ordering::Relaxed);
            let size = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            metrics::histogram!("youlin_commit_group_size").record(f64::from(size));
            let keys = batch
                .iter_mut()
                .filter_map(|work: &mut Work| work.key.take());
            let keys = keys.collect();
            if !self.run_group(keys, batch.drain(..), &kept).await {
                kept.forget();
                renew(&self.pool).await;
            }
            self.checkpoints.committed();
            if self.checkpoints.wanted()
                && let Err(error) = self.conn.execute_unprepared(PASSIVE).await
            {
                tracing::debug!(%error, "the write-ahead log could not be copied now");
            }
        }
    }

    /// Says whether the group was committed.
    async fn run_group(
        &self,
        keys: Vec<(i64, String)>,
        batch: impl Iterator<Item = Work>,
        kept: &Kept,
    ) -> bool {
        let mut answers = Vec::new();
        let mut group = Group {
            pending: Pending::default(),
            kept,
            broken: None,
        };
        let committed = run_works(&self.conn, keys, batch, &mut group, &mut answers).await;
        if committed.is_ok() {
            self.inhabited.note(group.pending.communities());
            for (_, _, event) in group.pending.outbox {
                // Nobody listening is fine.
                let _listeners = self.live.send(event);
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
        committed.is_ok()
    }
}

/// After a failure it is unknown what state the connection is in (SQLite may have ended the transaction by itself, and
/// the driver goes on counting its savepoints): it is closed, and the next group gets a new one.
async fn renew(pool: &SqlitePool) {
    match pool.acquire().await {
        Ok(conn) => {
            if let Err(error) = conn.close().await {
                tracing::warn!(%error, "the writing connection did not close cleanly");
            }
        }
        Err(error) => tracing::warn!(%error, "the writing connection cannot be renewed now"),
    }
}

async fn run_works(
    conn: &DatabaseConnection,
    keys: Vec<(i64, String)>,
    batch: impl Iterator<Item = Work>,
    group: &mut Group<'_>,
    answers: &mut Vec<Answer>,
) -> Result<()> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    // If this fails the works are dropped and their callers hear that the writer could not serve them.
    let txn = conn.begin_with_options(immediate).await?;
    group.kept.refresh(&txn).await?;
    group.kept.look_for(&txn, keys).await?;
    for work in batch {
        answers.push((work.run)(&txn, group).await);
    }
    group.kept.forget_answers();
    let flushed = match group.broken.take() {
        Some(problem) => Err(problem),
        None => group.pending.flush(&txn, Some(group.kept)).await,
    };
    match flushed {
        Ok(()) => txn.commit().await.map_err(Problem::unavailable),
        Err(problem) => {
            if let Err(error) = txn.rollback().await {
                tracing::debug!(%error, "the transaction was gone already");
            }
            Err(problem)
        }
    }
}
