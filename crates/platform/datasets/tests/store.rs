//! The store: what is loaded once, what an event makes old, what a limit of memory lets go, what a scope hides.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{Command, Consumer, Database, Event, Tx};
use youlin_datasets::cube::{
    Dim, Filter, Kind, Quantity, Query, Related, Schema, Table, TableBuilder,
};
use youlin_datasets::{Dataset, Datasets, DatasetsSettings, Forget, RecordLine};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Role, Scope};
use youlin_testkit::{World, databases};
use youlin_web::I18n;

static READ: Permission = Permission::new(
    "test.read",
    &[
        Role::GridWorker,
        Role::CommunityDesk,
        Role::DistrictOperator,
    ],
);
static HIDDEN: Permission = Permission::new("test.hidden", &[Role::DistrictOperator]);

/// Two records in each community: one in its first grid, one in none.
struct Two {
    code: &'static str,
    permission: &'static Permission,
    loads: Arc<AtomicUsize>,
    of: Arc<Mutex<Vec<i64>>>,
}

const DIMS: &[Dim] = &[
    Dim::new("area", Kind::Area),
    Dim::new("building", Kind::Key),
];

impl Dataset for Two {
    fn schema(&self) -> Schema {
        Schema {
            code: self.code,
            dims: DIMS,
        }
    }

    fn permission(&self) -> &'static Permission {
        self.permission
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic == "test.changed"
    }

    fn load<'a>(
        &'a self,
        _db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.of.lock().unwrap().push(community.0);
        let mut table = TableBuilder::new(self.schema());
        for (id, area) in [(1u128, community.0 * 10), (2, community.0)] {
            table.row(id, 0, i64::MAX);
            table.area("area", Some(area));
            table.key("building", Some(7));
        }
        let table = table.finish();
        async { Ok(table) }.boxed()
    }

    fn describe<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _scope: &'a Scope,
        _i18n: &'a I18n,
        _records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async { Ok(HashMap::new()) }.boxed()
    }

    fn value_name(&self, _i18n: &I18n, _locale: Locale, _dim: &str, value: &str) -> String {
        value.to_owned()
    }
}

struct Changed(i64);

impl Command for Changed {
    type Output = ();
    const NAME: &'static str = "test.change";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        tx.emit(
            ctx,
            Event {
                topic: "test.changed".into(),
                community: CommunityId(self.0),
                subject: ctx.new_id(),
                payload: json!({}),
            },
        );
        Ok(())
    }
}

struct Held {
    world: World,
    datasets: Arc<Datasets>,
    loads: Arc<AtomicUsize>,
    of: Arc<Mutex<Vec<i64>>>,
}

async fn held(memory: usize) -> Vec<Held> {
    let mut all = Vec::new();
    for base in databases().await {
        let world = World::new(base, &[]).await;
        let (loads, of) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let set = |code, permission| -> Arc<dyn Dataset> {
            Arc::new(Two {
                code,
                permission,
                loads: Arc::clone(&loads),
                of: Arc::clone(&of),
            })
        };
        let sets = vec![set("open", &READ), set("hidden", &HIDDEN)];
        let datasets = Datasets::new(
            world.db().clone(),
            Arc::clone(&world.areas),
            sets,
            DatasetsSettings { memory },
        );
        all.push(Held {
            datasets: Arc::new(datasets),
            loads,
            of,
            world,
        });
    }
    all
}

impl Held {
    async fn total(&self, ctx: &Ctx) -> u64 {
        let query = Query {
            dataset: "open".into(),
            ..Query::default()
        };
        self.datasets
            .ask(ctx, query)
            .await
            .unwrap()
            .answer()
            .await
            .unwrap()
            .total
            .count
    }

    fn loads(&self) -> usize {
        self.loads.swap(0, Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_table_is_loaded_once_and_again_when_something_happened_there() {
    for held in held(1 << 20).await {
        let operator = held
            .world
            .caller(Role::DistrictOperator, youlin_kernel::AreaId(1));
        assert_eq!(held.total(&operator).await, 4);
        assert_eq!(held.loads(), 2);
        assert_eq!(held.total(&operator).await, 4);
        assert_eq!(held.loads(), 0);
        held.of.lock().unwrap().clear();
        held.world
            .db()
            .execute(&operator, Changed(11))
            .await
            .unwrap();
        held.total(&operator).await;
        assert_eq!(*held.of.lock().unwrap(), [11]);
        assert_eq!(held.loads(), 1);
        // Boundaries concern everybody.
        held.world
            .db()
            .execute(&operator, Changed(0))
            .await
            .unwrap();
        held.total(&operator).await;
        assert_eq!(held.loads(), 2);
        // Many questions at once load it once.
        held.world
            .db()
            .execute(&operator, Changed(10))
            .await
            .unwrap();
        let asked = futures::future::join_all((0..8).map(|_| held.total(&operator))).await;
        assert_eq!((asked, held.loads()), (vec![4; 8], 1));
    }
}

#[tokio::test]
async fn the_outbox_tells_of_other_processes_and_repeats_nothing() {
    for held in held(1 << 20).await {
        let operator = held
            .world
            .caller(Role::DistrictOperator, youlin_kernel::AreaId(1));
        let forget = Forget(Arc::clone(&held.datasets));
        assert!(forget.wants("test.changed") && !forget.wants("test.other"));
        let mut own = held.world.db().subscribe();
        held.world
            .db()
            .execute(&operator, Changed(10))
            .await
            .unwrap();
        held.total(&operator).await;
        held.loads();
        // The outbox brings it a little later: it is known.
        let event = own.recv().await.unwrap();
        forget
            .handle(&operator, event.subject, &event)
            .await
            .unwrap();
        held.total(&operator).await;
        assert_eq!(held.loads(), 0);
        // The same of another process is not.
        forget
            .handle(&operator, event.subject, &event)
            .await
            .unwrap();
        held.total(&operator).await;
        assert_eq!(held.loads(), 1);
    }
}

#[tokio::test]
async fn without_memory_every_question_is_still_answered() {
    for held in held(0).await {
        let operator = held
            .world
            .caller(Role::DistrictOperator, youlin_kernel::AreaId(1));
        for _ in 0..2 {
            assert_eq!(held.total(&operator).await, 4);
            assert_eq!(held.loads(), 2);
        }
        assert_eq!(held.datasets.held(), (0, 0));
    }
}

#[tokio::test]
async fn a_scope_hides_what_it_does_not_hold_and_a_relation_to_hidden_records_is_refused() {
    for held in held(1 << 20).await {
        let worker = held
            .world
            .caller(Role::GridWorker, youlin_kernel::AreaId(100));
        assert_eq!(held.total(&worker).await, 1);
        assert_eq!(*held.of.lock().unwrap(), [10]);
        let desk = held
            .world
            .caller(Role::CommunityDesk, youlin_kernel::AreaId(10));
        assert_eq!(held.total(&desk).await, 2);
        let nobody = Query {
            dataset: "open".into(),
            filter: Filter::Related(Related {
                quantity: Quantity::None,
                dataset: "hidden".into(),
                sharing: "building".into(),
                filter: Box::default(),
            }),
            ..Query::default()
        };
        assert_eq!(
            held.datasets
                .ask(&desk, nobody.clone())
                .await
                .unwrap_err()
                .kind()
                .status(),
            403
        );
        let operator = held
            .world
            .caller(Role::DistrictOperator, youlin_kernel::AreaId(1));
        let asked = held.datasets.ask(&operator, nobody).await.unwrap();
        assert_eq!(asked.answer().await.unwrap().total.count, 0);
        assert!(
            held.datasets
                .ask(
                    &held.world.visitor(),
                    Query {
                        dataset: "open".into(),
                        ..Query::default()
                    }
                )
                .await
                .is_err()
        );
    }
}
