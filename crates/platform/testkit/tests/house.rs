//! The one way through the house, on every database: save, audit, emit, count, race, retry, verify.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;
use serde_json::json;
use youlin_database::audit::{AuditFault, verify};
use youlin_database::{
    AuditEntry, Command, Event, IdempotencyKey, Migration, Tx, audited_table, counters, record,
};
use youlin_kernel::{AreaId, CommunityId, Ctx, Permission, Problem, ProblemKind, Result, Role};
use youlin_testkit::{World, databases};

mod note {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
    #[sea_orm(table_name = "note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub community_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i32,
        pub text: String,
        pub later: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

record!(note::Entity, note::Model, "note");

const NOTES: &[Migration] = &[Migration {
    module: "note",
    version: 1,
    name: "notes",
    sql: "CREATE TABLE note (community_id BIGINT NOT NULL, id {uuid} NOT NULL, version INTEGER NOT NULL,
          text TEXT NOT NULL, later TEXT, PRIMARY KEY (community_id, id));\n",
}];

static WRITE: Permission = Permission::new("note.write", &[Role::CommunityDesk]);
const HOME: CommunityId = CommunityId(10);

#[derive(Debug, Clone)]
struct Write {
    text: String,
    fail_after_saving: bool,
    forget_audit: bool,
}

impl Write {
    fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            fail_after_saving: false,
            forget_audit: false,
        }
    }
}

impl Command for Write {
    type Output = Uuid;
    const NAME: &'static str = "note.write";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&WRITE, HOME)?;
        let id = ctx.new_id();
        let model = note::Model {
            community_id: HOME.0,
            id,
            version: 1,
            text: self.text.clone(),
            later: None,
        };
        tx.insert::<note::Entity>(model).await?;
        if self.fail_after_saving {
            return Err(Problem::invalid("text", "required"));
        }
        if !self.forget_audit {
            tx.audit(
                ctx,
                HOME,
                AuditEntry::new("note.write", "note", id).detail(json!({"n": 1})),
            );
        }
        tx.emit(
            ctx,
            Event {
                topic: "note.written".into(),
                community: HOME,
                subject: id,
                payload: json!({}),
            },
        );
        tx.count(HOME, AreaId(100), "notes", 0, "open", 1);
        Ok(id)
    }
}

#[derive(Debug)]
struct Rewrite(note::Model, &'static str);

impl Command for Rewrite {
    type Output = note::Model;
    const NAME: &'static str = "note.rewrite";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<note::Model> {
        let saved = tx
            .update::<note::Entity>(note::Model {
                text: self.1.into(),
                ..self.0.clone()
            })
            .await?;
        tx.audit(ctx, HOME, AuditEntry::new("note.rewrite", "note", saved.id));
        Ok(saved)
    }
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for base in databases().await {
        worlds.push(World::new(base, NOTES).await);
    }
    worlds
}

async fn count(world: &World) -> u64 {
    note::Entity::find().count(world.db().read()).await.unwrap()
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_and_its_neighbours_stay() {
    for world in worlds().await {
        let desk = world.caller(Role::CommunityDesk, HOME);
        let db = world.db();
        let broken = Write {
            fail_after_saving: true,
            ..Write::new("b")
        };
        let (first, refused, last) = futures_join(
            db.execute(&desk, Write::new("a")),
            db.execute(&desk, broken),
            db.execute(&desk, Write::new("c")),
        )
        .await;
        assert!(first.is_ok() && last.is_ok(), "{}", world.base.kind);
        assert_eq!(refused.unwrap_err().kind(), ProblemKind::Invalid);
        assert_eq!(count(&world).await, 2);
        let scope = desk.scope(&WRITE).unwrap();
        let figures = counters::sums(db.read(), &scope, "notes", (0, 0))
            .await
            .unwrap();
        assert_eq!(figures[0].value, 2);
    }
}

async fn futures_join<A, B, C>(
    a: impl Future<Output = A>,
    b: impl Future<Output = B>,
    c: impl Future<Output = C>,
) -> (A, B, C) {
    tokio::join!(a, b, c)
}

#[tokio::test]
async fn saving_without_an_audit_entry_is_refused() {
    for world in worlds().await {
        let desk = world.caller(Role::CommunityDesk, HOME);
        let silent = Write {
            forget_audit: true,
            ..Write::new("a")
        };
        let problem = world.db().execute(&desk, silent).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::Internal);
        assert_eq!(count(&world).await, 0);
    }
}

#[tokio::test]
async fn the_loser_of_a_race_is_told_what_changed() {
    for world in worlds().await {
        let desk = world.caller(Role::CommunityDesk, HOME);
        let id = world.db().execute(&desk, Write::new("a")).await.unwrap();
        let loaded = note::Entity::find_by_id((HOME.0, id))
            .one(world.db().read())
            .await
            .unwrap()
            .unwrap();
        let won = world
            .db()
            .execute(&desk, Rewrite(loaded.clone(), "first"))
            .await
            .unwrap();
        assert_eq!(won.version, 2);
        let lost = world
            .db()
            .execute(&desk, Rewrite(loaded, "second"))
            .await
            .unwrap_err();
        assert_eq!(lost.kind(), ProblemKind::Conflict);
        assert_eq!(lost.data().unwrap()["text"], "first");
    }
}

#[tokio::test]
async fn the_same_key_answers_the_same_and_another_body_is_refused() {
    for world in worlds().await {
        let desk = world.caller(Role::CommunityDesk, HOME);
        let key = |body: &str| Some(IdempotencyKey::new(HOME, "k1", "/notes", &body).unwrap());
        let db = world.db();
        let first = db
            .execute_once(&desk, key("a"), Write::new("a"))
            .await
            .unwrap();
        assert_eq!(
            db.execute_once(&desk, key("a"), Write::new("a"))
                .await
                .unwrap(),
            first
        );
        let other = db
            .execute_once(&desk, key("b"), Write::new("b"))
            .await
            .unwrap_err();
        assert_eq!(other.code(), "idempotency-reused");
        let stranger = world.caller(Role::CommunityDesk, HOME);
        assert_ne!(
            db.execute_once(&stranger, key("a"), Write::new("a"))
                .await
                .unwrap(),
            first
        );
        assert_eq!(count(&world).await, 2);
    }
}

#[tokio::test]
async fn many_at_once_keep_the_chain_whole_and_every_changed_byte_is_found() {
    for world in worlds().await {
        let desk = world.caller(Role::CommunityDesk, HOME);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..60 {
            let (db, desk) = (world.db().clone(), desk.clone());
            tasks.spawn(async move { db.execute(&desk, Write::new(&format!("note {n}"))).await });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
        let tables = [audited_table::<note::Entity>()];
        let check = async || {
            verify(world.db().read(), &tables, &[HOME], None)
                .await
                .unwrap()
        };
        let whole = check().await;
        assert_eq!(
            (whole.entries, whole.rows, whole.faults.len()),
            (60, 60, 0),
            "{:?}",
            whole.faults
        );

        let write = world.db().raw_write();
        write
            .execute_unprepared("UPDATE note SET text = 'notE 7' WHERE text = 'note 7'")
            .await
            .unwrap();
        assert!(
            matches!(check().await.faults.as_slice(), [AuditFault::RowAltered { table, .. }] if table == "note")
        );
        write
            .execute_unprepared("UPDATE note SET text = 'note 7' WHERE text = 'notE 7'")
            .await
            .unwrap();

        write
            .execute_unprepared("UPDATE audit SET actor_name = 'x' WHERE seq = 31")
            .await
            .unwrap();
        assert!(matches!(
            check().await.faults.as_slice(),
            [AuditFault::Altered { seq: 31, .. }]
        ));
        write
            .execute_unprepared("DELETE FROM audit WHERE seq = 31")
            .await
            .unwrap();
        assert!(check().await.faults.contains(&AuditFault::Gap {
            community: 10,
            expected_seq: 31,
            found_seq: 32
        }));
        write
            .execute_unprepared("DELETE FROM audit WHERE seq = 60")
            .await
            .unwrap();
        let faults = check().await.faults;
        assert!(
            faults
                .iter()
                .any(|fault| matches!(fault, AuditFault::HeadMismatch { head_seq: 60, .. })),
            "{faults:?}"
        );
    }
}
