//! SQLite's single writer with group commit: commands that wait together share one transaction and one fsync, each
//! behind its own savepoint, and all are answered after the commit.

use futures::future::BoxFuture;
use sea_orm::sqlx::SqlitePool;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{broadcast, mpsc, oneshot};
use youlin_kernel::{Ctx, Problem, Result};

use crate::group::Pending;
use crate::{Command, Event, Tx};

/// Bounds the time a command waits behind others and the size of a transaction.
const MAX_GROUP: usize = 256;
/// More waiting commands than this and new ones are told to come back: better a clear 503 than a growing queue.
const QUEUE: usize = 8_192;

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
type Work =
    Box<dyn for<'a> FnOnce(&'a DatabaseTransaction, &'a mut Group) -> BoxFuture<'a, Answer> + Send>;

/// What the commands of one transaction have in common.
#[derive(Default)]
struct Group {
    pending: Pending,
    /// The transaction is gone (a full disk ends it by itself): nothing of the group can be saved.
    broken: Option<Problem>,
}

#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Work>,
}

impl Writer {
    pub(crate) fn start(
        conn: DatabaseConnection,
        pool: SqlitePool,
        live: broadcast::Sender<Event>,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(serve(conn, pool, waiting, live));
        Self { queue }
    }

    pub(crate) async fn execute<C: Command>(&self, ctx: &Ctx, command: C) -> Result<C::Output> {
        let (send, answer) = oneshot::channel();
        let ctx = ctx.clone();
        let work: Work = Box::new(move |txn, group| {
            Box::pin(async move {
                let outcome = in_savepoint(&ctx, &command, txn, group).await;
                let reply: Answer = Box::new(move |committed| {
                    // The caller may have gone away; the command is committed all the same.
                    let _gone = send.send(committed.and(outcome));
                });
                reply
            })
        });
        self.queue
            .try_send(work)
            .map_err(|_full| Problem::unavailable("the write queue is full or closed"))?;
        answer
            .await
            .map_err(|_closed| Problem::unavailable("the writer stopped"))?
    }
}

async fn in_savepoint<C: Command>(
    ctx: &Ctx,
    command: &C,
    txn: &DatabaseTransaction,
    group: &mut Group,
) -> Result<C::Output> {
    if let Some(problem) = &group.broken {
        return Err(problem.clone());
    }
    let savepoint = txn.begin().await?;
    let tx = Tx::new(&savepoint);
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
    let (output, pending) = outcome?;
    group.pending.absorb(pending);
    Ok(output)
}

async fn serve(
    conn: DatabaseConnection,
    pool: SqlitePool,
    mut waiting: mpsc::Receiver<Work>,
    live: broadcast::Sender<Event>,
) {
    let mut batch = Vec::with_capacity(MAX_GROUP);
    while waiting.recv_many(&mut batch, MAX_GROUP).await > 0 {
        let size = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        metrics::histogram!("youlin_commit_group_size").record(f64::from(size));
        if !run_group(&conn, batch.drain(..), &live).await {
            renew(&pool).await;
        }
    }
}

/// Says whether the group was committed.
async fn run_group(
    conn: &DatabaseConnection,
    batch: impl Iterator<Item = Work>,
    live: &broadcast::Sender<Event>,
) -> bool {
    let mut answers = Vec::new();
    let mut group = Group::default();
    let committed = run_works(conn, batch, &mut group, &mut answers).await;
    if committed.is_ok() {
        for (_, _, event) in group.pending.outbox {
            // Nobody listening is fine.
            let _listeners = live.send(event);
        }
    }
    for answer in answers {
        answer(committed.clone());
    }
    committed.is_ok()
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
    batch: impl Iterator<Item = Work>,
    group: &mut Group,
    answers: &mut Vec<Answer>,
) -> Result<()> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    // If this fails the works are dropped and their callers hear that the writer could not serve them.
    let txn = conn.begin_with_options(immediate).await?;
    for work in batch {
        answers.push(work(&txn, group).await);
    }
    let flushed = match group.broken.take() {
        Some(problem) => Err(problem),
        None => group.pending.flush(&txn).await,
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
