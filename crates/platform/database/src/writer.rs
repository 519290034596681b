//! SQLite's single writer with group commit: commands that wait together share one transaction and one fsync, each
//! behind its own savepoint, and all are answered after the commit.

use futures::future::BoxFuture;
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
type Work = Box<
    dyn for<'a> FnOnce(&'a DatabaseTransaction, &'a mut Pending) -> BoxFuture<'a, Answer> + Send,
>;

#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Work>,
}

impl Writer {
    pub(crate) fn start(conn: DatabaseConnection, live: broadcast::Sender<Event>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(serve(conn, waiting, live));
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
    group: &mut Pending,
) -> Result<C::Output> {
    let savepoint = txn.begin().await?;
    let tx = Tx::new(&savepoint);
    let outcome = command.run(ctx, &tx).await;
    match outcome.and_then(|output| tx.into_pending().map(|pending| (output, pending))) {
        Ok((output, pending)) => {
            savepoint.commit().await?;
            group.absorb(pending);
            Ok(output)
        }
        Err(problem) => {
            savepoint.rollback().await?;
            Err(problem)
        }
    }
}

async fn serve(
    conn: DatabaseConnection,
    mut waiting: mpsc::Receiver<Work>,
    live: broadcast::Sender<Event>,
) {
    let mut batch = Vec::with_capacity(MAX_GROUP);
    while waiting.recv_many(&mut batch, MAX_GROUP).await > 0 {
        metrics::histogram!("youlin_commit_group_size")
            .record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        run_group(&conn, batch.drain(..), &live).await;
    }
}

async fn run_group(
    conn: &DatabaseConnection,
    batch: impl Iterator<Item = Work>,
    live: &broadcast::Sender<Event>,
) {
    let mut answers = Vec::new();
    let mut group = Pending::default();
    let committed = run_works(conn, batch, &mut group, &mut answers).await;
    if committed.is_ok() {
        for (_, _, event) in group.outbox {
            // Nobody listening is fine.
            let _listeners = live.send(event);
        }
    }
    for answer in answers {
        answer(committed.clone());
    }
}

async fn run_works(
    conn: &DatabaseConnection,
    batch: impl Iterator<Item = Work>,
    group: &mut Pending,
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
    match group.flush(&txn).await {
        Ok(()) => Ok(txn.commit().await?),
        Err(problem) => {
            txn.rollback().await?;
            Err(problem)
        }
    }
}
