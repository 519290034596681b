//! For tests: fresh databases of every kind, a clock that is moved by hand, repeatable randomness, callers by role.
//!
//! SQLite always; PostgreSQL when `YOULIN_TEST_POSTGRES_URL` names a server on which databases may be created
//! (`make test` starts a private one). A story test is one function run on each of them.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot prepare its ground must stop loudly"
)]

pub mod rules;
mod template;
pub mod town;
pub mod web;

use std::sync::Arc;

use arc_swap::ArcSwap;
use tempfile::TempDir;
use uuid::Uuid;
use youlin_database::{Database, DatabaseConfig, Migration};
use youlin_kernel::{
    AccountActor, Actor, AreaId, AreaLevel, AreaNode, AreaTree, Clock, Ctx, Entropy, Grant, Locale,
    ManualClock, Micros, Role, SeededEntropy,
};

/// 2026-11-11T00:12:00Z, 08:12 on a Wednesday morning in Nantong: when the story of the source begins.
pub const MORNING: Micros = Micros(1_794_355_920_000_000);

/// The address of a database that is there for one test alone; a file of SQLite is gone afterwards.
#[derive(Debug)]
pub struct TestPlace {
    /// `sqlite` or `postgres`, for messages.
    pub kind: &'static str,
    pub url: String,
    _folder: Option<TempDir>,
}

/// One fresh, empty place of each kind there is: for tests that start the whole house or the program itself.
pub async fn places() -> Vec<TestPlace> {
    let mut all = vec![sqlite_place()];
    match std::env::var("YOULIN_TEST_POSTGRES_URL") {
        Ok(server) => all.push(postgres_place(&server).await),
        Err(_unset) => println!("PostgreSQL skipped: YOULIN_TEST_POSTGRES_URL is not set"),
    }
    all
}

/// A name in a fresh folder; SQLite makes the file when it is opened.
#[must_use]
pub fn sqlite_place() -> TestPlace {
    let folder = tempfile::tempdir().expect("a temporary folder");
    TestPlace {
        kind: "sqlite",
        url: format!("sqlite:{}", folder.path().join("test.db").display()),
        _folder: Some(folder),
    }
}

/// A fresh database on that PostgreSQL server. The server is private to the test run, so nothing is dropped.
pub async fn postgres_place(server: &str) -> TestPlace {
    template::empty(server).await
}

/// A database of its own for one test; gone afterwards.
#[derive(Debug)]
pub struct TestDatabase {
    pub db: Database,
    /// `sqlite` or `postgres`, for messages.
    pub kind: &'static str,
    pub url: String,
    _place: TestPlace,
}

/// One fresh, empty database of each kind there is.
pub async fn databases() -> Vec<TestDatabase> {
    let mut all = Vec::new();
    for place in places().await {
        all.push(opened(place).await);
    }
    all
}

/// A fresh SQLite database in a folder of its own.
pub async fn sqlite() -> TestDatabase {
    opened(sqlite_place()).await
}

/// A fresh database on that PostgreSQL server.
pub async fn postgres(server: &str) -> TestDatabase {
    opened(postgres_place(server).await).await
}

async fn opened(place: TestPlace) -> TestDatabase {
    let config = DatabaseConfig {
        url: place.url.clone(),
        connections: 6,
    };
    let db = Database::open(&config)
        .await
        .expect("the new database opens");
    TestDatabase {
        db,
        kind: place.kind,
        url: place.url.clone(),
        _place: place,
    }
}

/// The empty database with these tables; on PostgreSQL another one that was copied with them.
async fn migrated(base: TestDatabase, migrations: &[Migration]) -> TestDatabase {
    if base.kind == "postgres" {
        base.db.close().await;
        return opened(template::copied(&base.url, migrations).await).await;
    }
    base.db
        .migrate(migrations, MORNING)
        .await
        .expect("migrations apply to an empty database");
    base
}

/// The ground a story plays on: a migrated database, an area tree, a clock, callers.
#[derive(Debug)]
pub struct World {
    pub base: TestDatabase,
    pub areas: Arc<ArcSwap<AreaTree>>,
    pub clock: Arc<ManualClock>,
    pub entropy: Arc<dyn Entropy>,
}

impl World {
    /// Migrates the platform and these modules' tables; the tree is [`small_tree`] until a test puts in another.
    pub async fn new(base: TestDatabase, migrations: &[Migration]) -> Self {
        let base = migrated(base, migrations).await;
        Self {
            base,
            areas: Arc::new(ArcSwap::from_pointee(small_tree())),
            clock: Arc::new(ManualClock::at(MORNING)),
            entropy: Arc::new(SeededEntropy::new(42)),
        }
    }

    #[must_use]
    pub fn db(&self) -> &Database {
        &self.base.db
    }

    /// Youlin itself.
    #[must_use]
    pub fn service(&self) -> Ctx {
        Ctx::service(
            "test",
            self.areas.load_full(),
            self.clock_dyn(),
            Arc::clone(&self.entropy),
        )
    }

    /// An account of its own with one role in one area.
    #[must_use]
    pub fn caller(&self, role: Role, area: impl Into<AreaId>) -> Ctx {
        self.caller_with(
            vec![Grant {
                role,
                area: area.into(),
                organisation: None,
            }],
            None,
        )
    }

    /// An account with these grants, belonging to that person.
    #[must_use]
    pub fn caller_with(&self, grants: Vec<Grant>, person: Option<Uuid>) -> Ctx {
        self.account("测试", grants, person)
    }

    /// An account called so, with one role in the area of that code.
    #[must_use]
    pub fn named(&self, name: &str, role: Role, code: &str) -> Ctx {
        self.member(name, role, code, None)
    }

    /// The same, for an organisation or team.
    #[must_use]
    pub fn member(&self, name: &str, role: Role, code: &str, organisation: Option<Uuid>) -> Ctx {
        let areas = self.areas.load();
        let area = areas.by_code(code).expect("an area of that code").id;
        let grant = Grant {
            role,
            area,
            organisation,
        };
        self.account(name, vec![grant], None)
    }

    fn account(&self, name: &str, grants: Vec<Grant>, person: Option<Uuid>) -> Ctx {
        let actor = AccountActor {
            id: self.service().new_id(),
            person,
            former: Vec::new(),
            display_name: name.to_owned(),
        };
        self.ctx(Actor::Account(actor), grants.into())
    }

    #[must_use]
    pub fn visitor(&self) -> Ctx {
        self.ctx(Actor::Visitor, Arc::from([]))
    }

    fn ctx(&self, actor: Actor, grants: Arc<[Grant]>) -> Ctx {
        let id = self.service().new_id();
        Ctx::new(
            actor,
            grants,
            self.areas.load_full(),
            self.clock_dyn(),
            Arc::clone(&self.entropy),
            Locale::Zh,
            id,
        )
    }

    fn clock_dyn(&self) -> Arc<dyn Clock> {
        Arc::<ManualClock>::clone(&self.clock)
    }
}

/// District 1, subdistrict 2, communities 10 and 11, grids 100 and 101 in 10 and 110 in 11, neighbourhoods 1000, 1001.
#[must_use]
pub fn small_tree() -> AreaTree {
    let node = |id: i64, parent: Option<i64>, level: AreaLevel, name: &str| AreaNode {
        id: AreaId(id),
        parent: parent.map(AreaId),
        level,
        code: format!("T{id}"),
        name: name.to_owned(),
        name_en: format!("Area {id}"),
        closed: false,
    };
    AreaTree::build(vec![
        node(1, None, AreaLevel::District, "测试区"),
        node(2, Some(1), AreaLevel::Subdistrict, "测试街道"),
        node(10, Some(2), AreaLevel::Community, "甲社区"),
        node(11, Some(2), AreaLevel::Community, "乙社区"),
        node(100, Some(10), AreaLevel::Grid, "甲一网格"),
        node(101, Some(10), AreaLevel::Grid, "甲二网格"),
        node(110, Some(11), AreaLevel::Grid, "乙一网格"),
        node(1000, Some(100), AreaLevel::Neighbourhood, "第一邻里"),
        node(1001, Some(101), AreaLevel::Neighbourhood, "第二邻里"),
    ])
}
