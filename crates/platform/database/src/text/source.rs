//! Who knows what a record is found by, and the consumer that keeps the index up with what happens.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Result};

use super::{TextDoc, index_of};
use crate::{Command, Consumer, Database, Event, Tx};

/// Records written together; others wait for the writer meanwhile.
const AT_ONCE: usize = 500;

/// A kind of record that can be searched for.
pub trait TextSource: Send + Sync {
    /// `case`, `person`: letters only.
    fn kind(&self) -> &'static str;

    /// Whether the subject of events of this topic is such a record and may read differently now.
    fn wants(&self, topic: &str) -> bool;

    /// The records such an event speaks of; usually its subject.
    fn subjects(&self, event: &Event) -> Vec<Uuid> {
        vec![event.subject]
    }

    /// What these records are found by. One that is left out is taken out of the index.
    fn texts<'a>(
        &'a self,
        db: &'a Database,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<TextDoc>>>;

    /// The next records in the order of their ids.
    fn after<'a>(
        &'a self,
        db: &'a Database,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, Uuid)>>>;
}

/// Writes the index for some records.
#[derive(Debug)]
pub struct PutTexts {
    pub kind: &'static str,
    pub docs: Vec<TextDoc>,
    pub gone: Vec<(CommunityId, Uuid)>,
}

impl PutTexts {
    /// Reads what the records are found by.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn of(
        db: &Database,
        source: &dyn TextSource,
        records: &[(CommunityId, Uuid)],
    ) -> Result<Self> {
        let docs = source.texts(db, records).await?;
        let there: HashSet<(i64, Uuid)> = docs
            .iter()
            .map(|doc| (doc.community.0, doc.record))
            .collect();
        let gone = records
            .iter()
            .filter(|(home, id)| !there.contains(&(home.0, *id)));
        Ok(Self {
            kind: source.kind(),
            gone: gone.copied().collect(),
            docs,
        })
    }
}

impl Command for PutTexts {
    type Output = ();
    const NAME: &'static str = "text.put";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let conn = tx.conn();
        let index = index_of(conn.get_database_backend());
        if !self.docs.is_empty() {
            index.put(conn, self.kind, &self.docs).await?;
        }
        if !self.gone.is_empty() {
            index.remove(conn, self.kind, &self.gone).await?;
        }
        Ok(())
    }
}

/// Keeps the index up: a whole batch of the outbox in one go, or event by event.
pub struct TextIndexer {
    db: Database,
    sources: Vec<Arc<dyn TextSource>>,
    /// Events of the batch in hand whose records are indexed.
    done: Mutex<HashSet<Uuid>>,
}

impl std::fmt::Debug for TextIndexer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextIndexer")
            .field("sources", &self.sources.len())
            .finish_non_exhaustive()
    }
}

impl TextIndexer {
    #[must_use]
    pub fn new(db: Database, sources: Vec<Arc<dyn TextSource>>) -> Self {
        Self {
            db,
            sources,
            done: Mutex::default(),
        }
    }

    async fn index(&self, ctx: &Ctx, events: &[(Uuid, &Event)]) -> Result<()> {
        for source in &self.sources {
            let records: BTreeMap<Uuid, CommunityId> = events
                .iter()
                .filter(|(_, event)| source.wants(&event.topic))
                .flat_map(|(_, event)| {
                    let subjects = source.subjects(event).into_iter();
                    subjects.map(|subject| (subject, event.community))
                })
                .collect();
            if records.is_empty() {
                continue;
            }
            let records: Vec<(CommunityId, Uuid)> =
                records.into_iter().map(|(id, home)| (home, id)).collect();
            for some in records.chunks(AT_ONCE) {
                let put = PutTexts::of(&self.db, source.as_ref(), some).await?;
                self.db.execute(ctx, put).await?;
            }
        }
        Ok(())
    }
}

impl Consumer for TextIndexer {
    fn name(&self) -> &'static str {
        "text-index"
    }

    fn wants(&self, topic: &str) -> bool {
        self.sources.iter().any(|source| source.wants(topic))
    }

    fn foresee<'a>(
        &'a self,
        ctx: &'a Ctx,
        events: &'a [(Uuid, &'a Event)],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.index(ctx, events).await?;
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            *done = events.iter().map(|(id, _)| *id).collect();
            Ok(())
        })
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let known = {
                let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
                done.remove(&id)
            };
            if known {
                return Ok(());
            }
            self.index(ctx, &[(id, event)]).await
        })
    }
}
