//! Opening a database and executing commands on it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sea_query::Query;
use sea_orm::sqlx::Executor;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector,
    TransactionTrait,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast;
use youlin_kernel::{CommunityId, Ctx, Inhabited, Problem, Result};

use crate::checkpoint::{Checkpoints, SAFETY_NET};
use crate::idempotency::Once;
use crate::sql::name;
use crate::tail::Told;
use crate::writer::Writer;
use crate::{Command, Event, IdempotencyKey, Migration, Tx, migrate};

/// Where the data is and how many connections may be used.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `sqlite:path/to/file.db` or `postgres://user@host/name`.
    pub url: String,
    /// Connections for reading (SQLite, twice the processors at most) or for everything (PostgreSQL).
    pub connections: u32,
}

/// Why a database could not be opened. Seen by whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFault {
    #[error("YOULIN_DATABASE_URL must start with sqlite: or postgres://, not {0:?}")]
    UnknownScheme(String),
    #[error("the database cannot be opened: {0}")]
    Open(#[from] sea_orm::sqlx::Error),
}

enum Mode {
    /// One writer with group commit, readers beside it.
    Sqlite(Writer),
    Postgres,
}

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    mode: Arc<Mode>,
    live: broadcast::Sender<Event>,
    told: Arc<Told>,
    inhabited: Arc<Inhabited>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("backend", &self.read.get_database_backend())
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Opens or creates the database. Migrations are a step of their own ([`Database::migrate`]).
    ///
    /// # Errors
    /// See [`ConnectFault`].
    pub async fn open(config: &DatabaseConfig) -> Result<Self, ConnectFault> {
        if let Some(path) = config.url.strip_prefix("sqlite:") {
            Self::open_sqlite(path.trim_start_matches("//"), config.connections).await
        } else if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") {
            Self::open_postgres(config).await
        } else {
            let scheme = config.url.split(':').next().unwrap_or_default();
            Err(ConnectFault::UnknownScheme(scheme.to_owned()))
        }
    }

    async fn open_sqlite(path: &str, connections: u32) -> Result<Self, ConnectFault> {
        let options = SqliteConnectOptions::new()
            .filename(PathBuf::from(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(256)
            // Rows come from a thread of their own: woken for every fifty, two processors mostly wait for each other.
            .row_buffer_size(1_000)
            .pragma("wal_autocheckpoint", SAFETY_NET)
            // Cutting the log back after every storm would only have it grown again in the next.
            .pragma("journal_size_limit", "268435456")
            .pragma("temp_store", "MEMORY");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone().pragma("cache_size", "-16000"))
            .await?;
        let checkpoints = Arc::new(Checkpoints::default());
        checkpoints.start(options.clone().pragma("cache_size", "-500"));
        let readers = SqlitePoolOptions::new()
            .max_connections(connections.clamp(1, useful_readers()))
            .min_connections(1)
            .idle_timeout(Duration::from_secs(60))
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(
                options
                    .pragma("cache_size", "-2000")
                    .pragma("query_only", "ON"),
            )
            .await?;
        let write = SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.clone());
        let (live, _) = broadcast::channel(4_096);
        let inhabited = Arc::<Inhabited>::default();
        let mode = Mode::Sqlite(Writer::start(
            write.clone(),
            writer,
            live.clone(),
            checkpoints,
            Arc::clone(&inhabited),
        ));
        Ok(Self {
            read: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
            write,
            mode: mode.into(),
            live,
            told: std::sync::Arc::default(),
            inhabited,
        })
    }

    async fn open_postgres(config: &DatabaseConfig) -> Result<Self, ConnectFault> {
        let options = PgConnectOptions::from_str(&config.url)?
            .application_name("youlin")
            .statement_cache_capacity(256);
        let pool = PgPoolOptions::new()
            .max_connections(config.connections.max(2))
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(Duration::from_secs(300))
            // Our statements take milliseconds; compiling one, as PostgreSQL does where it expects much, takes fifty.
            .after_connect(|conn, _about| {
                Box::pin(async move {
                    conn.execute("SET jit = off").await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        let conn = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        let (live, _) = broadcast::channel(4_096);
        Ok(Self {
            read: conn.clone(),
            write: conn,
            mode: Mode::Postgres.into(),
            live,
            told: std::sync::Arc::default(),
            inhabited: Arc::default(),
        })
    }

    /// For queries. On SQLite these connections cannot write.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The connection that may change the schema or be measured against; commands never use it directly.
    #[must_use]
    pub fn raw_write(&self) -> &DatabaseConnection {
        &self.write
    }

    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(*self.mode, Mode::Postgres)
    }

    /// Has PostgreSQL count anew how full its tables are, on which its choice of indexes rests. It does so by itself, but a minute
    /// late: until then whoever fills a table quickly would see it read whole for every few rows. SQLite chooses without.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn count_anew(&self) -> Result<()> {
        if self.is_postgres() {
            self.write.execute_unprepared("ANALYZE").await?;
        }
        Ok(())
    }

    /// Whether commands come faster than they can be written one at a time. On PostgreSQL the server spreads the load,
    /// and this is never said.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(&*self.mode, Mode::Sqlite(writer) if writer.is_busy())
    }

    /// Events after their commit, for live pages: those of this process, and those that [`crate::LiveTail`] finds.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.live.subscribe()
    }

    /// Tells open pages of an event of a database that other servers use too; says whether it was news.
    pub(crate) fn tell(&self, id: uuid::Uuid, created_at: i64, event: Event) -> bool {
        let news = self.told.note(id, created_at);
        if news {
            // Nobody listening is fine.
            let _listeners = self.live.send(event);
        }
        news
    }

    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// Applies the platform's migrations, then the modules'.
    ///
    /// # Errors
    /// See [`migrate::migrate`].
    pub async fn migrate(
        &self,
        modules: &[Migration],
        now: youlin_kernel::Micros,
    ) -> Result<usize> {
        let ran = migrate::migrate(&self.write, migrate::PLATFORM, now).await?;
        Ok(ran + migrate::migrate(&self.write, modules, now).await?)
    }

    /// Runs a command in one transaction and answers after the commit.
    ///
    /// # Errors
    /// Whatever the command refuses; 503 when the database cannot commit now (nothing was saved then).
    pub async fn execute<C: Command>(&self, ctx: &Ctx, command: C) -> Result<C::Output> {
        self.run(ctx, None, command).await
    }

    async fn run<C: Command>(
        &self,
        ctx: &Ctx,
        key: Option<(i64, String)>,
        command: C,
    ) -> Result<C::Output> {
        let started = std::time::Instant::now();
        if command.blind() {
            command.make_ready(ctx);
        }
        let outcome = match &*self.mode {
            Mode::Sqlite(writer) => writer.execute(ctx, key, command).await,
            Mode::Postgres => self.execute_postgres(ctx, &command).await,
        };
        metrics::histogram!("youlin_command_seconds", "command" => C::NAME)
            .record(started.elapsed().as_secs_f64());
        if let Err(problem) = &outcome {
            metrics::counter!("youlin_command_refused_total", "command" => C::NAME, "code" => problem.code()).increment(1);
        }
        outcome
    }

    /// Like [`Database::execute`], but a second call with the same key answers what the first one did.
    ///
    /// # Errors
    /// 422 `idempotency-reused` when the key came with another body before.
    pub async fn execute_once<C>(
        &self,
        ctx: &Ctx,
        key: Option<IdempotencyKey>,
        command: C,
    ) -> Result<C::Output>
    where
        C: Command,
        C::Output: Serialize + DeserializeOwned + Sync,
    {
        match key {
            Some(key) => {
                let stored = key.stored(ctx);
                let once = Once {
                    stored: stored.clone(),
                    body: key.body,
                    command,
                };
                self.run(ctx, Some(stored), once).await
            }
            None => self.execute(ctx, command).await,
        }
    }

    async fn execute_postgres<C: Command>(&self, ctx: &Ctx, command: &C) -> Result<C::Output> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.try_postgres(ctx, command).await {
                Err(problem) if attempt < 4 && is_serialization_failure(&problem) => {
                    tracing::debug!(
                        command = C::NAME,
                        attempt,
                        "serialization failure, trying again"
                    );
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_postgres<C: Command>(&self, ctx: &Ctx, command: &C) -> Result<C::Output> {
        let txn = self.write.begin().await?;
        let tx = Tx::new(&txn, None, command.blind());
        let outcome = command
            .run(ctx, &tx)
            .await
            .and_then(|output| Ok((output, tx.into_pending()?)));
        match outcome {
            Ok((output, mut pending)) => {
                pending.flush(&txn, None).await?;
                txn.commit().await?;
                self.inhabited.note(pending.communities());
                for (id, created_at, event) in pending.outbox {
                    self.tell(id, created_at, event);
                }
                Ok(output)
            }
            Err(problem) => {
                // The connection may be the very thing that failed; what the command said matters more.
                if let Err(error) = txn.rollback().await {
                    tracing::debug!(%error, "rollback failed");
                }
                Err(problem)
            }
        }
    }

    /// Communities that hold records: each has a chain of audit entries. What this process commits is noted at once, what
    /// others do by [`Database::learn_inhabited`].
    #[must_use]
    pub fn inhabited(&self) -> Arc<Inhabited> {
        Arc::clone(&self.inhabited)
    }

    /// Looks which communities hold records by now.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn learn_inhabited(&self) -> Result<()> {
        let mut query = Query::select();
        query.column(name("community_id")).from(name("audit_head"));
        let mut found = Vec::new();
        for row in self.read.query_all(&query).await? {
            found.push(CommunityId(row.try_get("", "community_id")?));
        }
        self.inhabited.note(found);
        Ok(())
    }

    /// Whether the database answers, for `/readyz`.
    ///
    /// # Errors
    /// 503 when it does not.
    pub async fn ping(&self) -> Result<()> {
        self.read
            .execute_unprepared("SELECT 1")
            .await
            .map_err(Problem::unavailable)?;
        Ok(())
    }

    /// Closes the pools after the running commands.
    pub async fn close(&self) {
        for conn in [self.write.clone(), self.read.clone()] {
            if let Err(error) = conn.close().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }
}

/// Reading is work for a processor, so more connections than this only keep more caches.
fn useful_readers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
    u32::try_from(2 * processors).unwrap_or(u32::MAX)
}

/// PostgreSQL's 40001 and 40P01, and two transactions that both made a row that either may make.
fn is_serialization_failure(problem: &Problem) -> bool {
    problem.cause().is_some_and(|cause| {
        cause.contains("could not serialize")
            || cause.contains("deadlock detected")
            || cause.contains("audit_pkey")
            // The same request twice at the same time: the second one finds the answer of the first.
            || cause.contains("idempotency_pkey")
    })
}
