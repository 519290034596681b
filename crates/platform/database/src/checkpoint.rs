//! Keeping SQLite's write-ahead log short without holding up the writer.
//!
//! Left to itself SQLite checkpoints inside the commit that crosses the limit, and that commit's callers wait for
//! thousands of pages to be copied. Here a connection of its own copies them beside the writer (a passive checkpoint
//! never blocks anybody). Under steady load it never quite arrives at the end, and then the log would grow for ever: so
//! when the log is long the writer copies the small rest itself, between two groups, after which SQLite starts the log
//! from its beginning.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions, SqliteConnection};

/// The limit at which SQLite helps itself after all: 4 KiB pages, so 256 MB.
pub(crate) const SAFETY_NET: &str = "64000";
/// From here on (64 MB) the writer finishes what the copying beside it left.
const LONG: i64 = 16_000;
const EVERY: Duration = Duration::from_secs(1);

/// What the writer and the checkpoints tell each other.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    groups: AtomicU64,
    wanted: AtomicBool,
}

impl Checkpoints {
    pub(crate) fn committed(&self) {
        self.groups.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the writer should finish a checkpoint now.
    pub(crate) fn wanted(&self) -> bool {
        self.wanted.swap(false, Ordering::Relaxed)
    }

    /// Copies beside the writer until the writer is gone.
    pub(crate) fn start(self: &Arc<Self>, options: SqliteConnectOptions) {
        let shared = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut conn: Option<SqliteConnection> = None;
            let mut seen = 0;
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                let groups = shared.groups.load(Ordering::Relaxed);
                if groups == seen {
                    continue;
                }
                seen = groups;
                match copy(&mut conn, &options).await {
                    Ok(pages) if pages > LONG => shared.wanted.store(true, Ordering::Relaxed),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "the write-ahead log could not be copied now");
                        conn = None;
                    }
                }
            }
        });
    }
}

/// Pages in the log, most of them copied now.
async fn copy(
    kept: &mut Option<SqliteConnection>,
    options: &SqliteConnectOptions,
) -> Result<i64, sqlx::Error> {
    let conn = match kept {
        Some(conn) => conn,
        None => kept.insert(options.connect().await?),
    };
    let (_busy, pages, _copied): (i64, i64, i64) = sqlx::query_as(PASSIVE).fetch_one(conn).await?;
    Ok(pages)
}

pub(crate) const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
