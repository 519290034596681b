//! A migrated PostgreSQL database is made once for all tests that ask for the same steps, and copied for each of them:
//! PostgreSQL copies a database several times faster than it makes its tables one by one.

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::{Database, DatabaseConfig, Migration};

use crate::{MORNING, TestPlace};

/// A fresh database on that server which has been through these steps.
pub(crate) async fn copied(server: &str, steps: &[Migration]) -> TestPlace {
    let admin = admin(server).await;
    let template = template_name(steps);
    run(&admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
    if !exists(&admin, &template).await {
        make(&admin, server, &template, steps).await;
    }
    run(&admin, &format!("SELECT pg_advisory_unlock({LOCK})")).await;
    fresh(server, admin, &format!(" TEMPLATE {template}")).await
}

/// A fresh, empty database on that server.
pub(crate) async fn empty(server: &str) -> TestPlace {
    fresh(server, admin(server).await, "").await
}

async fn admin(server: &str) -> DatabaseConnection {
    // One database for all: a lock is of the database where it is taken. One connection: it is of the session too.
    let mut options = ConnectOptions::new(beside(server, "postgres"));
    options.max_connections(1).sqlx_logging(false);
    let admin = sea_orm::Database::connect(options).await;
    admin.expect("the test server answers")
}

/// Makes a database of a name nobody had, as `like` says, and lets go of the server.
async fn fresh(server: &str, admin: DatabaseConnection, like: &str) -> TestPlace {
    let name = format!("youlin_{}", Uuid::new_v4().simple());
    run(&admin, &format!("CREATE DATABASE {name}{like}")).await;
    admin.close().await.expect("the admin connection closes");
    TestPlace {
        kind: "postgres",
        url: beside(server, &name),
        _folder: None,
    }
}

/// Taken by whoever looks for a template and makes it: tests are processes of their own and begin at the same time.
const LOCK: i64 = 0x796f_756c;

async fn make(admin: &DatabaseConnection, server: &str, template: &str, steps: &[Migration]) {
    // Under another name until it is whole: its maker may be killed.
    let unready = format!("{template}_unready");
    run(admin, &format!("DROP DATABASE IF EXISTS {unready}")).await;
    run(admin, &format!("CREATE DATABASE {unready}")).await;
    let config = DatabaseConfig {
        url: beside(server, &unready),
        connections: 1,
    };
    let db = Database::open(&config).await.expect("the template opens");
    db.migrate(steps, MORNING)
        .await
        .expect("migrations apply to an empty database");
    db.close().await;
    run(
        admin,
        &format!("ALTER DATABASE {unready} RENAME TO {template}"),
    )
    .await;
}

fn template_name(steps: &[Migration]) -> String {
    let mut digest = Sha256::new();
    for step in steps {
        digest.update(step.module);
        digest.update(step.version.to_be_bytes());
        digest.update(step.sql);
    }
    let start: [u8; 8] = digest.finalize()[..8].try_into().expect("eight bytes");
    format!("template_{:016x}", u64::from_be_bytes(start))
}

async fn exists(admin: &DatabaseConnection, name: &str) -> bool {
    let question = Statement::from_string(
        admin.get_database_backend(),
        format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"),
    );
    let row = admin.query_one_raw(question).await;
    row.expect("the catalogue answers").is_some()
}

async fn run(admin: &DatabaseConnection, statement: &str) {
    admin
        .execute_unprepared(statement)
        .await
        .expect("the test server does as it is told");
}

fn beside(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
    format!("{base}/{name}")
}
