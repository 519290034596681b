//! The text index, on every database: put in, replaced, taken out, kept up behind the outbox, built from the start.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Order, Query};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_database::text::{
    BuildTextIndex, PutTexts, TextDoc, TextIndexer, TextSource, TextTerm, holds, some,
};
use youlin_database::{Command, Consumer, Database, Event, OutboxDispatcher, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_testkit::{World, databases};

const KIND: &str = "leaf";
const HOME: CommunityId = CommunityId(10);
const OTHER: CommunityId = CommunityId(20);

/// Leaves that are kept outside the database.
#[derive(Clone, Default)]
struct Leaves(Arc<Mutex<BTreeMap<Uuid, (CommunityId, &'static str)>>>);

impl Leaves {
    fn set(&self, id: u128, home: CommunityId, words: &'static str) {
        let id = Uuid::from_u128(id);
        self.0.lock().unwrap().insert(id, (home, words));
    }

    fn drop(&self, id: u128) {
        self.0.lock().unwrap().remove(&Uuid::from_u128(id));
    }
}

impl TextSource for Leaves {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wants(&self, topic: &str) -> bool {
        topic == "leaf.turned"
    }

    fn texts<'a>(
        &'a self,
        _db: &'a Database,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<TextDoc>>> {
        let all = self.0.lock().unwrap();
        let docs = records.iter().filter_map(|(_, id)| {
            let (community, words) = all.get(id)?;
            Some(TextDoc {
                community: *community,
                record: *id,
                terms: words.split(' ').map(str::to_owned).collect(),
            })
        });
        let docs = docs.collect();
        Box::pin(async move { Ok(docs) })
    }

    fn after<'a>(
        &'a self,
        _db: &'a Database,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, Uuid)>>> {
        let all = self.0.lock().unwrap();
        let some = all.iter().filter(|(id, _)| **id > after);
        let some = some
            .map(|(id, (home, _))| (*home, *id))
            .take(usize::try_from(limit).unwrap())
            .collect();
        Box::pin(async move { Ok(some) })
    }
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for db in databases().await {
        worlds.push(World::new(db, &[]).await);
    }
    worlds
}

async fn found(db: &Database, communities: &[CommunityId], question: &str) -> Vec<u128> {
    let terms: Vec<TextTerm> = question
        .split(' ')
        .map(|word| TextTerm {
            prefix: word.ends_with('*'),
            text: word.trim_end_matches('*').to_owned(),
        })
        .collect();
    let communities: Vec<i64> = communities.iter().map(|one| one.0).collect();
    // Every leaf there is, as a module would ask its own table.
    let mut all = Query::select();
    all.expr_as(Expr::col(name("record_id")), name("id"))
        .from(name("text_doc"));
    let mut ids = Query::select();
    ids.column(name("id"))
        .from_subquery(all, name("leaf"))
        .and_where(holds(db.read(), KIND, &communities, &terms))
        .order_by(name("id"), Order::Asc);
    let rows = db.read().query_all(&ids).await.unwrap();
    let all: Vec<u128> = rows
        .iter()
        .map(|row| row.try_get::<Uuid>("", "id").unwrap().as_u128())
        .collect();
    // Asked for some, it answers so many of the same.
    for limit in [1, 2, 100] {
        let some = some(db.read(), KIND, &communities, &terms, limit)
            .await
            .unwrap();
        assert_eq!(
            some.len(),
            all.len().min(usize::try_from(limit).unwrap()),
            "{question}"
        );
        for (home, id) in some {
            assert!(communities.contains(&home.0) && all.contains(&id.as_u128()));
        }
    }
    all
}

async fn put(world: &World, leaves: &Leaves, ids: &[u128]) {
    let homes: Vec<(CommunityId, Uuid)> = {
        let all = leaves.0.lock().unwrap();
        let of = |id: &u128| {
            let id = Uuid::from_u128(*id);
            (all.get(&id).map_or(HOME, |leaf| leaf.0), id)
        };
        ids.iter().map(of).collect()
    };
    let put = PutTexts::of(world.db(), leaves, &homes).await.unwrap();
    world.db().execute(&world.service(), put).await.unwrap();
}

#[tokio::test]
async fn what_is_put_in_is_found_until_it_reads_differently() {
    for world in worlds().await {
        let leaves = Leaves::default();
        leaves.set(1, HOME, "路灯 灯坏 no7");
        leaves.set(2, HOME, "路灯 积水");
        leaves.set(3, OTHER, "路灯 灯坏");
        put(&world, &leaves, &[1, 2, 3, 2]).await;
        let db = world.db();
        assert_eq!(found(db, &[HOME], "路灯").await, [1, 2]);
        assert_eq!(found(db, &[HOME], "路灯 灯坏").await, [1]);
        assert_eq!(found(db, &[HOME, OTHER], "灯坏").await, [1, 3]);
        assert_eq!(found(db, &[HOME], "积*").await, [2]);
        assert_eq!(found(db, &[HOME], "NO*").await, [1]);
        let many: Vec<CommunityId> = (1..=40).map(CommunityId).collect();
        assert_eq!(found(db, &many, "灯坏").await, [1, 3]);
        assert_eq!(found(db, &many[30..], "灯坏").await, [0u128; 0]);

        leaves.set(1, HOME, "井盖");
        leaves.drop(2);
        put(&world, &leaves, &[1, 2]).await;
        assert_eq!(found(db, &[HOME], "路灯").await, [0u128; 0]);
        assert_eq!(found(db, &[HOME], "井盖").await, [1]);
    }
}

#[tokio::test]
async fn nothing_typed_is_read_as_grammar() {
    for world in worlds().await {
        let leaves = Leaves::default();
        leaves.set(1, HOME, "and or near 'a 路灯");
        put(&world, &leaves, &[1]).await;
        for odd in [
            "\" OR \"",
            "'",
            "\\",
            "*",
            "NEAR(",
            "@leaf10",
            ":*",
            "^a",
            "路灯\" OR \"井盖",
        ] {
            let _any = found(world.db(), &[HOME], odd).await;
        }
        assert_eq!(found(world.db(), &[HOME], "AND").await, [1]);
        assert_eq!(found(world.db(), &[HOME], "").await, [0u128; 0]);
    }
}

struct Turn(Vec<u128>);

impl Command for Turn {
    type Output = ();
    const NAME: &'static str = "leaf.turn";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        for id in &self.0 {
            tx.emit(
                ctx,
                Event {
                    topic: "leaf.turned".into(),
                    community: HOME,
                    subject: Uuid::from_u128(*id),
                    payload: json!({}),
                },
            );
        }
        Ok(())
    }
}

#[tokio::test]
async fn events_keep_the_index_up() {
    for world in worlds().await {
        let leaves = Leaves::default();
        leaves.set(1, HOME, "路灯");
        leaves.set(2, HOME, "积水");
        world
            .db()
            .execute(&world.service(), Turn(vec![1, 2, 1]))
            .await
            .unwrap();
        let indexer: Arc<dyn Consumer> = Arc::new(TextIndexer::new(
            world.db().clone(),
            vec![Arc::new(leaves.clone())],
        ));
        let outbox = OutboxDispatcher {
            db: world.db().clone(),
            consumers: vec![indexer],
        };
        assert_eq!(outbox.drain(&world.service()).await.unwrap(), 3);
        assert_eq!(found(world.db(), &[HOME], "路灯").await, [1]);
        assert_eq!(found(world.db(), &[HOME], "积水").await, [2]);
        assert_eq!(outbox.drain(&world.service()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_was_there_before_is_indexed_once() {
    for world in worlds().await {
        let leaves = Leaves::default();
        for id in 1..=1_203 {
            leaves.set(id, if id % 2 == 0 { HOME } else { OTHER }, "路灯");
        }
        // Some are known already, put in behind their events: they are not read again, and lose nothing.
        put(&world, &leaves, &[2, 600, 1_203]).await;
        let build = BuildTextIndex(vec![Arc::new(leaves.clone())]);
        let ctx = world.service();
        assert_eq!(build.catch_up(&ctx, world.db()).await.unwrap(), 1_200);
        assert_eq!(found(world.db(), &[HOME, OTHER], "路灯").await.len(), 1_203);
        assert_eq!(build.catch_up(&ctx, world.db()).await.unwrap(), 0);
    }
}
